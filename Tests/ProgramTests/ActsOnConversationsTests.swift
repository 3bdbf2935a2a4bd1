import Foundation
import Glibc
import ProgramRunner
import System
import Testing

extension ProgramTests {
    /// Erasing, holding and releasing by the command lines of those who must agree; and what everybody is told afterwards.
    @Suite struct ActsOnConversationsTests {
        let charity: Charity

        init() throws { charity = try .shared }

        private static let lines = [
            Event(id: "1", text: "please help").line, Event(id: "2", text: "May I send this?", role: "worker").line,
            Event(id: "3", text: "yes").line, Event.end("c"),
        ]

        /// A new conversation of anna's.
        private func seal(at place: Place) throws -> String {
            try #require(try charity.seal(Self.lines.lines, at: place).lines.first)
        }

        /// Asks for an act and writes the request.
        private func ask(_ arguments: [String], at place: Place) throws -> String {
            let file = "\(charity.root)/\(arguments[0])-\(UInt32.random(in: .min ... .max)).request"
            let asked = try Charity.retention.run(arguments + ["--request-out", file] + place.arguments)
            try #require(asked.code == 0 && asked.output.isEmpty, "\(asked)")
            return file
        }

        private func act(_ name: String, _ papers: [String], at place: Place) throws -> Outcome {
            try Charity.retention.run([name] + papers + place.arguments)
        }

        /// Asks, has it approved, and has it done.
        @discardableResult
        private func act(_ arguments: [String], by people: [String] = ["lena", "luis"], at place: Place) throws -> Outcome {
            let papers = try charity.approvals(of: ask(arguments, at: place), by: people, at: place)
            let outcome = try act(arguments[0], papers, at: place)
            try #require(outcome.code == 0, "\(outcome)")
            return outcome
        }

        private func read(_ id: String, by name: String = "anna", at place: Place) throws -> Outcome {
            try charity.worker(name, ["read", id], at: place)
        }

        private func expectReads(_ id: String, _ words: String, at place: Place, sourceLocation: SourceLocation = #_sourceLocation) throws {
            let outcome = try read(id, at: place)
            #expect(outcome.isRefusal && outcome.errors.contains(words), "\(outcome)", sourceLocation: sourceLocation)
        }

        private func json(_ outcome: Outcome) throws -> [String: Any] {
            try #require(try JSONSerialization.jsonObject(with: outcome.output) as? [String: Any], "\(outcome)")
        }

        private func day(_ days: Int) -> String { String(Event.time(days: days).prefix(10)) }

        @Test func `a conversation is erased by its holder and a lead, and by nobody less`() throws {
            let copy = try charity.copy("erasing")
            let place = copy.place
            let (id, other) = (try seal(at: place), try seal(at: place))
            let request = try ask(["erase", id], at: place)
            defer { try? FileManager.default.removeItem(atPath: request) }
            // Somebody who does not hold it is refused before anything is signed.
            try expectRefusal("only a safeguarding lead's approval", in: charity) {
                try charity.worker("ben", ["approve", request, "--out", "\(request).ben", "--yes"], at: place)
            }
            let papers = try charity.approvals(of: request, by: ["anna", "lena"], at: place)
            defer {
                for name in ["anna", "lena"] {
                    for end in ["", ".minisig"] { try? FileManager.default.removeItem(atPath: "\(request).\(name)\(end)") }
                }
            }
            // What anna approves she is told in words.
            try FileManager.default.removeItem(atPath: "\(request).anna")
            try FileManager.default.removeItem(atPath: "\(request).anna.minisig")
            let approved = try charity.worker("anna", ["approve", request, "--out", "\(request).anna", "--yes"], at: place)
            #expect(approved.errors.contains("anna holds it: this takes anna and one lead") && approved.errors.contains(id), "\(approved)")
            for alone in [["--approval", "\(request).anna"], ["--approval", "\(request).lena"]] {
                let refused = try act("erase", ["--request", request] + alone, at: place)
                #expect(refused.isRefusal && refused.errors.contains("fewer approvals"), "\(refused)")
            }
            #expect(try read(id, at: place).code == 0)
            let done = try act("erase", papers, at: place)
            #expect(done.code == 0 && done.errors.contains("nobody can read it any more") && done.errors.contains("removed 1 file"))
            #expect(try act("erase", papers, at: place).errors.contains("nothing to do"))
            try expectReads(id, "was erased before its day", at: place)
            #expect(try read(other, at: place).code == 0)
            try expectRefusal("erased: ", in: charity) { try Charity.retention.run(["erase", id] + place.arguments) }
        }

        @Test func `what is held stays readable when its year is over, and everything else is gone`() throws {
            let copy = try charity.copy("holding")
            let place = copy.place
            let (held, short, other) = (try seal(at: place), try seal(at: place), try seal(at: place))
            try act(["hold", held, "--until", day(800)], at: place)
            try act(["hold", short, "--until", day(14)], by: ["luis"], at: place)
            let tooLong = try ask(["hold", other, "--until", day(15)], at: place)
            let alone = try act("hold", charity.approvals(of: tooLong, by: ["lena"], at: place), at: place)
            #expect(alone.isRefusal && alone.errors.contains("fewer approvals"), "\(alone)")
            try expectRefusal("not erased", in: charity) { try Charity.retention.run(["erase", held] + place.arguments) }
            let preview = try json(Charity.retention.run(["preview", "--json"] + place.arguments))
            #expect((preview["held"] as? [[String: String]])?.map { $0["conversation"] } == [short, held])
            let status = try json(Charity.admin.run(["status", "--json"] + place.arguments))
            #expect((status["kept"] as? [String: Int])?["held"] == 2)

            try act(["sweep", "--as-of", day(400)], at: place)
            #expect(try read(held, at: place).text.contains("please help"))
            for id in [short, other] { try expectReads(id, "there is no conversation", at: place) }
            let checked = try Charity.admin.run(["check", "--json"] + place.arguments)
            let counts = try json(checked)["conversations"] as? [String: Int]
            #expect(checked.code == 0 && counts?["held"] == 1 && counts?["open"] == 1 && counts?["expired"] == 0, "\(checked)")
            #expect(try json(Charity.admin.run(["status", "--json"] + place.arguments))["overdue_parts"] as? Int == 0)

            // Released by one it is not; by two it is gone, with its file.
            let request = try ask(["release", held], at: place)
            let one = try act("release", charity.approvals(of: request, by: ["lena"], at: place), at: place)
            #expect(one.isRefusal && one.errors.contains("fewer approvals"), "\(one)")
            let released = try act(["release", held], at: place)
            #expect(released.errors.contains("removed 1 file"), "\(released)")
            try expectReads(held, "there is no conversation", at: place)
        }

        @Test func `erased, expired, missing and corrupt are told apart by everybody`() throws {
            let copy = try charity.copy("answers")
            let place = copy.place
            let (erased, missing, corrupt, kept) = (
                try seal(at: place), try seal(at: place), try seal(at: place), try seal(at: place)
            )
            func files(_ id: String) throws -> [String] {
                try Tree(place.vault).files.filter { $0.contains("/\(id).") }
            }
            let (gone, damaged) = (try #require(files(missing).first), try #require(files(corrupt).first))
            let copyOfErased = try #require(files(erased).first)
            let bytes = try Data(contentsOf: URL(fileURLWithPath: copyOfErased))
            try act(["hold", missing, "--until", day(30)], at: place)
            try FileManager.default.removeItem(atPath: gone)
            var changed = try Data(contentsOf: URL(fileURLWithPath: damaged))
            changed[400] ^= 1
            try changed.write(to: URL(fileURLWithPath: damaged))
            try act(["erase", erased], at: place)
            try expectReads(erased, "was erased before its day", at: place)
            try expectReads(missing, "there is no conversation", at: place)
            try expectReads(corrupt, "was changed or is damaged", at: place)
            #expect(try read(kept, at: place).code == 0)
            // The erased one's file comes back from a backup, damaged as well: it is erased all the same.
            copy.stop(SIGTERM)
            for flipped in [0, 400] {
                var back = bytes
                back[flipped] ^= 1
                try back.write(to: URL(fileURLWithPath: copyOfErased))
                changed[0] ^= 1
                try changed.write(to: URL(fileURLWithPath: damaged))
                try copy.restart()
                try expectReads(erased, "was erased before its day", at: place)
                copy.stop(SIGTERM)
            }
            // A keeper that begins takes the file of the erased one away. What comes after that is there until the calendar changes: so the
            // custodian sees each as what it is.
            changed[0] ^= 1
            changed[11] ^= 1
            try changed.write(to: URL(fileURLWithPath: damaged))
            try bytes.write(to: URL(fileURLWithPath: copyOfErased))
            try copy.restart()
            for _ in 0..<600 where FileManager.default.fileExists(atPath: copyOfErased) { OwnProcess.pause(milliseconds: 50) }
            #expect(!FileManager.default.fileExists(atPath: copyOfErased))
            try bytes.write(to: URL(fileURLWithPath: copyOfErased))
            let checked = try Charity.admin.run(["check", "--json"] + place.arguments)
            let report = try json(checked)
            let findings = try #require(report["findings"] as? [String])
            #expect(checked.code == 1 && findings.count == 3, "\(checked)")
            for start in ["erased: conversation \(erased)", "missing: conversation \(missing)", "corrupt: \(damaged)"] {
                #expect(findings.count { $0.hasPrefix(start) } == 1, "\(findings)")
            }
            let counts = report["conversations"] as? [String: Int]
            #expect(
                counts == ["open": 1, "held": 0, "expired": 0, "erased": 1, "missing": 1, "corrupt": 1, "without_page": 0],
                "\(String(describing: counts))")
            // A record whose day is over, while the keeper sweeps nothing: expired, and nothing else.
            try FileManager.default.removeItem(atPath: copyOfErased)
            try act(["sweep", "--as-of", day(400)], at: place)
            copy.stop(SIGTERM)
            try FileManager.default.createDirectory(
                atPath: (copyOfErased as NSString).deletingLastPathComponent, withIntermediateDirectories: true)
            try bytes.write(to: URL(fileURLWithPath: copyOfErased))
            try copy.restart()
            let expired = try read(erased, at: place)
            let isRemoved = expired.errors.contains("there is no conversation")
            #expect(expired.isRefusal && (isRemoved || expired.errors.contains("could be opened until")), "\(expired)")
        }

        @Test func `a team erases its own copy alone, and it does not come in again`() throws {
            let home = try charity.copy("copy-home")
            let support = try charity.copy(of: charity.support, "copy-support")
            let folder = "\(charity.root)/own-copy"
            try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: false)
            let team = charity.credentials(Charity.teamName) + support.place.arguments
            defer {
                try? FileManager.default.removeItem(atPath: folder)
                for name in (try? DiskFileSystem().list("\(charity.root)/people")) ?? [] where name.contains(".partner-") {
                    try? FileManager.default.removeItem(atPath: "\(charity.root)/people/\(name)")
                }
            }
            func done(_ outcome: Outcome) throws -> Outcome {
                try #require(outcome.code == 0, "\(outcome)")
                return outcome
            }
            let form: [String: Any] = [
                "team": Charity.teamName, "asked": "2", "answered": "3", "real_name": "Robin Example", "purpose": "help",
                "copy_expires": day(100), "contact": "room 2", "notice": ["version": "1", "language": "en", "text": "We send a copy."],
                "understanding": "asked back", "lawful_basis": "consent", "how_to_withdraw": "write", "withdrawal_explained": true,
            ]
            try JSONSerialization.data(withJSONObject: form).write(to: URL(fileURLWithPath: "\(folder)/form.json"))
            let id = try seal(at: home.place)
            let consent = try done(charity.worker("anna", ["consent", id, "--form", "\(folder)/form.json"], at: home.place)).lines[0]
            _ = try done(charity.worker("anna", ["share", consent, "--out", "\(folder)/copy.age"], at: home.place))
            _ = try done(
                Charity.team.run(
                    [
                        "trust", home.place.vault, "--yes", "--identity", "\(charity.root)/people/\(Charity.teamName)", "--vault",
                        support.place.vault,
                    ]))
            let held = try done(Charity.team.run(["import", "\(folder)/copy.age"] + team)).lines[0]
            #expect(try done(Charity.team.run(["read", held] + team)).text.contains("please help"))
            // By the keeper's command, with the team's approval alone; what it says is what the team is told.
            let request = try ask(["erase", held], at: support.place)
            defer { try? FileManager.default.removeItem(atPath: request) }
            let approved = try done(Charity.team.run(["approve", request, "--out", "\(folder)/team.approval", "--yes"] + team))
            #expect(
                approved.errors.contains("it is the copy of the team \(Charity.teamName): the team's approval is enough"), "\(approved)")
            // Or all of it in one.
            let erased = try done(Charity.team.run(["erase", held, "--yes", "--json"] + team))
            #expect(erased.errors.contains("Erased") && erased.text.contains(#""files":1"#), "\(erased)")
            let after = try act("erase", ["--request", request, "--approval", "\(folder)/team.approval"], at: support.place)
            #expect(after.code == 0 && after.errors.contains("nothing to do"), "\(after)")
            let refused = try Charity.team.run(["read", held] + team)
            #expect(refused.isRefusal && refused.errors.contains("was erased before its day"), "\(refused)")
            let again = try Charity.team.run(["import", "\(folder)/copy.age"] + team)
            #expect(again.isRefusal && again.errors.contains("erased"), "\(again)")
            #expect(try read(id, at: home.place).code == 0, "the charity's own record is another one")
        }
    }
}
