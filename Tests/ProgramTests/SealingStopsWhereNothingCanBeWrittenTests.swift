import Foundation
import ProgramRunner
import Testing

extension ProgramTests {
    @Suite struct SealingStopsWhereNothingCanBeWrittenTests {
        let charity: Charity

        init() throws { charity = try .shared }

        /// Conversations of some 60 KB each.
        private func conversations(_ count: Int) -> Data {
            (0..<count).flatMap { number in
                (0..<3).map { Event(conversation: "\(number)", text: "\(number).\($0) " + String(repeating: "word ", count: 4_000)).line }
                    + [Event.end("\(number)")]
            }.lines
        }

        /// Expects that sealing was stopped, and that what was acknowledged, and nothing else, is there and whole.
        private func expectStopped(_ outcome: Outcome, _ words: String, before: [String], at place: Place) throws {
            #expect(outcome.isRefusalAfterResults && outcome.errors.contains(words), "\(outcome)")
            #expect(outcome.errors.contains("stopped at the conversation that begins in line \(4 * outcome.lines.count + 1)"), "\(outcome)")
            #expect(try FileManager.default.contentsOfDirectory(atPath: "\(place.vault)/open") == [])
            let reader = try Reader("anna", at: place, in: charity)
            #expect(try Set(reader.ids()) == Set(before + outcome.lines))
            for (number, id) in outcome.lines.enumerated() {
                let read = try reader.read(id)
                #expect(read.lines.count == 4 && read.remarks.isEmpty)
                #expect(String(decoding: read.lines[0], as: UTF8.self).contains("\(number).0 word"))
            }
        }

        @Test func `a full device stops it with one line, and what was acknowledged stays`() throws {
            let copy = try charity.copy("full")
            guard let device = try SmallDevice(in: charity, "size=1m") else { return }
            try device.takeRecords(of: copy.place)
            let before = try Reader("anna", at: copy.place, in: charity).ids()
            let outcome = try charity.seal(conversations(30), at: copy.place)
            #expect((1..<30).contains(outcome.lines.count))
            try expectStopped(outcome, "no space left", before: before, at: copy.place)
        }

        @Test func `a limit of file sizes stops it with one line, and not with a signal`() throws {
            let copy = try charity.copy("limited")
            let before = try Reader("anna", at: copy.place, in: charity).ids()
            // The first conversation is small enough, the second one is not.
            let small = (0..<3).map { Event(conversation: "0", text: "0.\($0) word").line } + [Event.end("0")]
            let input = small.lines + conversations(3).dropFirst(conversations(1).count)
            let limited = try Charity.service.run(
                charity.sealing(at: copy.place), input: input, prefix: ["prlimit", "--fsize=20000"])
            #expect(limited.lines.count == 1)
            try expectStopped(limited, "too large", before: before, at: copy.place)
        }

        @Test func `an id that cannot be told stops it, and is told on standard error`() throws {
            for redirection in [">/dev/full", ">&-"] {
                let command = ["sh", "-c", "exec \"$@\" \(redirection)", "sh", Charity.service.path] + charity.sealing()
                let input = [Event(conversation: "a").line, Event.end("a"), Event(conversation: "b").line, Event.end("b")].lines
                let outcome = try RunningProgram(command, input: input).end()
                #expect(outcome.isRefusal && outcome.errors.contains("cannot write to standard output"), "\(redirection): \(outcome)")
                let id = try #require(outcome.errors.firstMatch(of: /is sealed as ([0-9a-f]{32}), the rest is not/)).1
                #expect(try Reader("anna", at: charity.home, in: charity).read(String(id)).lines.count == 2)
            }
        }

        @Test func `a result that cannot be written is a failure`() throws {
            for arguments in [["list"], ["list", "--json"]] {
                let command = ["sh", "-c", "exec \"$@\" >/dev/full", "sh", Charity.worker.path] + arguments + charity.credentials("anna")
                let outcome = try RunningProgram(command + charity.home.arguments).end()
                #expect(outcome.isRefusal && outcome.errors.contains("No space left on device"), "\(outcome)")
            }
        }
    }
}
