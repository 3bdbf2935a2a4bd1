import KeyCalendar
import Ledger
import Records
import Sodium
import System
import Testing

/// Who can open a conversation finds its acts in the ledger and can prove them; when its leaf is gone nobody can, and the ledger verifies as
/// before.
@Suite final class ErasedConversationsLeaveNoiseTests {
    private static let today = Sample.moment.day
    private static let line = Array(#"{"consent":"…","type":"transcript-vault spent 1"}"#.utf8)

    let desk: Desk
    let calendar: CalendarStore
    let conversations: [ConversationID]

    init() throws {
        desk = try Desk()
        for directory in Sample.layout.directories { try desk.disk.createDirectories(directory, mode: 0o770) }
        conversations = (0..<8).map { _ in ConversationID(SystemRandom().bytes(16)) ?? .zero }
        let place = StorePlace(
            vault: Sample.vault, cells: ["/calendar-cell"], layout: Sample.layout, fileSystem: desk.disk, random: SystemRandom(),
            observer: Silence())
        calendar = try CalendarStore.create(
            place, pagesFor: [Self.today, Self.today.adding(days: 1)], today: Self.today, now: Self.mark, keeper: Desk.copy(desk.key))
    }

    private static var mark: TimeMark { TimeMark(boot: .zero, seconds: 0) }

    private final class Silence: ActObserver {
        func recordIntent(_ act: RecordedAct) throws(KeyCalendarError) {}
        func recordDone(_ act: RecordedAct) throws(KeyCalendarError) {}
    }

    /// The leaf of a conversation; nil where there is none any more.
    private func leaf(_ conversation: ConversationID, day: Day = today, today: Day = today) -> SecretBytes? {
        switch calendar.leaf(day: day, conversation: conversation, today: today) {
        case .leaf(let leaf): leaf.copy()
        default: nil
        }
    }

    private func record(_ act: LedgeredAct, of conversation: ConversationID) throws -> LedgerMark {
        guard let leaf = leaf(conversation) else { throw KeyCalendarError(.noPage, "no leaf") }
        let event = try act.event(leaf: leaf)
        try desk.ledger().append(event, at: Sample.moment)
        return try #require(event.mark)
    }

    @Test func `who has the leaf finds the act and proves it; nobody else's leaf, line or word does`() throws {
        let act = LedgeredAct(.copy, text: Self.line)
        let mark = try record(act, of: conversations[0])
        try desk.ledger().append(Sample.event(1), at: Sample.moment)
        let reading = try desk.read()
        let entry = try #require(reading.entry(.copy, marked: mark))
        #expect(entry.number == 1 && entry.event.act == "copy")
        // To a third person: the line, the salt, and a proof that stands alone.
        guard let leaf = leaf(conversations[0]) else { throw KeyCalendarError(.noPage, "no leaf") }
        let salt = act.salt(leaf: leaf)
        let shown = SecretBytes(copying: salt.bytes)
        #expect(LedgeredAct(.copy, text: Self.line).mark(salt: shown) == mark)
        let proof = try reading.proof(ofEntry: entry.number, fileSystem: desk.disk, layout: Sample.layout)
        #expect(String(decoding: proof, as: UTF8.self).contains("\nindex 0\n"))
        // Others.
        for other in conversations.dropFirst() {
            guard let leaf = self.leaf(other) else { throw KeyCalendarError(.noPage, "no leaf") }
            #expect(try act.event(leaf: leaf).mark != mark)
        }
        #expect(LedgeredAct(.handover, text: Self.line).mark(salt: shown) != mark, "the word is part of it")
        #expect(LedgeredAct(.copy, text: Self.line + [0x20]).mark(salt: shown) != mark)
        #expect(reading.entry(.handover, marked: mark) == nil)
        // The salt of one act opens no other.
        let second = LedgeredAct(.withdrawal, text: Array("another".utf8))
        #expect(try second.event(leaf: leaf).mark != second.mark(salt: shown))
        #expect(act.mark(salt: SecretBytes(zeros: 31)) == nil)
        #expect(LedgeredAct(.copy, digest: act.digest) == act && LedgeredAct(.copy, digest: [1]) == nil)
    }

    @Test func `neither id nor moment nor line stands in the ledger`() throws {
        _ = try record(LedgeredAct(.disclosure, text: Self.line), of: conversations[0])
        let text = String(decoding: try desk.bytes(), as: UTF8.self)
        #expect(!text.contains(conversations[0].description) && !text.contains("spent") && !text.contains("12:00:00"))
        #expect(text.contains(#""at":"2026-11-23T00:00:00Z""#) && text.contains(#""act":"disclosure""#))
    }

    @Test func `a line that tells more of the time is refused`() throws {
        _ = try record(LedgeredAct(.copy, text: Self.line), of: conversations[0])
        // Signed again by the keeper itself, as a keeper of another making would.
        let text = String(decoding: try desk.bytes().dropLast(), as: UTF8.self)
        let entry = try #require(
            text.firstRange(of: #""entry":"#).flatMap { start in
                text.firstRange(of: #","signature""#).map { String(text[start.upperBound..<$0.lowerBound]) }
            }
        ).replacing("T00:00:00Z", with: "T12:00:00Z")
        let signature = Base64.encode(desk.key.sign(Array("transcript-vault ledger entry 1\n\(entry)".utf8)))
        try desk.disk.remove(Sample.layout.ledgerCheckpoint)
        try desk.write(Array(#"{"entry":\#(entry),"signature":"\#(signature)"}\#n"#.utf8))
        #expect((try? desk.read())?.entries.isEmpty != false)
    }

    @Test func `after an erasure, or when the day is over, the mark is noise, and the ledger verifies`() throws {
        let acts = conversations.indices.map { LedgeredAct(.handover, text: Array("line \($0)".utf8)) }
        var marks: [LedgerMark] = []
        for (act, conversation) in zip(acts, conversations) { marks.append(try record(act, of: conversation)) }
        let before = try desk.read().entries
        func authority() -> Authority {
            Authority(
                approvals: [], spends: SpentRequest(RequestID(SystemRandom().bytes(16)) ?? .zero, until: Self.today.adding(days: 30)))
        }
        _ = try calendar.erase(conversations[0], day: Self.today, authority: authority())
        // Who knows every line and every id, and has every leaf that is left, finds all marks but that one.
        func found(today: Day = Self.today) -> Set<LedgerMark> {
            var found: Set<LedgerMark> = []
            for conversation in conversations {
                guard let leaf = leaf(conversation, today: today) else { continue }
                for act in acts {
                    if let mark = act.mark(salt: act.salt(leaf: leaf)), marks.contains(mark) { found.insert(mark) }
                }
            }
            return found
        }
        let isGone = leaf(conversations[0]) == nil
        #expect(isGone)
        #expect(found() == Set(marks[1...]))
        let tomorrow = Self.today.adding(days: 1)
        _ = try calendar.tearOff(before: tomorrow, today: tomorrow, now: Self.mark, authority: authority())
        #expect(found(today: tomorrow).isEmpty)
        let reading = try desk.read()
        #expect(reading.entries == before && reading.uncovered == 0)
        try desk.ledger().append(Sample.event(9), at: Sample.moment)
        #expect(try desk.read().entries.count == before.count + 1)
    }
}
