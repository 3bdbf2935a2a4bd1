import Foundation
import ProgramRunner
import Testing

extension ProgramTests {
    /// Who loses the passphrase, leaves or falls ill does not take the records along: two leads, or the holder, give them to somebody else.
    @Suite struct ALostKeyIsNoLostRecordTests {
        let charity: Charity
        let folder: String

        init() throws {
            charity = try .shared
            folder = "\(charity.root)/handing-over"
            try? FileManager.default.removeItem(atPath: folder)
            try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        }

        private static let words = "I trust you with this"

        private func seal(at place: Place) throws -> String {
            let sealed = try charity.seal([Event(id: "1", text: Self.words, name: "Wren").line].lines, at: place)
            return try #require(sealed.lines.first, "\(sealed)")
        }

        /// Peels as whichever of two leads must begin; tells who it was, what the other was told, and where the file is.
        private func peel(
            _ one: String, _ other: String, _ arguments: [String], at place: Place
        ) throws -> (first: String, second: String, refused: Outcome?, path: String) {
            let path = "\(folder)/\(UUID().uuidString).peel"
            func run(_ lead: String, with second: String) throws -> Outcome {
                try charity.worker(lead, ["peel"] + arguments + ["--with", second, "--out", path], at: place)
            }
            let begun = try run(one, with: other)
            if begun.code == 0 { return (one, other, try run(other, with: one), path) }
            let second = try run(other, with: one)
            try #require(second.code == 0, "\(begun) \(second)")
            return (other, one, begun, path)
        }

        @Test func `anna's key is lost: two leads give all her records to ben, and none of them alone gets anything`() throws {
            let copy = try charity.copy("lost-key")
            let place = copy.place
            // The first sight of the roster is told; from here on a refusal is one line.
            for lead in Charity.leads { #expect(try charity.worker(lead, ["list"], at: place).code == 0) }
            let ids = try (0..<3).map { _ in try seal(at: place) }
            // Nobody has anna's passphrase any more.
            let lost = try Charity.worker.run(
                ["read", ids[0], "--identity", "\(charity.root)/people/anna", "--passphrase-file", "\(charity.root)/people/ben.pass"]
                    + place.arguments)
            #expect(lost.isRefusal)
            for reader in ["ben", "lena", "luis"] {
                let read = try charity.worker(reader, ["read", ids[0]], at: place)
                #expect(read.isRefusal && read.errors.contains("sealed to somebody else"), "\(read)")
            }
            let peeled = try peel("lena", "luis", ["--of", "anna", "--to", "ben", "--reason", "lost-key"], at: place)
            // Who may not begin was told who must; or, where the first try was the right one, that the file is there already.
            let told = try #require(peeled.refused)
            #expect(
                told.isRefusal && (told.errors.contains("\(peeled.first) must begin") || told.errors.contains("exists already")), "\(told)")
            let mode = try FileManager.default.attributesOfItem(atPath: peeled.path)[.posixPermissions] as? Int
            #expect(mode == 0o600)
            // The first lead cannot finish it, nor a third, nor a worker; nothing has changed for anybody.
            for other in [peeled.first, "lara", "ben"] {
                let finished = try charity.worker(other, ["handover", "--peel", peeled.path, "--yes"], at: place)
                #expect(finished.isRefusal, "\(finished)")
            }
            #expect(try charity.worker("ben", ["read", ids[0]], at: place).isRefusal)
            let finished = try charity.worker(peeled.second, ["handover", "--peel", peeled.path, "--yes"], at: place)
            #expect(finished.code == 0 && Set(ids).isSubset(of: finished.lines), "\(finished)")
            for word in [peeled.first, "ben", "key or passphrase is lost", "held by anna", "cannot be taken back"] {
                #expect(finished.errors.contains(word), "\(word): \(finished)")
            }
            for id in ids {
                let read = try charity.worker("ben", ["read", id, "--format", "jsonl"], at: place)
                #expect(read.code == 0 && read.text.contains(Self.words) && read.errors.isEmpty, "\(read)")
            }
            let listed = try charity.worker("ben", ["list"], at: place)
            #expect(ids.allSatisfy { listed.text.contains($0) })
            for reader in ["lena", "luis", "lara"] { #expect(try charity.worker(reader, ["read", ids[0]], at: place).isRefusal) }
            // The ledger has it, and what can be checked without reading is right.
            let check = try Charity.admin.run(["check", "--vault", place.vault, "--json"])
            #expect(check.code == 0 && check.text.contains("\"handovers\":\(finished.lines.count)"), "\(check)")
            // A second time there is nothing to do.
            let again = try peelAgain(peeled.first, peeled.second, at: place)
            #expect(again.isRefusal && again.errors.contains("can open all of these already"), "\(again)")
        }

        private func peelAgain(_ first: String, _ second: String, at place: Place) throws -> Outcome {
            try charity.worker(
                first,
                ["peel", "--of", "anna", "--to", "ben", "--reason", "lost-key", "--with", second, "--out", "\(folder)/again.peel"],
                at: place)
        }

        @Test func `anna leaves: she hands over what she has, and ben goes on with it`() throws {
            let copy = try charity.copy("leaving")
            let place = copy.place
            let ids = try (0..<2).map { _ in try seal(at: place) }
            let one = try charity.worker("anna", ["handover", ids[0], "--to", "ben", "--reason", "agreed", "--json"], at: place)
            #expect(one.code == 0 && one.text.contains("\"parts\":1") && one.text.contains(ids[0]), "\(one)")
            let all = try charity.worker("anna", ["handover", "--all", "--to", "ben", "--reason", "leave"], at: place)
            #expect(all.code == 0 && all.lines.contains(ids[1]) && !all.lines.contains(ids[0]), "\(all)")
            let again = try charity.worker("anna", ["handover", ids[0], "--to", "ben", "--reason", "leave"], at: place)
            #expect(again.isRefusal && again.errors.contains("already"), "\(again)")
            #expect(try charity.worker("ben", ["read", ids[1]], at: place).text.contains(Self.words))
            // It is ben's now to hand on.
            let on = try charity.worker("ben", ["handover", ids[0], "--to", "lara", "--reason", "illness"], at: place)
            #expect(on.code == 0 && on.lines == [ids[0]], "\(on)")
            #expect(try charity.worker("lara", ["read", ids[0]], at: place).text.contains(Self.words))
            #expect(try Charity.admin.run(["check", "--vault", place.vault]).code == 0)
        }

        @Test func `a consent that ben records goes on where anna's conversation stopped`() throws {
            let copy = try charity.copy("consenting")
            let place = copy.place
            let lines = [
                Event(id: "1", text: Self.words, name: "Wren").line,
                Event(id: "2", text: "May I send this to the team?", role: "worker").line,
                Event(id: "3", text: "yes, my name is Robin Wren", name: "Wren").line, Event.end("c"),
            ]
            let id = try #require(charity.seal(lines.lines, at: place).lines.first)
            #expect(try charity.worker("anna", ["handover", id, "--to", "ben", "--reason", "agreed"], at: place).code == 0)
            let form: [String: Any] = [
                "team": Charity.teamName, "asked": "2", "answered": "3", "real_name": "Robin Wren", "purpose": "go on there",
                "copy_expires": String(Event.time(days: 100).prefix(10)), "contact": "room 2",
                "notice": ["version": "1", "language": "en", "text": "We send a copy."], "understanding": "asked back",
                "lawful_basis": "consent", "how_to_withdraw": "write", "withdrawal_explained": true,
            ]
            let path = "\(folder)/form.json"
            try JSONSerialization.data(withJSONObject: form).write(to: URL(fileURLWithPath: path))
            let consent = try charity.worker("ben", ["consent", id, "--form", path], at: place)
            try #require(consent.code == 0, "\(consent)")
            let shared = try charity.worker("ben", ["share", consent.lines[0], "--out", "\(folder)/copy.age"], at: place)
            #expect(shared.code == 0, "\(shared)")
            // Anna still reads the chat, is told that there is more, and records nothing over what she cannot see.
            let read = try charity.worker("anna", ["read", id], at: place)
            #expect(read.code == 0 && read.text.contains(Self.words) && read.errors.contains("sealed to somebody else"), "\(read)")
            let refused = try charity.worker("anna", ["consent", id, "--form", path], at: place)
            #expect(refused.isRefusal && refused.errors.contains("sealed to somebody else"), "\(refused)")
        }

        @Test func `a handover dies with its record's day, and its file goes`() throws {
            let copy = try charity.copy("over")
            let place = copy.place
            let id = try seal(at: place)
            #expect(try charity.worker("anna", ["handover", id, "--to", "ben", "--reason", "leave"], at: place).code == 0)
            func handovers() throws -> [String] { try Tree(place.vault).files.filter { $0.hasSuffix(".handover") } }
            #expect(try handovers().count == 1)
            let kept = "\(folder)/kept"
            try FileManager.default.copyItem(atPath: "\(place.vault)/records", toPath: kept)
            let request = "\(folder)/sweep"
            let day = String(Event.time(days: 370).prefix(10))
            let asked = try Charity.retention.run(["sweep", "--as-of", day, "--request-out", request, "--keeper", place.socket])
            try #require(asked.code == 0, "\(asked)")
            let order = try charity.approvals(of: request, at: place)
            try #require(try Charity.retention.run(["sweep", "--keeper", place.socket] + order).code == 0)
            #expect(try handovers().isEmpty)
            let missing = try charity.worker("ben", ["read", id], at: place)
            #expect(missing.isRefusal && missing.errors.contains("expired and was removed"), "\(missing)")
            // Brought back from a backup, it says what it is.
            try FileManager.default.removeItem(atPath: "\(place.vault)/records")
            try FileManager.default.copyItem(atPath: kept, toPath: "\(place.vault)/records")
            let expired = try charity.worker("ben", ["read", id], at: place)
            #expect(expired.isRefusal && expired.errors.contains("that day is over"), "\(expired)")
        }

        @Test func `a changed handover shows nothing, and check finds it; so it does a changed ledger`() throws {
            let copy = try charity.copy("changed")
            let place = copy.place
            let id = try seal(at: place)
            #expect(try charity.worker("anna", ["handover", id, "--to", "ben", "--reason", "leave"], at: place).code == 0)
            let path = try #require(Tree(place.vault).files.first { $0.hasSuffix(".handover") })
            let whole = try Data(contentsOf: URL(fileURLWithPath: path))
            var changed = whole
            changed[40] ^= 1
            try changed.write(to: URL(fileURLWithPath: path))
            let read = try charity.worker("ben", ["read", id], at: place)
            #expect(read.isRefusal && read.errors.contains("changed or is damaged"), "\(read)")
            let check = try Charity.admin.run(["check", "--vault", place.vault])
            #expect(check.code == 1 && check.text.contains(".handover: it is not a handover by those who may"), "\(check)")
            try whole.write(to: URL(fileURLWithPath: path))
            #expect(try charity.worker("ben", ["read", id], at: place).code == 0)
            #expect(try Charity.admin.run(["check", "--vault", place.vault]).code == 0)
            // The ledger's last line gone: the checkpoint tells.
            copy.stop(9)
            let ledger = URL(fileURLWithPath: "\(place.vault)/ledger/acts.jsonl")
            let lines = try String(contentsOf: ledger, encoding: .utf8).split(separator: "\n")
            #expect(lines.last?.contains("\"act\":\"handover\"") == true)
            try Data((lines.dropLast().joined(separator: "\n") + "\n").utf8).write(to: ledger)
            let cut = try Charity.admin.run(["check", "--vault", place.vault])
            #expect(cut.code == 1 && cut.text.contains("entries were cut off at its end"), "\(cut)")
            let forged = [lines[0].replacing("\"intent\"", with: "\"done\"")] + lines.dropFirst()
            try Data((forged.joined(separator: "\n") + "\n").utf8).write(to: ledger)
            let broken = try Charity.admin.run(["check", "--vault", place.vault])
            #expect(broken.code == 1 && broken.text.contains("the ledger is damaged"), "\(broken)")
        }

        @Test func `where the keeper is not running nothing is handed over`() throws {
            let copy = try charity.copy("alone")
            let id = try seal(at: copy.place)
            copy.stop(15)
            try expectRefusal("keeper", in: charity) {
                try charity.worker("anna", ["handover", id, "--to", "ben", "--reason", "leave"], at: copy.place)
            }
        }

        @Test(
            arguments: [
                (["handover"], 64), (["handover", "--all"], 64), (["handover", "--all", "--to", "ben"], 64),
                (["handover", "--peel", "x", "--to", "ben", "--reason", "leave"], 64),
                (["handover", "--all", "--to", "ben", "--reason", "lost-key"], 64),
                (["handover", "--all", "--to", "ben", "--reason", "bored"], 64),
                (["handover", "--all", "--to", "anna", "--reason", "leave"], 1),
                (["handover", "--all", "--to", "nobody", "--reason", "leave"], 1),
                (["handover", "--all", "--to", Charity.teamName, "--reason", "leave"], 1),
                (["handover", "--peel", "/nowhere"], 1), (["peel", "--of", "anna", "--to", "ben", "--reason", "leave"], 64),
                (["peel", "--with", "luis", "--to", "ben", "--reason", "leave", "--out", "/tmp/never"], 64),
                (["peel", "--of", "anna", "--with", "luis", "--to", "ben", "--reason", "leave", "--out", "/tmp/never"], 1),
            ] as [([String], Int32)]) func `what cannot be meant is refused`(arguments: [String], code: Int32) throws
        {
            let outcome = try charity.worker("anna", arguments)
            #expect(outcome.code == code && outcome.output.isEmpty, "\(arguments): \(outcome)")
            #expect(code == 64 || outcome.isRefusal, "\(arguments): \(outcome)")
            #expect(!FileManager.default.fileExists(atPath: "/tmp/never"))
        }
    }
}
