import Foundation
import Glibc
import ProgramRunner
import Testing

extension ProgramTests {
    @Suite struct AnybodyCanVerifyTheLedgerTests {
        let charity: Charity

        init() throws { charity = try .shared }

        private static let reader = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .appendingPathComponent("IndependentReader/reader.py").path

        private func ledger(_ place: Place, _ more: String...) throws -> Outcome {
            try Charity.admin.run(["ledger", "--vault", place.vault] + more)
        }

        private struct Report: Decodable {
            struct Row: Decodable {
                let number: Int
                let act: String
                let state: String
                let roster: Int?
            }

            struct Since: Decodable {
                let size: Int
                let proof: [String]
            }

            let size: Int
            let covered: Int
            let verifier_keys: [String]
            let since: Since?
            let entries: [Row]
        }

        private func report(_ place: Place, _ more: String...) throws -> Report {
            let outcome = try Charity.admin.run(["ledger", "--json", "--vault", place.vault] + more)
            try #require(outcome.code == 0, "\(outcome)")
            return try JSONDecoder().decode(Report.self, from: outcome.output)
        }

        /// Has two leads tear off everything before a day to come, so that there is more in the ledger.
        private func sweep(_ copy: Charity.Copy, asOf day: String) throws {
            let request = "\(charity.root)/ledger-sweep-\(day)"
            defer {
                for ending in ["", ".lena", ".lena.minisig", ".luis", ".luis.minisig"] {
                    try? FileManager.default.removeItem(atPath: "\(request)\(ending)")
                }
            }
            let keeper = ["--keeper", copy.place.socket]
            try #require(try Charity.retention.run(["sweep", "--as-of", day, "--request-out", request] + keeper).code == 0)
            let approvals = try charity.approvals(of: request, at: copy.place)
            let done = try Charity.retention.run(["sweep"] + approvals + keeper)
            try #require(done.code == 0, "\(done)")
        }

        private func day(in days: Int) -> String {
            let formatter = ISO8601DateFormatter()
            formatter.formatOptions = [.withFullDate]
            return formatter.string(from: Date() + TimeInterval(days) * 86_400)
        }

        @Test func `it is shown, and others verify it and each of its entries`() throws {
            let copy = try charity.copy("ledger")
            try sweep(copy, asOf: day(in: 2))
            let (place, folder) = (copy.place, "\(copy.place.vault)/ledger")
            let shown = try ledger(place)
            let report = try report(place)
            #expect(shown.code == 0 && shown.lines.count == report.size && report.covered == report.size, "\(shown)")
            #expect(shown.text.contains("create done") && shown.text.contains("roster done") && shown.text.contains("approvals: 2"))
            #expect(shown.errors.contains("Verified \(report.size) entries"))
            #expect(report.entries.map(\.number) == Array(1...report.size) && report.entries.contains { $0.roster != nil })
            let keys = try ledger(place, "--vkey").lines
            #expect(keys == report.verifier_keys && keys.count == 1)
            let python = ["/usr/bin/python3", Self.reader]
            let verified = try RunningProgram(python + ["verify", "--vault", place.vault]).end()
            #expect(verified.code == 0 && verified.text.contains("ledger: \(report.size) entries"), "\(verified)")
            for number in 1...report.size {
                let proof = try ledger(place, "--proof", "\(number)")
                try #require(proof.code == 0, "\(proof)")
                let file = try write(proof.text, to: "\(folder)/.tmp-proof")
                defer { try? FileManager.default.removeItem(atPath: file) }
                let verified = try RunningProgram(python + ["proof", "--vault", place.vault, file]).end()
                #expect(verified.code == 0 && verified.errors == "entry \(number)\n", "\(verified)")
                #expect(verified.text.contains("\"number\":\(number),"), "\(verified)")
            }
            for arguments in [["--proof", "1", "--json"], ["--proof", "one"], ["--vkey", "--checkpoint"]] {
                #expect(try Charity.admin.run(["ledger", "--vault", place.vault] + arguments).code == 64)
            }
            for number in ["0", "\(report.size + 1)"] {
                try expectRefusal("no entry \(number)", in: charity) { try ledger(place, "--proof", number) }
            }
        }

        @Test func `whoever kept a checkpoint notices that the end was cut off, and the keeper brings it back`() throws {
            let copy = try charity.copy("cut")
            let (place, folder) = (copy.place, "\(copy.place.vault)/ledger")
            let kept = try [1, 2].map { number in
                try sweep(copy, asOf: day(in: number))
                let checkpoint = try ledger(place, "--checkpoint")
                #expect(checkpoint.code == 0 && checkpoint.output == FileManager.default.contents(atPath: "\(folder)/checkpoint"))
                if number == 1 {
                    copy.stop(SIGTERM)
                    try #require(RunningProgram(["cp", "-a", folder, "\(folder)-early"]).end().code == 0)
                    try copy.restart()
                }
                return try write(checkpoint.text, to: "\(charity.root)/kept-\(number)")
            }
            defer { for file in kept { try? FileManager.default.removeItem(atPath: file) } }
            let continued = try ledger(place, "--since", kept[0])
            #expect(continued.code == 0 && continued.errors.contains("continues the checkpoint"))
            let since = try #require(report(place, "--since", kept[0]).since)
            #expect(since.size > 0 && !since.proof.isEmpty)
            // Somebody puts the earlier ledger back, checkpoint and all.
            copy.stop(SIGTERM)
            try FileManager.default.removeItem(atPath: folder)
            try FileManager.default.moveItem(atPath: "\(folder)-early", toPath: folder)
            #expect(try ledger(place).code == 0 && ledger(place, "--since", kept[0]).code == 0)
            try expectRefusal("cut off", in: charity) { try ledger(place, "--since", kept[1]) }
            try copy.restart()
            #expect(copy.keeper.errors.contains("put back from the keeper's copy"))
            #expect(try ledger(place, "--since", kept[1]).code == 0)
            copy.stop(SIGTERM)
            try expectRefusal("no checkpoint that a keeper", in: charity) {
                try ledger(place, "--since", "\(charity.root)/people/anna.card")
            }
        }

        @Test func `a ledger that was changed, or lost its checkpoint, is refused, and check says so`() throws {
            let copy = try charity.copy("changed")
            copy.stop(SIGTERM)
            let place = copy.place
            let (acts, checkpoint) = ("\(place.vault)/ledger/acts.jsonl", "\(place.vault)/ledger/checkpoint")
            let originals = try [acts, checkpoint].map { try Data(contentsOf: URL(fileURLWithPath: $0)) }
            func check() throws -> Outcome { try Charity.admin.run(["check", "--vault", place.vault]) }
            let good = try check()
            #expect(good.code == 0 && good.lines.isEmpty, "\(good)")
            func expectRefused(_ words: String, sourceLocation: SourceLocation = #_sourceLocation) throws {
                try expectRefusal(words, in: charity, sourceLocation: sourceLocation) { try ledger(place) }
                let checked = try check()
                let isTold = checked.code == 1 && checked.lines.contains { $0.contains(words) }
                #expect(isTold, "\(checked)", sourceLocation: sourceLocation)
            }
            var changed = originals[0]
            changed[100] ^= 1
            try changed.write(to: URL(fileURLWithPath: acts))
            try expectRefused("tampered with")
            let lines = originals[0].split(separator: UInt8(ascii: "\n"))
            try Data(lines.dropLast().joined(separator: [UInt8(ascii: "\n")])).write(to: URL(fileURLWithPath: acts))
            try expectRefused("cut off")
            try originals[0].write(to: URL(fileURLWithPath: acts))
            try Data().write(to: URL(fileURLWithPath: checkpoint))
            try expectRefused("no keeper of this vault signed it")
            try FileManager.default.removeItem(atPath: checkpoint)
            try expectRefused("no checkpoint covers")
        }
    }
}
