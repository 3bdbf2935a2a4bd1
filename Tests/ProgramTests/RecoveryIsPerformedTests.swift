import Foundation
import Glibc
import ProgramRunner
import Testing

/// The runbook (`Docs/Recovery.md`), command by command: a second cell, its device away and back, the first machine lost, the vault restored.
extension ProgramTests {
    @Suite struct RecoveryIsPerformedTests {
        let charity: Charity
        private let line = [Event(text: "on the day before the fire").line].lines

        init() throws { charity = try .shared }

        /// Runs a command of the keeper's, which has to succeed.
        private func run(_ arguments: [String]) throws -> Outcome {
            let outcome = try Charity.retention.run(arguments)
            #expect(outcome.code == 0, "\(arguments): \(outcome)")
            return outcome
        }

        private func status(_ place: Place) throws -> String {
            try run(["status", "--json"] + place.arguments).text
        }

        private func copy(_ from: String, _ to: String) throws {
            #expect(try RunningProgram(["cp", "-a", from, to]).end().code == 0)
        }

        /// What must be gone after the test.
        private func clean(_ paths: [String]) {
            for path in paths { try? FileManager.default.removeItem(atPath: path) }
        }

        @Test func `a second cell is added, its device goes away and comes back, the machine is lost, and the vault is restored`() throws {
            let copy = try charity.copy("recovery")
            let (place, second) = (copy.place, "\(charity.root)/recovery-second")
            let (backup, new) = ("\(charity.root)/recovery-backup", Place("restored", in: charity.root))
            defer { clean([second, "\(second).away", backup, new.vault]) }
            // A second cell.
            let added = try run(["add-cell", second] + place.arguments)
            #expect(added.errors.contains("there are 2 cells"))
            #expect(try !status(place).contains("that is left out"), "nothing was left out")
            copy.stop(SIGTERM)
            try copy.restart(["--cell", second])
            let id = try #require(try charity.seal(line, at: place).lines.first)
            // Its device goes away: acts go on, and say that they are incomplete.
            try FileManager.default.moveItem(atPath: second, toPath: "\(second).away")
            let late = Date(timeIntervalSinceNow: -300 * 86_400)
            let old = try charity.seal([Event(text: "long ago", at: Self.day(late)).line].lines, at: place)
            #expect(old.code == 0, "\(old)")
            let away = try status(place)
            #expect(away.contains("\"level\":\"away\"") && away.contains("cell 2 is away"), "\(away)")
            #expect(try run(["sweep"] + place.arguments).errors.contains("incomplete: 1 cell(s)"))
            #expect(try Charity.admin.run(["ledger", "--vault", place.vault]).text.contains("incomplete"))
            // It comes back, and has caught up by the next act, without being told.
            try FileManager.default.moveItem(atPath: "\(second).away", toPath: second)
            #expect(try !run(["sweep"] + place.arguments).errors.contains("incomplete"))
            let back = try status(place)
            #expect(!back.contains("away") && !back.contains("incomplete"), "\(back)")
            // A drill, and a backup.
            try self.copy(place.vault, backup)
            let drill = try run(["drill", "--from", backup] + place.arguments)
            #expect(drill.text.contains("PASSED") && drill.text.contains("cell 2"), "\(drill.text)")
            let later = try #require(try charity.seal(line, at: place).lines.first)
            // The first machine is gone: the vault, and the cell that was in it.
            copy.stop(SIGKILL)
            clean([place.vault, place.cell])
            // Without the right cell, and over anything, nothing is restored.
            try refusals(backup: backup, second: second, new: new)
            let restored = try run(["restore", "--vault", new.vault, "--from", backup, "--cell", second, "--json"])
            #expect(restored.errors.contains("restored to \(new.vault)") && restored.errors.contains("add-cell"), "\(restored)")
            #expect(restored.text.contains("\"expired\":0"))
            let keeper = try Charity.retention.start(["run", "--cell", second] + new.arguments)
            defer {
                keeper.signal(SIGKILL)
                keeper.end()
            }
            try #require(keeper.wait { String(decoding: $0.output, as: UTF8.self).contains("ready") }, "\(keeper.errors)")
            // What was in the backup is read by its worker; what was sealed after it is gone.
            let read = try charity.worker("anna", ["read", id, "--format", "jsonl"], at: new)
            #expect(read.code == 0 && read.output == line, "\(read)")
            #expect(try charity.worker("anna", ["read", later], at: new).code == 1)
            #expect(try Charity.admin.run(["check", "--vault", new.vault]).code == 0)
            // And a fresh second cell.
            #expect(try status(new).contains("there is one cell only"))
            let third = "\(charity.root)/recovery-third"
            defer { clean([third]) }
            _ = try run(["add-cell", third] + new.arguments)
            #expect(try !status(new).contains("one cell only"))
            #expect(try charity.seal(line, at: new).code == 0)
        }

        private static func day(_ date: Date) -> String {
            let format = ISO8601DateFormatter()
            return format.string(from: date)
        }

        /// What `restore` refuses, in one line and without a trace.
        private func refusals(backup: String, second: String, new: Place) throws {
            func refused(_ words: String, _ outcome: Outcome) {
                #expect(
                    outcome.code == 1 && outcome.errors.contains(words) && !FileManager.default.fileExists(atPath: new.vault), "\(outcome)")
            }
            refused("another vault", try restore(backup, "\(charity.support.cell)-copy", new.vault, copying: charity.support.cell))
            refused("cell 1 is not there", try restore(backup, "\(charity.root)/no-cell", new.vault))
            refused("no backup", try restore("\(charity.root)/no-backup", second, new.vault))
            refused("exists", try restore(backup, second, charity.home.vault))
            let tampered = "\(backup)-tampered"
            defer { clean([tampered]) }
            try copy(backup, tampered)
            let acts = URL(fileURLWithPath: "\(tampered)/ledger/acts.jsonl")
            var bytes = try Data(contentsOf: acts)
            bytes[bytes.count / 2] ^= 1
            try bytes.write(to: acts)
            refused("ledger", try restore(tampered, second, new.vault))
        }

        private func restore(_ from: String, _ cell: String, _ to: String, copying original: String? = nil) throws -> Outcome {
            defer { if original != nil { clean([cell]) } }
            if let original { try copy(original, cell) }
            return try Charity.retention.run(["restore", "--vault", to, "--from", from, "--cell", cell])
        }

        @Test func `a cell whose device died is given up, by the vault itself and the cell that is left`() throws {
            let copy = try charity.copy("bereft")
            let (place, second, third) = (copy.place, "\(charity.root)/bereft-second", "\(charity.root)/bereft-third")
            let new = Place("bereft-2", in: charity.root)
            defer { clean([second, "\(second).dead", third, new.vault]) }
            _ = try run(["add-cell", second] + place.arguments)
            copy.stop(SIGTERM)
            try copy.restart(["--cell", second])
            let id = try #require(try charity.seal(line, at: place).lines.first)
            let erased = try #require(try charity.seal(line, at: place).lines.first)
            try FileManager.default.moveItem(atPath: second, toPath: "\(second).dead")
            let request = "\(charity.root)/bereft.request"
            _ = try run(["erase", erased, "--request-out", request] + place.arguments)
            let approvals = try charity.approvals(of: request, at: place)
            #expect(try run(["erase"] + approvals + place.arguments).errors.contains("incomplete: 1 cell(s)"))
            #expect(try status(place).contains("\"everywhere\":false"))
            #expect(try run(["status"] + place.arguments).text.contains("NOT YET destroyed everywhere"))
            #expect(try Charity.admin.run(["check"] + place.arguments).code == 1)
            // While a keeper runs nothing is given up.
            let restoring = ["restore", "--vault", new.vault, "--from", place.vault, "--cell", place.cell]
            let busy = try Charity.retention.run(restoring)
            #expect(busy.code == 1 && busy.errors.contains("in use by another keeper"), "\(busy)")
            copy.stop(SIGTERM)
            _ = try run(restoring)
            let keeper = try Charity.retention.start(["run", "--cell", place.cell] + new.arguments)
            defer {
                keeper.signal(SIGKILL)
                keeper.end()
            }
            try #require(keeper.wait { String(decoding: $0.output, as: UTF8.self).contains("ready") }, "\(keeper.errors)")
            _ = try run(["add-cell", third] + new.arguments)
            let now = try status(new)
            #expect(
                !now.contains("away") && !now.contains("one cell only") && now.contains("certificate 1 stays incomplete for ever"), "\(now)"
            )
            #expect(try charity.worker("anna", ["read", id, "--format", "jsonl"], at: new).output == line)
            #expect(try charity.worker("anna", ["read", erased], at: new).errors.contains("erased"))
            let ledger = try Charity.admin.run(["ledger", "--vault", new.vault])
            #expect(ledger.code == 0 && ledger.lines.contains { $0.contains(/restore done .*cells L[0-9]$/) }, "\(ledger)")
            // What the lost cell opens is not said to be destroyed, not even when all that are left have it: it is told each time, as no fault.
            #expect(try !run(["status"] + new.arguments).text.contains("NOT YET"))
            for _ in 0..<2 {
                let check = try Charity.admin.run(["check"] + new.arguments)
                #expect(check.code == 0 && check.errors.contains("certificate 1 stays incomplete"), "\(check)")
                let shown = try Charity.admin.run(["certificates", "--json"] + new.arguments)
                #expect(shown.code == 0 && shown.text.contains("\"given_up\":[1]"), "\(shown)")
            }
            // It turns up again: alone it is refused.
            keeper.signal(SIGTERM)
            keeper.end()
            let back = try Charity.retention.run(["run", "--cell", "\(second).dead"] + new.arguments)
            #expect(back.code == 1 && back.errors.contains("out of date"), "\(back)")
        }

        @Test func `a replica is made, kept, and enough where the calendar is nowhere else`() throws {
            let copy = try charity.copy("replicated")
            let (replica, new) = ("\(charity.root)/replica", Place("from-replica", in: charity.root))
            defer { clean([replica, new.vault]) }
            let inside = try Charity.retention.run(["add-replica", "\(copy.place.vault)/a/replica", "--vault", copy.place.vault])
            #expect(inside.code == 1 && inside.errors.contains("inside the vault"), "\(inside)")
            _ = try run(["add-replica", replica, "--vault", copy.place.vault])
            copy.stop(SIGTERM)
            try copy.restart(["--replica", replica])
            _ = try charity.seal(line, at: copy.place)
            let drill = try run(["drill"] + copy.place.arguments)
            #expect(drill.text.contains("replica 1: it has the calendar"), "\(drill.text)")
            copy.stop(SIGTERM)
            for folder in ["\(copy.place.vault)/calendar", copy.place.cell] {
                for name in try FileManager.default.contentsOfDirectory(atPath: folder) where name.hasSuffix(".calendar") {
                    try FileManager.default.removeItem(atPath: "\(folder)/\(name)")
                }
            }
            let arguments = ["restore", "--vault", new.vault, "--from", copy.place.vault, "--cell", copy.place.cell]
            let refused = try Charity.retention.run(arguments)
            #expect(refused.code == 1 && refused.errors.contains("restore it from a replica"), "\(refused)")
            _ = try run(arguments + ["--replica", replica])
        }

        @Test func `a keeper whose identity is lost comes back from a copy of it, or as a new one`() throws {
            let copy = try charity.copy("headless")
            let (kept, new) = ("\(charity.root)/kept.identity", Place("with-identity", in: charity.root))
            let newer = Place("with-new-keeper", in: charity.root)
            defer { clean([kept, new.vault, newer.vault]) }
            copy.stop(SIGTERM)
            try self.copy("\(copy.place.cell)/keeper.identity", kept)
            try FileManager.default.removeItem(atPath: "\(copy.place.cell)/keeper.identity")
            let arguments = ["--from", copy.place.vault, "--cell", copy.place.cell]
            let refused = try Charity.retention.run(["restore", "--vault", new.vault] + arguments)
            #expect(
                refused.code == 1 && refused.errors.contains("--keeper-identity") && refused.errors.contains("--new-keeper"), "\(refused)")
            _ = try run(["restore", "--vault", new.vault, "--keeper-identity", kept] + arguments)
            #expect(FileManager.default.fileExists(atPath: "\(copy.place.cell)/keeper.identity"))
            let needless = try Charity.retention.run(["restore", "--vault", newer.vault, "--new-keeper"] + arguments)
            #expect(needless.isRefusal && needless.errors.contains("leave out"), "\(needless)")
            try FileManager.default.removeItem(atPath: "\(copy.place.cell)/keeper.identity")
            let made = try run(["restore", "--vault", newer.vault, "--new-keeper", "--from", new.vault, "--cell", copy.place.cell])
            #expect(made.errors.contains("made a new keeper") && made.errors.contains("not the one in the roster"), "\(made)")
        }
    }
}
