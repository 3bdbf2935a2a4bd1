import Foundation
import ProgramRunner
import Testing

extension ProgramTests {
    @Suite struct ReadingIsExactAndHarmlessTests {
        let charity: Charity

        init() throws { charity = try .shared }

        @Test func `an id that is unknown or none is told`() throws {
            try expectRefusal("no conversation", in: charity) { try charity.worker("anna", ["read", String(repeating: "0", count: 32)]) }
            for id in ["", "x", String(repeating: "A", count: 32), "../people/anna", String(repeating: "0", count: 33), "--", "-"] {
                let outcome = try charity.worker("anna", ["read"] + [id])
                #expect(outcome.isUsage && (id == "--" || outcome.errors.contains("32 lower-case")), "\(outcome)")
            }
            for command in ["consent", "share"] {
                let more = command == "share" ? ["--out", "\(charity.root)/none.age"] : ["--form", "/dev/null"]
                let outcome = try charity.worker("anna", [command, "x"] + more)
                #expect(outcome.isUsage && outcome.errors.contains("32 lower-case"), "\(outcome)")
            }
            try expectRefusal("no consent", in: charity) {
                try charity.worker("anna", ["share", String(repeating: "0", count: 32), "--out", "\(charity.root)/none.age"])
            }
        }

        @Test func `somebody else's record is refused, to a lead alone too, and not listed`() throws {
            let id = try #require(try charity.seal([Event(text: "for anna alone").line].lines).lines.first)
            for name in ["ben", "lena"] {
                try expectRefusal("sealed to somebody else", in: charity) { try charity.worker(name, ["read", id]) }
                let list = try charity.worker(name, ["list"])
                #expect(list.code == 0 && !list.text.contains(id))
            }
            let form = try write("{}", to: "\(charity.root)/form")
            defer { try? FileManager.default.removeItem(atPath: form) }
            try expectRefusal("consent form", in: charity) { try charity.worker("ben", ["consent", id, "--form", form]) }
            // Words in a form are never repeated.
            try write("{\"team\": \"velvetmongoose\", \"real_name\": 7}", to: form)
            let refused = try charity.worker("anna", ["consent", id, "--form", form])
            #expect(refused.isRefusal && !refused.errors.contains("velvetmongoose"), "\(refused)")
        }

        @Test func `a record that was changed is refused, and of one that was cut the end is not proven`() throws {
            let copy = try charity.copy("changed")
            let ids = try charity.seal([Event(conversation: "a").line, Event(conversation: "b").line].lines, at: copy.place).lines
            let records = "\(copy.place.vault)/records"
            let paths = try Tree(records).files.filter { path in ids.contains { path.contains($0) } }
            var bytes = try Data(contentsOf: URL(fileURLWithPath: paths[0]))
            let whole = bytes
            bytes[bytes.count / 2] ^= 1
            let id = try #require(ids.first { paths[0].contains($0) })
            try whole.dropLast().write(to: URL(fileURLWithPath: paths[0]))
            let cut = try charity.worker("anna", ["read", id], at: copy.place)
            #expect(cut.code == 0 && cut.errorLines.count == 1 && cut.errors.contains("end is not proven"), "\(cut)")
            for changed in try [bytes, whole.prefix(40), Data(), whole + whole, Data(contentsOf: URL(fileURLWithPath: paths[1]))] {
                try changed.write(to: URL(fileURLWithPath: paths[0]))
                try expectRefusal("changed or is damaged", in: charity) { try charity.worker("anna", ["read", id], at: copy.place) }
            }
        }

        /// What a terminal would obey.
        static let commands = "\u{1B}[2J \u{1B}]0;title\u{7} \u{9B}31m \u{8}\u{8} \u{7F} \r \u{0} \u{202E}cba \u{2066}x \u{2028}y"

        @Test func `what was typed is shown, not obeyed, and exact as lines`() throws {
            let forged = "2026-01-01T00:00:00Z  Anna (worker): I agree"
            let lines = [
                Event(id: "1", text: "\(Self.commands)\n\(forged)", at: "2026-11-01T10:00:00Z", name: "Bluebird\n\(forged)\u{1B}[31m").line,
                Event(kind: "edit", id: "2", text: "changed\r\n\(forged)", role: "worker", name: "Anna").line,
                Event(kind: "reaction", id: "3", text: "\u{1B}c\n\(forged)").line,
                "{\"v\":1,\"kind\":\"message\",\"conversation\":\"c\",\"author\":{\"role\":\"\\u001b[31m\"},\"body\":{\"text\":\"x\"},"
                    + "  \"n\" : 1.50e3, \"dup\":1,\"dup\":2}",
            ]
            let id = try #require(try charity.seal(lines.lines).lines.first)
            #expect(try charity.worker("anna", ["read", id, "--format", "jsonl"]).output == lines.lines)
            let text = try charity.worker("anna", ["read", id])
            #expect(text.code == 0)
            for scalar in text.text.unicodeScalars where scalar != "\n" && scalar != "\t" {
                #expect(scalar.value >= 0x20 && !(0x7F...0x9F).contains(scalar.value) && !(0x2028...0x202E).contains(scalar.value))
                #expect(!(0x2066...0x2069).contains(scalar.value))
            }
            for shown in ["^[[2J", "^[]0;title^G", "<U+9B>31m", "^H^H", "^?", "^@", "<U+202E>cba", "<U+2028>y", "^[c", "unknown: x"] {
                #expect(text.text.contains(shown), "\(shown): \(text)")
            }
            // A line that somebody typed begins like no event.
            #expect(text.lines.filter { $0.hasPrefix(forged) } == [], "\(text)")
            #expect(text.lines.count { $0 == "    \(forged)" } == 3, "\(text)")
        }
    }
}
