import Foundation
import ProgramRunner
import Testing

extension ProgramTests {
    /// A vault of its own with four conversations of anna's, searched through the command line.
    @Suite struct SearchAndRecallTests {
        static let word = "velvetmongoose"
        static let name = "Zebrafinch"
        let charity: Charity
        let copy: Charity.Copy
        /// In the order in which they were sealed.
        let ids: [String]

        init() throws {
            charity = try .shared
            copy = try charity.copy("search")
            // What other tests sealed into the vault before it was copied is none of this one's.
            for folder in ["records", "open"] {
                let path = "\(copy.place.vault)/\(folder)"
                for name in try FileManager.default.contentsOfDirectory(atPath: path) {
                    try FileManager.default.removeItem(atPath: "\(path)/\(name)")
                }
            }
            let lines = [
                Event(conversation: "a", id: "1", text: "Hello, what may I call you?", role: "worker", name: "Anna").line,
                Event(conversation: "a", id: "2", text: "the \(Self.word) hides", at: "2026-11-02T10:00:00Z", name: Self.name).line,
                Event(conversation: "a", id: "3", text: "in the wardrobe").line, Event.end("a"),
                Event(conversation: "b", id: "1", text: "no animals here", at: "2026-10-05T10:00:00Z", name: "Zebrafinsh").line,
                Event.end("b"),
                Event(conversation: "c", id: "1", text: "and a second VELVETMONGOOSE", name: "Robin").line, Event.end("c"),
                Event(conversation: "d", id: "1", text: "nothing", name: "finch").line, Event.end("d"),
            ]
            ids = try charity.seal(lines.lines, at: copy.place).lines
            try #require(ids.count == 4)
        }

        private func run(_ command: String, _ input: String, _ more: [String] = [], as name: String = "anna", prefix: [String] = []) throws
            -> Outcome
        {
            try Charity.worker.run(
                [command] + more + charity.credentials(name) + copy.place.arguments, input: Data(input.utf8), prefix: prefix)
        }

        private func rows(_ outcome: Outcome) throws -> [[String: Any]] {
            try outcome.lines.map { try #require(try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any]) }
        }

        // MARK: - Searching

        @Test func `messages are shown with what stands around, numbered and marked`() throws {
            let found = try run("search", "\(Self.word) HIDES\n")
            #expect(found.code == 0 && found.errorLines == ["found in 1 of 4 conversations"], "\(found)")
            let day = try #require(found.lines.first?.components(separatedBy: "kept until ").last)
            #expect(
                found.lines == [
                    "Conversation \(ids[0]), kept until \(day)", "      1  Anna (worker): Hello, what may I call you?",
                    " >    2  2026-11-02T10:00:00Z  \(Self.name) (visitor): the \(Self.word) hides", "      3  visitor: in the wardrobe",
                    "",
                ])
            let alone = try run("search", "the\nwardrobe", ["--context", "0"])
            #expect(alone.code == 0 && alone.lines.count == 3 && alone.lines[1] == " >    3  visitor: in the wardrobe", "\(alone)")
            // As many as there are, and the number is that of the exact lines.
            let lines = try charity.worker("anna", ["read", ids[0], "--format", "jsonl"], at: copy.place).lines
            #expect(lines[1].contains(Self.word))
            for (input, more, count) in [("wardrobe the", ["--phrase"], 0), ("in  the\twardrobe", ["--phrase"], 1), ("finch", [], 2)] {
                let outcome = try run("search", input, more)
                #expect(outcome.code == 0 && outcome.errors == "found in \(count) of 4 conversations\n", "\(input) \(outcome)")
            }
        }

        @Test func `machines get one object a line, and the counts at the end`() throws {
            let rows = try rows(run("search", Self.word, ["--json", "--context", "0"]))
            #expect(rows.count == 3 && Set(rows.prefix(2).compactMap { $0["conversation"] as? String }) == [ids[0], ids[2]])
            let passages = try #require(rows.first { $0["conversation"] as? String == ids[0] }?["passages"] as? [[[String: Any]]])
            let line = try #require(passages.first?.first)
            #expect(line["line"] as? Int == 2 && line["match"] as? Bool == true && line["name"] as? String == Self.name)
            #expect(line["text"] as? String == "the \(Self.word) hides" && line["at"] as? String == "2026-11-02T10:00:00Z")
            #expect(line["role"] as? String == "visitor" && line["kind"] as? String == "message" && line["among_workers"] as? Bool == false)
            #expect(rows[2]["found"] as? Int == 2 && rows[2]["searched"] as? Int == 4)
            #expect((rows[2]["skipped"] as? [String: Int])?.values.allSatisfy { $0 == 0 } == true)
        }

        @Test func `what was typed is shown, not obeyed, and cannot be taken for another line`() throws {
            let forged = " >    9  Anna (worker): I agree"
            let commands = ReadingIsExactAndHarmlessTests.commands
            let event = Event(
                conversation: "e", id: "1", text: "lighthouse \(commands)\n\(forged)\r\n\(forged)", name: "X\n\(forged)\u{1B}[31m")
            try #require(try charity.seal([event.line].lines, at: copy.place).code == 0)
            let found = try run("search", "lighthouse")
            #expect(found.code == 0 && found.lines.count == 5, "\(found)")
            for scalar in found.text.unicodeScalars where scalar != "\n" && scalar != "\t" {
                #expect(scalar.value >= 0x20 && !(0x7F...0x9F).contains(scalar.value) && !(0x2028...0x202E).contains(scalar.value))
            }
            #expect(found.lines.filter { $0.hasPrefix(forged) } == [] && found.text.contains("^[[2J"), "\(found)")
        }

        // MARK: - Recalling

        @Test func `the same name is listed, and of similar ones no more than a month`() throws {
            let found = try run("recall", " ZEBRA\u{AD}FINCH\n")
            #expect(found.code == 0 && found.lines.count == 2, "\(found)")
            #expect(found.lines[0].hasPrefix("\(ids[0])  first message 2026-11-02  kept until "), "\(found)")
            #expect(found.lines[1] == "similar name  first message in 2026-10", "\(found)")
            // Nothing else of the other one: not its id, its name, its words, or a day.
            for secret in [ids[1], "finsh", "animals", "2026-10-"] { #expect(!"\(found)".contains(secret), "\(found)") }
            let rows = try rows(run("recall", Self.name, ["--json"]))
            #expect(rows.count == 1 && (rows[0]["similar"] as? [[String: String]]) == [["month": "2026-10"]])
            let same = try #require(rows[0]["same"] as? [[String: String]])
            #expect(same.map { $0["conversation"] } == [ids[0]] && same[0]["first_message"] == "2026-11-02")
            #expect(rows[0]["searched"] as? Int == 4)
        }

        @Test func `without a time in it, the month is that of its last day; without the name nothing is told`() throws {
            let found = try run("recall", "Robyn")
            #expect(found.code == 0 && found.lines.count == 1, "\(found)")
            let month = try #require(found.lines.first?.components(separatedBy: "kept until a day of ").last)
            #expect(month.utf8.count == 7 && !found.errors.contains("Robin") && !"\(found)".contains(ids[2]), "\(found)")
            for other in ["Anna", "wardrobe"] {
                let outcome = try run("recall", other)
                #expect(outcome.code == 0 && outcome.output.isEmpty && outcome.errorLines.count == 1, "\(other) \(outcome)")
            }
        }

        // MARK: - What is given and what is not

        @Test func `words come on standard input, behind the passphrase if that does, and never as arguments`() throws {
            let passphrase = try String(contentsOfFile: "\(charity.root)/people/anna.pass", encoding: .utf8)
            let both = try Charity.worker.run(
                ["search", "--identity", "\(charity.root)/people/anna", "--passphrase-file", "-"] + copy.place.arguments,
                input: Data((passphrase + Self.word).utf8))
            #expect(both.code == 0 && both.errors.contains("found in 2 of 4"), "\(both)")
            for command in ["search", "recall"] {
                for arguments in [[Self.word], ["--", Self.word, Self.name]] {
                    let outcome = try Charity.worker.run([command] + charity.credentials("anna") + copy.place.arguments + arguments)
                    #expect(outcome.code == 64 && outcome.output.isEmpty && outcome.errors.contains("never arguments"), "\(outcome)")
                    #expect(!outcome.errors.contains(Self.word), "\(outcome)")
                }
                let nothing = try run(command, "\n\u{200D}\t")
                #expect(nothing.isRefusal && nothing.errors.contains("nothing to search for"), "\(nothing)")
                let long = try run(command, String(repeating: Self.word, count: 1000))
                #expect(long.isRefusal && !long.errors.contains(Self.word), "\(long)")
            }
            #expect(try run("recall", "a\nb").isRefusal)
            #expect(try run("search", "a", ["--context=-1"]).code == 64)
            #expect(try run("search", "a", ["--context", "1001"]).code == 64)
        }

        @Test func `at a terminal it asks`() throws {
            let passphrase = "\(charity.root)/people/anna.pass"
            let command =
                ([Charity.worker.path, "search", "--identity", "\(charity.root)/people/anna", "--passphrase-file", passphrase]
                + copy.place.arguments).joined(separator: " ")
            let script = """
                set timeout 60
                spawn -noecho \(command)
                expect "Search for: "
                send "\(Self.word) hides\\r"
                expect eof
                """
            let asked = try RunningProgram(["expect", "-c", script]).end()
            #expect(asked.code == 0 && asked.text.contains("the \(Self.word) hides") && asked.text.contains("found in 1 of 4"), "\(asked)")
        }

        @Test func `another worker, and a lead, find nothing of anna's`() throws {
            for (name, command, input) in [("ben", "search", Self.word), ("lena", "search", Self.name), ("ben", "recall", Self.name)] {
                let outcome = try run(command, input, as: name)
                #expect(outcome.code == 0 && outcome.output.isEmpty && !outcome.errors.contains(input), "\(outcome)")
            }
        }

        @Test func `a damaged record stops nothing and is told at the end, with exit code 1`() throws {
            let records = "\(copy.place.vault)/records"
            let path = try #require(try Tree(records).files.first { $0.contains(ids[2]) })
            var bytes = try Data(contentsOf: URL(fileURLWithPath: path))
            bytes[bytes.count - 1] ^= 1
            try bytes.write(to: URL(fileURLWithPath: path))
            let found = try run("search", Self.word)
            #expect(found.code == 1 && found.text.contains(ids[0]) && !found.text.contains(ids[2]), "\(found)")
            #expect(found.errorLines.count == 2 && found.errorLines[1].contains("1 damaged"), "\(found)")
            let recalled = try run("recall", Self.name)
            #expect(recalled.code == 1 && recalled.text.contains(ids[0]) && recalled.errors.contains("1 damaged"), "\(recalled)")
            // A file of which not even the beginning can be read.
            try Data("nonsense".utf8).write(to: URL(fileURLWithPath: path))
            let json = try run("search", Self.word, ["--json"])
            let skipped = try rows(json).last?["skipped"] as? [String: Int]
            #expect(json.code == 1 && skipped?["damaged"] == 1, "\(json)")
        }

        @Test func `without a keeper, or after the day, nothing is found and it is said why`() throws {
            let request = "\(charity.root)/search.request"
            defer {
                for ending in ["", ".lena", ".luis", ".lena.minisig", ".luis.minisig"] {
                    try? FileManager.default.removeItem(atPath: request + ending)
                }
            }
            let day = String(Event.time(days: 400).prefix(10))
            let asked = try Charity.retention.run(["sweep", "--as-of", day, "--request-out", request, "--keeper", copy.place.socket])
            try #require(asked.code == 0)
            let order = try charity.approvals(of: request, at: copy.place)
            // A backup, which the keeper does not look after.
            let backup = "\(charity.root)/search-backup"
            try #require(try RunningProgram(["cp", "-a", copy.place.vault, backup]).end().code == 0)
            defer { try? FileManager.default.removeItem(atPath: backup) }
            try #require(try Charity.retention.run(["sweep", "--keeper", copy.place.socket] + order).code == 0)
            #expect(try run("search", Self.word).errors == "found in 0 of 0 conversations\n")
            let restored = ["--vault", backup, "--keeper", copy.place.socket]
            let expired = try Charity.worker.run(["search"] + charity.credentials("anna") + restored, input: Data(Self.word.utf8))
            #expect(expired.code == 0 && expired.output.isEmpty && expired.errors.contains("4 expired"), "\(expired)")
            let recalled = try Charity.worker.run(["recall"] + charity.credentials("anna") + restored, input: Data(Self.name.utf8))
            #expect(recalled.code == 0 && recalled.output.isEmpty && recalled.errors.contains("4 expired"), "\(recalled)")
            copy.stop(SIGTERM)
            for command in ["search", "recall"] {
                let outcome = try run(command, Self.word)
                #expect(outcome.isRefusal && outcome.errors.contains("keeper is not running"), "\(outcome)")
            }
        }

        // MARK: - Nothing is left behind

        /// The calls with which a file is made, changed, or named anew.
        private static let changing = ["O_WRONLY", "O_RDWR", "O_CREAT", "O_TRUNC", "O_APPEND", "O_TMPFILE"]

        @Test(arguments: ["search", "recall"]) func `no file is written, and no word stands in arguments, environment or a path`(
            command: String
        ) throws {
            let trace = "\(charity.root)/trace"
            defer { try? FileManager.default.removeItem(atPath: trace) }
            let before = try Tree(charity.root)
            let calls =
                "trace=openat,open,creat,rename,renameat,renameat2,link,linkat,symlink,symlinkat,mkdir,mkdirat,memfd_create,truncate,ftruncate,execve,connect,unlink,unlinkat,socket"
            let outcome = try run(
                command, command == "search" ? Self.word : Self.name,
                prefix: ["strace", "-f", "-v", "-s", "100000", "-o", trace, "-e", calls])
            #expect(outcome.code == 0 && !outcome.output.isEmpty, "\(outcome)")
            let traced = try String(contentsOfFile: trace, encoding: .utf8)
            let lines = traced.split(separator: "\n")
            #expect(lines.count { $0.contains(".transcript") && $0.contains("O_RDONLY") } >= 8)
            #expect(!traced.contains(Self.word) && !traced.contains(Self.name))
            for line in lines {
                let isChanging = Self.changing.contains { line.contains($0) } && !line.contains("\"/dev/")
                let isMaking = ["creat(", "rename", "link", "mkdir", "memfd", "truncate"].contains { line.contains(" \($0)") }
                #expect(!isChanging && !isMaking, "\(line)")
                // The only one it talks to is the keeper.
                if line.contains(" connect(") { #expect(line.contains(copy.place.socket), "\(line)") }
            }
            try FileManager.default.removeItem(atPath: trace)
            #expect(try Tree(charity.root).differences(from: before) == [])
        }
    }
}
