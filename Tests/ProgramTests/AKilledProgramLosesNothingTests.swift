import Foundation
import Glibc
import ProgramRunner
import Testing

extension ProgramTests {
    @Suite struct AKilledProgramLosesNothingTests {
        let charity: Charity

        init() throws { charity = try .shared }

        /// Conversations of four lines, each a multiple of `repeats` words long.
        private func conversations(_ numbers: Range<Int>, repeats: Int, at: (Int) -> String? = { _ in nil }) -> Data {
            numbers.flatMap { number in
                (0..<3).map {
                    Event(conversation: "\(number)", text: "\(number).\($0) " + String(repeating: "word ", count: repeats), at: at(number))
                        .line
                } + [Event.end("\(number)")]
            }.lines
        }

        /// Ids whose lines were written to the end.
        private func ids(_ output: Data) -> [String] {
            String(decoding: output, as: UTF8.self).split(separator: "\n", omittingEmptySubsequences: false).dropLast().map(String.init)
        }

        @Test func `the service killed while it seals: what was told is there, whole, and nothing is there by halves`() throws {
            let copy = try charity.copy("killed")
            let before = try Reader("anna", at: copy.place, in: charity).ids()
            var told: [String] = []
            for limit in [1, 5, 17] {
                let sealing = try Charity.service.start(
                    charity.sealing(at: copy.place), input: conversations(0..<150, repeats: 2_000))
                _ = sealing.wait { self.ids($0.output).count >= limit }
                sealing.signal(SIGKILL)
                let outcome = sealing.end()
                let finished = ids(outcome.output)
                #expect(outcome.code == -SIGKILL && (limit..<150).contains(finished.count))
                told += finished
            }
            let reader = try Reader("anna", at: copy.place, in: charity)
            let found = try reader.ids()
            #expect(Set(told).isSubset(of: found))
            // Sealed and durable, but killed before it could tell: at most one each time, and whole.
            #expect(Set(found).subtracting(before).subtracting(told).count <= 3)
            for id in Set(found).subtracting(before) {
                let read = try reader.read(id)
                #expect(read.lines.count == 4 && read.remarks.isEmpty)
            }
            // The next run removes what was left behind.
            #expect(try charity.seal(Data(), at: copy.place).code == 0)
            #expect(try FileManager.default.contentsOfDirectory(atPath: "\(copy.place.vault)/open") == [])
            #expect(try Charity.admin.run(["check", "--vault", copy.place.vault]).code == 0)
        }

        @Test func `a conversation of several parts is there with all of them or not at all`() throws {
            let copy = try charity.copy("long")
            let open = "\(copy.place.vault)/open"
            let before = try Reader("anna", at: copy.place, in: charity).ids()
            let lines = (0..<20).map { Event(text: "\($0) " + String(repeating: "word ", count: 200_000)).line }.lines
            for parts in 1...2 {
                let sealing = try Charity.service.start(charity.sealing(at: copy.place), input: lines)
                _ = sealing.wait { _ in ((try? FileManager.default.contentsOfDirectory(atPath: open)) ?? []).count >= parts }
                sealing.signal(SIGKILL)
                #expect(sealing.end().output.isEmpty)
                #expect(try FileManager.default.contentsOfDirectory(atPath: open).count == parts)
                #expect(try Reader("anna", at: copy.place, in: charity).ids() == before)
            }
            let whole = try charity.seal(lines, at: copy.place)
            let id = try #require(whole.lines.first, "\(whole)")
            let read = try charity.worker("anna", ["read", id, "--format", "jsonl"], at: copy.place)
            #expect(read.output == lines && read.errors.isEmpty)
            #expect(try FileManager.default.contentsOfDirectory(atPath: open) == [])
        }

        @Test func `the keeper killed while it draws pages: what was told is there, and sealing goes on when it is back`() throws {
            let copy = try charity.copy("keeper")
            var told: [String] = []
            // Every conversation began on another day, so that the keeper changes its calendar for each.
            for round in 0..<4 {
                let numbers = (round * 40)..<(round * 40 + 40)
                let sealing = try Charity.service.start(
                    charity.sealing(at: copy.place), input: conversations(numbers, repeats: 10) { Event.time(days: -1 - $0) })
                _ = sealing.wait { self.ids($0.output).count >= 3 + round }
                usleep(UInt32(round) * 3_000)
                copy.stop(SIGKILL)
                let outcome = sealing.end()
                #expect(outcome.isRefusalAfterResults && outcome.errors.contains("keeper"), "\(outcome)")
                told += outcome.lines
                try copy.restart()
            }
            let last = try charity.seal(conversations(0..<3, repeats: 10), at: copy.place)
            #expect(last.code == 0, "\(last)")
            let reader = try Reader("anna", at: copy.place, in: charity)
            for id in told + last.lines { #expect(try reader.read(id).lines.count == 4) }
            #expect(told.count >= 12)
        }

        @Test func `the keeper killed while it sweeps: what has not expired is there, what has is not`() throws {
            let copy = try charity.copy("swept")
            let ages = [-300, -200, -100, 0]
            let ids = try ages.map { age in
                let outcome = try charity.seal(conversations(0..<1, repeats: 10) { _ in Event.time(days: age) }, at: copy.place)
                return try #require(outcome.lines.first, "\(outcome)")
            }
            var interrupted = 0
            for (round, delay) in [UInt32(0), 2_000, 8_000].enumerated() {
                // Beyond the first, the second, the third of them.
                let day = String(Event.time(days: 365 + ages[round] + 10).prefix(10))
                let request = "\(charity.root)/sweep-\(round)"
                let asked = try Charity.retention.run(
                    ["sweep", "--as-of", day, "--request-out", request, "--keeper", copy.place.socket])
                try #require(asked.code == 0, "\(asked)")
                let order = try ["sweep", "--keeper", copy.place.socket] + charity.approvals(of: request, at: copy.place)
                let sweeping = try Charity.retention.start(order)
                _ = sweeping.wait { _ in FileManager.default.fileExists(atPath: "\(copy.place.cell)/intent") }
                usleep(delay)
                copy.stop(SIGKILL)
                let outcome = sweeping.end()
                #expect(outcome.code == 0 || outcome.isRefusal, "\(outcome)")
                if outcome.code != 0 { interrupted += 1 }
                try copy.restart()
                // Asked again it is done, or was done before.
                let again = try Charity.retention.run(order)
                #expect(again.code == 0 || (again.isRefusal && again.errors.contains("used before")), "\(again)")
                let reader = try Reader("anna", at: copy.place, in: charity)
                for (index, id) in ids.enumerated() {
                    if index > round {
                        #expect(try reader.read(id).lines.count == 4)
                    } else {
                        #expect(throws: (any Error).self) { try reader.read(id) }
                    }
                }
            }
            #expect(interrupted > 0)
            let check = try Charity.admin.run(["check", "--vault", copy.place.vault])
            #expect(check.code == 0, "\(check)")
        }
    }
}
