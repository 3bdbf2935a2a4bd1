import Foundation
import ProgramRunner
import Testing

extension ProgramTests {
    /// What `vault-admin check` says of a vault, once somebody was at it.
    @Suite struct CheckFindsWhatIsWrongTests {
        let charity: Charity

        init() throws { charity = try .shared }

        private func check(_ place: Place) throws -> Outcome {
            try Charity.admin.run(["check", "--vault", place.vault])
        }

        /// Does something to a vault that was right before, and expects one finding with these words.
        private func expectFinding(
            _ words: String..., at copy: Charity.Copy, sourceLocation: SourceLocation = #_sourceLocation, _ change: (String) throws -> Void
        ) throws {
            let kept = "\(charity.root)/kept"
            try #require(try RunningProgram(["cp", "-a", copy.place.vault, kept]).end().code == 0)
            try change(copy.place.vault)
            let outcome = try check(copy.place)
            #expect(outcome.code == 1 && outcome.lines.count == 1, "\(outcome)", sourceLocation: sourceLocation)
            for word in words { #expect(outcome.text.contains(word), "\(outcome)", sourceLocation: sourceLocation) }
            #expect(outcome.errors.hasSuffix("1 findings\n"), "\(outcome)", sourceLocation: sourceLocation)
            try FileManager.default.removeItem(atPath: copy.place.vault)
            try FileManager.default.moveItem(atPath: kept, toPath: copy.place.vault)
            #expect(try check(copy.place).code == 0, sourceLocation: sourceLocation)
        }

        private func rewrite(_ path: String, _ change: (inout Data) -> Void) throws {
            var bytes = try Data(contentsOf: URL(fileURLWithPath: path))
            change(&bytes)
            try bytes.write(to: URL(fileURLWithPath: path))
        }

        @Test func `a certificate that the keeper is still to write is not wrong while it says so, and is when nobody says so`() throws {
            let copy = try charity.copy("uncertified")
            let (request, day) = ("\(charity.root)/uncertified.request", String(Event.time(days: 100).prefix(10)))
            // A folder in the place of one of its files: so it cannot be written.
            let obstacle = "\(copy.place.vault)/certificates/1.txt"
            try FileManager.default.createDirectory(atPath: obstacle, withIntermediateDirectories: true)
            let asked = try Charity.retention.run(
                ["sweep", "--as-of", day, "--request-out", request, "--keeper", copy.place.socket])
            try #require(asked.code == 0, "\(asked)")
            let papers = try charity.approvals(of: request, at: copy.place)
            let told = try Charity.retention.run(["sweep"] + papers + ["--keeper", copy.place.socket])
            #expect(told.code == 1 && told.errors.contains("its certificate is not written yet"), "\(told)")
            let running = try Charity.admin.run(["check"] + copy.place.arguments)
            #expect(running.code == 0 && running.errors.contains("the keeper says that it is still to be written"), "\(running)")
            #expect(running.errors.contains("certificate 1 is not finished") && !running.errors.contains("changed"), "\(running)")
            // Who cannot ask it hears that it is to be written, or was taken away.
            let alone = try check(copy.place)
            #expect(alone.code == 1 && alone.lines.count == 1 && alone.text.contains("still to be written"), "\(alone)")
            try FileManager.default.removeItem(atPath: obstacle)
            let again = try Charity.retention.run(["sweep", "--keeper", copy.place.socket])
            #expect(again.code == 0, "\(again)")
            let whole = try Charity.admin.run(["check"] + copy.place.arguments)
            #expect(whole.code == 0 && !whole.errors.contains("certificate 1 is not finished"), "\(whole)")
            // Now it says that it wrote it.
            try FileManager.default.removeItem(atPath: "\(copy.place.vault)/certificates/1.json")
            let gone = try Charity.admin.run(["check"] + copy.place.arguments)
            #expect(gone.code == 1 && gone.text.contains("missing: certificate 1"), "\(gone)")
        }

        @Test func `each thing that can be seen to be wrong is named, and a vault that is right has none`() throws {
            let copy = try charity.copy("checked")
            copy.stop(SIGTERM)
            try copy.restart()
            let id = try #require(try charity.seal([Event().line].lines, at: copy.place).lines.first)
            copy.stop(SIGTERM)
            #expect(try check(copy.place).code == 0)
            let part = try #require(try Tree("\(copy.place.vault)/records").files.first { $0.contains(id) })
            let records = (part as NSString).deletingLastPathComponent
            try expectFinding("roster.json", "not roster 2", at: copy) { vault in
                try FileManager.default.removeItem(atPath: "\(vault)/roster.json")
                try FileManager.default.copyItem(atPath: "\(vault)/rosters/1.json", toPath: "\(vault)/roster.json")
            }
            try expectFinding("the ledger", "tampered", at: copy) { vault in
                try rewrite("\(vault)/ledger/acts.jsonl") { $0[40] ^= 1 }
            }
            try expectFinding("anna: none of the vault's", at: copy) { vault in
                try FileManager.default.copyItem(atPath: "\(charity.root)/people/anna", toPath: "\(vault)/anna")
            }
            try expectFinding("2700, not 2770", at: copy) { vault in
                try #require(try RunningProgram(["chmod", "2700", "\(vault)/open"]).end().code == 0)
            }
            try expectFinding("partners is missing", at: copy) { try FileManager.default.removeItem(atPath: "\($0)/partners") }
            try expectFinding("no calendar", at: copy) { vault in
                try FileManager.default.removeItem(atPath: "\(vault)/calendar")
                try #require(try RunningProgram(["mkdir", "-m", "2770", "\(vault)/calendar"]).end().code == 0)
            }
            try expectFinding("notes: neither a sealed part nor a handover", at: copy) { _ in try write("mine", to: "\(records)/notes") }
            try expectFinding("someday: not the folder of a day", at: copy) { vault in
                try FileManager.default.createDirectory(atPath: "\(vault)/records/someday", withIntermediateDirectories: false)
            }
            try expectFinding("is none that a closed part has", at: copy) { _ in try rewrite(part) { $0.removeLast() } }
            try expectFinding(part, at: copy) { _ in try rewrite(part) { $0[0] ^= 1 } }
            try expectFinding("the name is not its header's", at: copy) { _ in try rewrite(part) { $0[16] ^= 1 } }
            try expectFinding("of another day than its header's", at: copy) { _ in try rewrite(part) { $0[12] ^= 1 } }
            try expectFinding("overdue: 1 parts", at: copy) { vault in
                let overdue = "\(vault)/records/2020-01-01"
                try FileManager.default.createDirectory(atPath: overdue, withIntermediateDirectories: false)
                let name = (part as NSString).lastPathComponent
                // The day of the folder in the header: 18,262 days.
                try FileManager.default.moveItem(atPath: part, toPath: "\(overdue)/\(name)")
                try rewrite("\(overdue)/\(name)") { $0.replaceSubrange(12..<16, with: [0x56, 0x47, 0, 0]) }
            }
        }

        @Test func `a vault whose rosters do not follow from the first is not checked but refused`() throws {
            let copy = try charity.copy("forged")
            copy.stop(SIGTERM)
            let roster = "\(copy.place.vault)/rosters/2.json"
            try rewrite(roster) { $0[$0.count / 2] ^= 1 }
            try expectRefusal("not authentic", in: charity) { try check(copy.place) }
        }
    }
}
