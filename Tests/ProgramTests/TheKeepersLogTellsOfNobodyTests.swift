import Foundation
import Glibc
import ProgramRunner
import Records
import System
import Testing

extension ProgramTests {
    /// A whole life, under a keeper that logs all it has to say; then every name, id and path that occurred is looked for in what it said.
    @Suite struct TheKeepersLogTellsOfNobodyTests {
        private static let pseudonym = "Zebrafinch"
        private static let words = "velvetmongoose"
        let charity: Charity

        init() throws { charity = try .shared }

        /// Does an act with its approvals; returns the request's text.
        private func act(
            _ arguments: [String], by people: [String] = ["lena", "luis"], input: String = "", code: Int32 = 0, at place: Place
        ) throws -> String {
            let file = "\(charity.root)/log-\(arguments[0])-\(UInt32.random(in: .min ... .max))"
            let asked = try Charity.retention.run(
                arguments + ["--request-out", file] + place.arguments, input: Data(input.utf8))
            try #require(asked.code == 0, "\(asked)")
            let papers = try charity.approvals(of: file, by: people, at: place)
            let done = try Charity.retention.run([arguments[0]] + papers + place.arguments)
            try #require(done.code == code, "\(done)")
            return try String(contentsOfFile: file, encoding: .utf8)
        }

        private func seal(at place: Place) throws -> String {
            let lines = [Event(id: "1", text: Self.words, name: Self.pseudonym).line, Event.end("c")]
            return try #require(try charity.seal(lines.lines, at: place).lines.first)
        }

        private func day(_ days: Int) -> String { String(Event.time(days: days).prefix(10)) }

        /// Seals, reads, is refused, holds, releases, hands over, erases, sweeps; returns the ids and the requests.
        private func life(_ place: Place) throws -> (ids: [String], requests: [String]) {
            let ids = try (0..<4).map { _ in try seal(at: place) }
            try #require(try charity.worker("anna", ["read", ids[0]], at: place).code == 0)
            try #require(try charity.worker("ben", ["read", ids[0]], at: place).code == 1)
            try #require(try charity.worker("anna", ["read", String(repeating: "5f", count: 16)], at: place).code == 1)
            var requests = [try act(["hold", ids[0], "--until", day(500)], at: place)]
            let refused = try Charity.retention.run(["erase", ids[0]] + place.arguments)
            try #require(refused.code == 1, "\(refused)")
            try #require(try charity.worker("anna", ["handover", ids[1], "--to", "ben", "--reason", "agreed"], at: place).code == 0)
            requests.append(try act(["erase", ids[2]], by: ["anna", "lena"], at: place))
            // One lead where two must sign.
            requests.append(try act(["hold", ids[3], "--until", day(600)], by: ["lena"], code: 1, at: place))
            requests.append(try act(["release", ids[0]], at: place))
            requests.append(
                try act(["change-class", ids[3], "--class", "disclosure", "--reason-file", "-"], input: "inquiry\n", at: place))
            // Something lies among the records that nobody may remove: a duty fails, and is complained about.
            let stray = "\(place.vault)/records/\(day(1))/\(Self.pseudonym)"
            try FileManager.default.createDirectory(atPath: "\(place.vault)/records/\(day(1))", withIntermediateDirectories: true)
            try Data().write(to: URL(fileURLWithPath: stray))
            requests.append(try act(["sweep", "--as-of", day(400)], at: place))
            try #require(try charity.worker("anna", ["read", ids[1]], at: place).code == 1)
            // Words that are none, and a damaged roster.
            try Data("{".utf8).write(to: URL(fileURLWithPath: "\(VaultLayout(root: place.vault).rosters)/\(Self.pseudonym)"))
            return (ids, requests)
        }

        @Test func `no name, id, reason or path of anybody's record stands in its log`() throws {
            let options = ["--log-level", "trace", "--log-format", "json"]
            let copy = try charity.copy("log", keeper: options)
            let place = copy.place
            let (ids, requests) = try life(place)
            copy.keeper.signal(SIGHUP)
            let names = try Tree(place.vault).files.filter { $0.contains("/records/") || $0.contains("/open/") }
            copy.stop(SIGTERM)
            let log = copy.keeper.errors
            var needles = ids + Charity.leads + Charity.workers + [Self.pseudonym, Self.words, "inquiry", "agreed", "The home-key"]
            needles += [Charity.teamName, Charity.serviceName, place.vault, place.cell, charity.root]
            // Request and record ids, key ids, and whatever else is 32 hexadecimal digits in papers and file names.
            for text in requests + names { needles += text.matches(of: /[0-9a-f]{32}/).map { String($0.output) } }
            #expect(Set(needles).count > 20)
            for needle in Set(needles) { #expect(!log.contains(needle), "\(needle) stands in the log:\n\(log)") }
            #expect(log.firstMatch(of: /[0-9a-f]{16}/) == nil, "something stands in the log that looks like an id:\n\(log)")
            // All of it was told of.
            let events = try Set(
                log.split(separator: "\n").map { line in
                    let fields = try #require(try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: String], "\(line)")
                    return try #require(fields["event"], "\(line)")
                })
            for event in ["started", "act", "handover", "sweep", "files", "problem", "warning", "reload", "stopped"] {
                #expect(events.contains(event), "\(event) was not told of:\n\(log)")
            }
            #expect(log.contains("\"until\":\"\(day(400))\"") && log.contains("\"act\":\"erase\""))
        }
    }
}
