import Foundation
import ProgramRunner
import Testing

extension ProgramTests {
    @Suite struct SealRefusesByLineNumberTests {
        /// What stands in the bad lines, and must stand in no message.
        static let canary = "velvetmongoose"
        let charity: Charity

        init() throws { charity = try .shared }

        /// A line that is refused, and words of its refusal.
        static let bad: [(line: Data, words: String)] =
            [
                ("{\"v\":1,\"kind\":\"message\",\"conversation\":\"a\",\"body\":{\"text\":\"\(canary)", "not a JSON object"),
                (canary, "not a JSON object"), ("[1,\"\(canary)\"]", "not a JSON object"), ("null", "not a JSON object"),
                ("\"\(canary)\"", "not a JSON object"), ("   ", "not a JSON object"),
                ("{\"v\":\"\(canary)\",\"kind\":\"message\",\"conversation\":\"a\"}", "\"v\" has the wrong type"),
                ("{\"v\":1,\"kind\":\"message\",\"conversation\":\"a\",\"author\":\"\(canary)\"}", "\"author\" has the wrong type"),
                (
                    "{\"v\":1,\"kind\":\"message\",\"conversation\":\"a\",\"body\":{\"text\":[\"\(canary)\"]}}",
                    "\"body.text\" has the wrong type"
                ),
                ("{\"v\":1,\"kind\":\"message\",\"conversation\":\"a\",\"at\":7,\"x\":\"\(canary)\"}", "\"at\" has the wrong type"),
                ("{\"v\":1,\"kind\":\"\(canary)\",\"conversation\":\"a\"}", "kind is none"),
                ("{\"v\":1,\"kind\":\"message\",\"x\":\"\(canary)\"}", "lacks the field \"conversation\""),
                ("{\"v\":1,\"conversation\":\"\(canary)\"}", "lacks the field \"kind\""),
                ("{\"kind\":\"end\",\"conversation\":\"\(canary)\"}", "lacks the field \"v\""),
                ("{\"v\":2,\"kind\":\"end\",\"conversation\":\"\(canary)\"}", "another version"),
                ("{\"v\":1,\"kind\":\"message\",\"conversation\":\"\",\"x\":\"\(canary)\"}", "empty or longer"),
                ("{\"v\":1,\"kind\":\"message\",\"conversation\":\"\(String(repeating: canary, count: 100))\"}", "empty or longer"),
                ("{\"v\":1,\"kind\":\"message\",\"conversation\":\"a\",\"at\":\"\(canary)\"}", "not an RFC 3339 time"),
                (
                    "{\"v\":1,\"kind\":\"message\",\"conversation\":\"a\",\"x\":\(String(repeating: "[", count: 20_000))\"\(canary)\"",
                    "not a JSON object"
                ),
                (
                    "{\"v\":1,\"kind\":\"message\",\"conversation\":\"a\",\"x\":\"\(String(repeating: canary, count: 80_000))\"}",
                    "longer than 1 MiB"
                ),
            ].map { (Data($0.0.utf8), $0.1) } + [
                (
                    Data("{\"v\":1,\"kind\":\"message\",\"conversation\":\"a\",\"x\":\"\(canary)".utf8) + [0xFF, 0x22, 0x7D],
                    "not valid UTF-8"
                )
            ]

        @Test func `bad lines are named by number and rule, never by what they say, and the rest is sealed`() throws {
            let good = [Event(conversation: "a", text: "first").line, Event(conversation: "a", text: "last").line, Event.end("a")]
            // Every second line is bad; the first conversation is written between them.
            var input = Data((good[0] + "\n").utf8)
            for bad in Self.bad { input += bad.line + Data("\n\n".utf8) }
            input += good.dropFirst().map { $0 }.lines
            let outcome = try charity.seal(input)
            #expect(outcome.code == 1 && outcome.lines.count == 1)
            for (index, bad) in Self.bad.enumerated() {
                let number = 2 + 2 * index
                #expect(
                    outcome.errorLines.contains { $0.hasPrefix("line \(number): ") && $0.contains(bad.words) },
                    "line \(number): \(bad.words)")
            }
            #expect(outcome.errorLines.count == Self.bad.count + 2, "\(outcome.errors.prefix(4000))")
            #expect(outcome.errorLines.last == "Error: \(Self.bad.count) refused, as named above; everything else is sealed")
            #expect(!outcome.errors.contains(Self.canary) && !outcome.text.contains(Self.canary))
            let read = try charity.worker("anna", ["read", outcome.lines[0], "--format", "jsonl"])
            #expect(read.output == good.lines)
        }

        @Test func `conversations over a year old are refused by the line they begin in, what is to come counts as today`() throws {
            let input = [
                Event(conversation: "old", text: Self.canary, at: Event.time(days: -367)).line, Event.end("old"),
                Event(conversation: "late", at: Event.time(days: -364)).line, Event.end("late"),
                Event(conversation: "future", at: Event.time(days: 4000)).line, Event.end("future"),
            ].lines
            let outcome = try charity.seal(input, ["--json"])
            #expect(outcome.code == 1 && outcome.lines.count == 2)
            #expect(outcome.errorLines.first?.hasPrefix("the conversation that begins in line 1: ") == true, "\(outcome)")
            #expect(!outcome.errors.contains(Self.canary))
            let days = try outcome.lines.map { try #require(try Self.row($0)["conversation"] as? String) }.map { try keptUntil($0) }
            let today = Event.time(days: 0).prefix(10), inAYear = Event.time(days: 365).prefix(4)
            #expect(days[0] > today && days[0] < Event.time(days: 3).prefix(10))
            #expect(days[1].hasPrefix(inAYear) && days[1] > Event.time(days: 360).prefix(10))
        }

        private func keptUntil(_ id: String) throws -> String {
            let list = try charity.worker("anna", ["list", "--json"])
            let rows = try #require(try JSONSerialization.jsonObject(with: list.output) as? [[String: Any]])
            return try #require(rows.first { $0["conversation"] as? String == id }?["kept_until"] as? String)
        }

        private static func row(_ line: String) throws -> [String: Any] {
            try #require(try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
        }

        @Test func `interleaved conversations, CRLF, a missing last LF and a missing end are sealed, and told in JSON`() throws {
            let a = [Event(conversation: "a", text: "one").line, Event(conversation: "a", text: "two").line + "\r", Event.end("a") + "\r"]
            let b = [Event(conversation: "b", text: "three").line + "\r", Event(conversation: "b", text: "four").line]
            let input = [a[0], b[0], "", "\r", a[1], a[2], b[1]].joined(separator: "\n")
            let outcome = try charity.seal(Data(input.utf8), ["--json"])
            #expect(outcome.code == 0 && outcome.lines.count == 2, "\(outcome)")
            let rows = try outcome.lines.map { try Self.row($0) }
            for (row, expected) in zip(rows, [(a, 1, true), (b, 2, false)]) {
                #expect(row["lines"] as? Int == expected.0.count && row["first_line"] as? Int == expected.1)
                #expect(row["has_end"] as? Bool == expected.2)
                let id = try #require(row["conversation"] as? String)
                #expect(try charity.worker("anna", ["read", id, "--format", "jsonl"]).output == expected.0.lines)
            }
        }

        @Test func `nothing to seal is nothing to refuse`() throws {
            for input in ["", "\n", "\n\r\n\n"] {
                let outcome = try charity.seal(Data(input.utf8))
                #expect(outcome.code == 0 && outcome.output.isEmpty && outcome.errors == "0 conversations sealed for anna\n", "\(outcome)")
            }
            for (file, words) in [("\(charity.root)/nothing.jsonl", "does not exist"), (charity.root, "not a regular file")] {
                try expectRefusal(words, in: charity) {
                    try Charity.service.run(
                        ["seal", file, "--worker", "anna", "--identity", charity.serviceIdentity] + charity.home.arguments)
                }
            }
        }
    }
}
