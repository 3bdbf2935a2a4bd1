import HandingOver
import Handover
import Keeper
import KeyCalendar
import Opening
import Records
import Sodium
import System
import TestVault
import Testing

/// A record that was handed over has one more person who can open it, and not one more day.
extension P6ForgottenAfterAYearTests {
    @Test("after the page is torn off no handover opens anything, old or new")
    func handedOver() throws {
        let id = try vault.seal([TestData.message("in spring, handed over", id: "1")], start: Day(year: 2026, month: 3, day: 1))
        let day = vault.expiry(from: Day(year: 2026, month: 3, day: 1))
        try vault.handOver(id, to: .ben)
        try vault.handOver(id, byLeads: .lena, .luis, to: .lara)
        let (first, second) = try vault.inOrder(.lena, .luis)
        // Peeled before, and kept.
        let peels = try vault.peel(id, by: first, with: second, to: second)
        let part = try vault.store.read(vault.onlyPart(of: id))
        let handovers = try vault.handoverPaths(of: id).map { try disk.readFile($0, limitBytes: 1 << 20) }
        #expect(handovers.count == 2 && peels.count == 1)

        /// Whether anybody opens the part with any handover, by any calendar that the cell's value of now opens.
        func isOpenedBySomebody() throws -> Bool {
            let files = try disk.everything(below: "/")
            let cell = try CellDirectory("/cell", number: 1, in: disk).openCell()
            let value = try #require(try cell.slots().compactMap { $0.map { copy(of: $0.value) } }.first)
            try cell.close()
            for file in files.filter({ $0.key.hasSuffix(CalendarFile.suffix) }).values {
                guard let calendar = try? CalendarFile.open(file, under: secret(value)),
                    let leaf = calendar.leafBytes(of: id, on: day, today: Day(number: 0))
                else { continue }
                for person in TestVault.Person.allCases {
                    for handover in handovers where vault.refusal(of: part, leaf: leaf, as: person, handover: handover) == nil {
                        return true
                    }
                }
            }
            return false
        }
        #expect(try isOpenedBySomebody())
        for person in [TestVault.Person.anna, .ben, .lara] { #expect(try vault.read(id, as: person).lines.count == 1) }

        vault.leaves.advance(to: day.adding(days: 1))
        // Overdue: refused at once.
        for person in [TestVault.Person.anna, .ben, .lara] {
            #expect { try vault.read(id, as: person) } throws: { ($0 as? OpeningError)?.code == .expired }
        }
        #expect(try handoverCode { try vault.handOver(id, to: .luis) } == .opening(.expired))
        try vault.leaves.tearOff(before: day.adding(days: 1))
        #expect(try !isOpenedBySomebody())
        for person in [TestVault.Person.anna, .ben, .lara] {
            #expect { try vault.read(id, as: person) } throws: { ($0 as? OpeningError)?.code == .expired }
        }
        #expect(try handoverCode { _ = try vault.peel(id, by: first, with: second, to: .ben) } == .opening(.expired))
        // A week after it was peeled it is over anyway; set back to that day, the keeper still has no leaf.
        vault.leaves.advance(to: TestVault.today)
        #expect(try handoverCode { try vault.finish(peels, by: second) } != nil)
        let forger = try #require(try? HandoverFile(parsing: handovers[0]).steps.first)
        #expect(throws: KeeperError.self) {
            try vault.register.record(HandoverOrder(ProposedHandover(peel: forger.peel, statement: forger.statement)).json)
        }
    }

    @Test("what is erased early is erased for whoever it was handed to")
    func erasedAfterHandover() throws {
        let id = try vault.seal([TestData.message("erased", id: "1")])
        try vault.handOver(id, to: .ben)
        try vault.leaves.erase(id, day: vault.expiry(from: TestVault.today))
        #expect { try vault.read(id, as: .ben) } throws: { ($0 as? OpeningError)?.code == .erased }
        #expect(try handoverCode { try vault.handOver(id, by: .ben, to: .lara) } == .opening(.erased))
    }
}
