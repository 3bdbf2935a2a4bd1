import Identity
import KeyCalendar
import Opening
import Records
import Sharing
import Sodium
import System
import TestVault
import Testing

/// The team's copy is under the same promise: it hangs on the team's own calendar until the day that was agreed to.
extension P6ForgottenAfterAYearTests {
    /// The conversations that these copies of the team's disk, a cell value and the identities of team and worker open.
    private func opened(with copies: [[String: [UInt8]]], value: [UInt8], in exchange: Exchange) throws -> Set<ConversationID> {
        let value = secret(value)
        var opened: Set<ConversationID> = []
        for file in Set(copies.flatMap { $0 }.filter { $0.key.hasSuffix(CalendarFile.suffix) }.map(\.value)) {
            guard let calendar = try? CalendarFile.open(file, under: value) else { continue }
            for part in Set(copies.flatMap { $0 }.filter { $0.key.hasSuffix(".transcript") }.map(\.value)) {
                let header = try PartHeader.decode(part).header
                guard let leaf = calendar.leafBytes(of: header.conversation, on: header.expiry, today: Day(number: 0)) else { continue }
                let half = secret(leaf)
                let roster = exchange.support.roster
                if (try? PartOpener.open(part, leaf: half, reader: exchange.charity.team.record, roster: roster)) != nil {
                    opened.insert(header.conversation)
                }
            }
        }
        return opened
    }

    private func cellValue(of disk: MemoryFileSystem) throws -> [UInt8] {
        let cell = try CellDirectory("/team-cell", number: 1, in: disk).openCell()
        defer { try? cell.close() }
        return copy(of: try #require(cell.slots().compactMap { $0 }.first).value)
    }

    @Test("a team's copy is forgotten on the day that was agreed to, whatever was kept of it")
    func teamCopy() throws {
        let exchange = try Exchange(lines: Exchange.lines(asking: 1))
        let last = TestVault.today.adding(days: 200)
        let short = try exchange.importCopy(exchange.share(exchange.record()).file).conversation
        let later = last.adding(days: 1).description
        let long = try exchange.importCopy(
            exchange.share(exchange.record(Exchange.answer(0).merging(["copy_expires": later]) { $1 })).file
        ).conversation
        let copy = try exchange.teamDisk.everything(below: "/").filter { $0.key != "/team-cell/cell" }
        let before = try cellValue(of: exchange.teamDisk)
        #expect(try opened(with: [copy], value: before, in: exchange) == [short, long])
        try exchange.support.leaves.tearOff(before: last.adding(days: 1))
        let all = [copy, try exchange.teamDisk.everything(below: "/")]
        #expect(try opened(with: all, value: cellValue(of: exchange.teamDisk), in: exchange) == [long])
        #expect(!exchange.teamDisk.everyContents.contains { occurs(before, in: $0) })
        #expect { try exchange.readCopy(short) } throws: { ($0 as? OpeningError)?.code == .expired }
        #expect(throws: Never.self) { try exchange.readCopy(long) }
    }
}
