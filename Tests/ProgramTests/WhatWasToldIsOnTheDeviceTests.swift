import Foundation
import Glibc
import ProgramRunner
import Testing

extension ProgramTests {
    /// A process that gave up being looked at is looked at by root alone.
    static let canTrace = getuid() == 0 && FileManager.default.isExecutableFile(atPath: "/usr/bin/strace")

    /// Whether the programs wait for the device, and in which order, as the kernel sees it: no result tells it, and no other test would fail.
    @Suite(
        .enabled(if: ProgramTests.canTrace, "strace is not installed, or the tests do not run as root: the system calls were not looked at")
    )
    struct WhatWasToldIsOnTheDeviceTests {
        let charity: Charity

        init() throws { charity = try .shared }

        /// Runs a program with its calls written into a file: its process is the program's, the tracer stands aside.
        private func tracing(into file: String) -> [String] {
            ["strace", "-D", "-f", "-y", "-e", "trace=write,pwrite64,fdatasync,fsync,rename,unlink", "-o", file]
        }

        /// The calls that came back without an error, in order, without their process ids.
        private func calls(_ file: String) throws -> [String] {
            try String(contentsOfFile: file, encoding: .utf8).split(separator: "\n").map { line in
                String(line.drop { $0.isNumber || $0 == " " })
            }.filter { !$0.contains(" = -1 ") }
        }

        /// Expects calls that match these, one after the other; others may stand between.
        private func expect(
            _ steps: [String], in calls: [String], sourceLocation: SourceLocation = #_sourceLocation
        ) throws {
            var rest = calls[...]
            for step in steps {
                let pattern = try Regex(step)
                guard let found = rest.firstIndex(where: { $0.firstMatch(of: pattern) != nil }) else {
                    let all = rest.joined(separator: "\n").prefix(4000)
                    Issue.record("no call \(step) in:\n\(all)", sourceLocation: sourceLocation)
                    return
                }
                rest = rest[(found + 1)...]
            }
        }

        /// A text as a part of a pattern.
        private func quoted(_ text: String) -> String {
            NSRegularExpression.escapedPattern(for: text)
        }

        @Test func `an id is told when file and names are durable`() throws {
            let copy = try charity.copy("traced-service")
            let file = "\(charity.root)/trace"
            defer { try? FileManager.default.removeItem(atPath: file) }
            let sealed = try Charity.service.run(
                charity.sealing(at: copy.place), input: [Event(conversation: "a").line, Event(conversation: "b").line].lines,
                prefix: tracing(into: file))
            try #require(sealed.code == 0 && sealed.lines.count == 2, "\(sealed)")
            let vault = quoted(copy.place.vault)
            var waited = 0
            while try !calls(file).contains(where: { $0.contains("exited with 0") }), waited < 500 {
                usleep(10_000)
                waited += 1
            }
            for id in sealed.lines {
                try expect(
                    [
                        "^pwrite64\\(\\d+<\(vault)/open/\\.tmp-\(id)\\.", "^fdatasync\\(\\d+<\(vault)/open/\\.tmp-\(id)\\.",
                        "^rename\\(\"\(vault)/open/\\.tmp-\(id)\\..*\"\(vault)/records/", "^fsync\\(\\d+<\(vault)/records/[0-9-]+>",
                        "^fsync\\(\\d+<\(vault)/open>", "^write\\(1<.*\"\(id)",
                    ], in: calls(file))
                // Nothing is written after the file was waited for.
                let own = try calls(file).filter { $0.contains("/.tmp-\(id).") && $0.contains("64(") || $0.hasPrefix("fdata") }
                    .filter { $0.contains(id) }
                #expect(own.last?.hasPrefix("fdatasync") == true, "\(own)")
            }
        }

        @Test func `a change of the calendar is durable step by step, and the old value goes last`() throws {
            let copy = try charity.copy("traced-keeper")
            copy.stop(SIGTERM)
            let (vault, cell) = (quoted(copy.place.vault), quoted(copy.place.cell))
            let old = try #require(try FileManager.default.contentsOfDirectory(atPath: "\(copy.place.vault)/calendar").first)
            let file = "\(charity.root)/trace"
            defer { try? FileManager.default.removeItem(atPath: file) }
            let keeper = try Charity.retention.start(
                ["run", "--cell", copy.place.cell] + copy.place.arguments, prefix: tracing(into: file))
            try #require(keeper.wait { String(decoding: $0.output, as: UTF8.self).contains("ready") }, "\(keeper.errors)")
            // A day for which there is no page yet: the keeper changes its calendar.
            let sealed = try charity.seal([Event(at: Event.time(days: -100)).line].lines, at: copy.place)
            #expect(sealed.code == 0, "\(sealed)")
            keeper.signal(SIGTERM)
            #expect(keeper.end().code == 0)
            func placed(_ folder: String, _ name: String) -> [String] {
                [
                    "^pwrite64\\(\\d+<\(folder)/\\.tmp-\(name)", "^fdatasync\\(\\d+<\(folder)/\\.tmp-\(name)",
                    "^rename\\(\"\(folder)/\\.tmp-\(name)", "^fsync\\(\\d+<\(folder)>",
                ]
            }
            let ledger = "\(vault)/ledger/acts\\.jsonl>"
            let written = ["^pwrite64\\(\\d+<\(cell)/cell>.* 4096, \\d+\\)", "^fdatasync\\(\\d+<\(cell)/cell>"]
            let copied = "\(cell)/ledger\\.jsonl>"
            let entered =
                ["^pwrite64\\(\\d+<\(ledger)", "^fdatasync\\(\\d+<\(ledger)"] + placed("\(vault)/ledger", "checkpoint")
                + ["^pwrite64\\(\\d+<\(copied)", "^fdatasync\\(\\d+<\(copied)"]
            let steps =
                placed(cell, "intent") + entered + placed("\(vault)/calendar", "[0-9a-f]{32}\\.calendar")
                + placed(cell, "[0-9a-f]{32}\\.calendar") + written + written + entered
                + ["^unlink\\(\"\(vault)/calendar/\(quoted(old))", "^unlink\\(\"\(cell)/\(quoted(old))", "^unlink\\(\"\(cell)/intent"]
            try expect(steps, in: calls(file))
        }
    }
}
