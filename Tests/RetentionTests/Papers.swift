import Keeper
import KeyCalendar
import Records
import Retention
import Roster
import Sodium
import System
import Testing

/// What acts on conversations need: records with headers, requests, and orders with their approvals.
extension Ground {
    /// Puts a part with a header where a sealed one would lie; whoever holds it is the worker unless told otherwise. The boxes are nobody's: the
    /// keeper could not look into them.
    @discardableResult
    func addRecord(
        _ conversation: ConversationID, part: PartID? = nil, expiring day: Day, heldBy holder: Person? = nil,
        leads pair: (first: Person, second: Person)? = nil, isOpen: Bool = false, inFolderOf other: Day? = nil
    ) throws -> String {
        let part = try #require(part ?? PartID(SystemRandom().bytes(16)))
        let pairs = pair.map {
            [PartHeader.LeadPair(first: $0.key, second: $1.key, box: SystemRandom().bytes(PartHeader.LeadPair.boxBytes))]
        }
        let header = PartHeader(
            expiry: day, conversation: conversation, part: part,
            holder: .init(key: (holder ?? worker).key, box: SystemRandom().bytes(PartHeader.boxBytes)), leadPairs: pairs ?? [])
        let folder = layout.records(expiring: other ?? day)
        try fileSystem.createDirectories(folder, mode: VaultLayout.directoryMode)
        let path = isOpen ? layout.openPart(part, of: conversation) : layout.part(part, of: conversation, expiring: other ?? day)
        let bytes = header.encoded + SystemRandom().bytes(PartHeader.commitmentBytes + 256)
        try fileSystem.writeDurably(path, bytes.rawSpan, mode: VaultLayout.fileMode)
        return path
    }

    /// Puts a file of this name among the records of a day.
    func addFile(_ name: String, expiring day: Day) throws -> String {
        let path = "\(layout.records(expiring: day))/\(name)"
        try fileSystem.writeDurably(path, Array("sealed".utf8).rawSpan, mode: VaultLayout.fileMode)
        return path
    }

    /// A request as the keeper makes it.
    func request(_ act: Act, _ targets: [ConversationTarget], of keeper: RetentionKeeper) throws -> Request {
        try keeper.request(KeeperQuestion(act: act.rawValue, targets: targets.map(\.text)))
    }

    /// What a request and the approvals of these people make together.
    func order(_ request: Request, by people: [Person]) throws -> KeeperOrder {
        .approved(request: String(decoding: request.bytes, as: UTF8.self), approvals: try approvals(request, by: people))
    }

    /// Asks and has it done.
    @discardableResult
    func act(_ act: Act, _ target: ConversationTarget, by people: [Person], of keeper: RetentionKeeper) throws -> KeeperOutcome {
        try keeper.act(order(request(act, [target], of: keeper), by: people))
    }

    /// Enrols the worker, and whoever else.
    func enrolWorker(_ others: [Person] = []) throws {
        try change(RosterChange(enrol: ([worker] + others).map { try $0.identity.card(from: today) }), by: [leads[0]])
    }
}

extension RetentionKeeper {
    /// What becomes of a question for the leaf of a record.
    func state(_ conversation: ConversationID, _ day: Day, _ purpose: LeafPurpose = .reading) -> LeafState? {
        leaves([LeafName(expiry: day, conversation: conversation)], for: purpose).states.first
    }

    /// What must not change by what is refused.
    var trace: [String] {
        let status = status()
        return ["\(status.serial)", status.highWater, "\(status.ledger)", "\(status.pages)", "\(status.kept)"]
    }
}

/// Expects that something is refused with these words, in one line, and that nothing has changed by it.
func expectRefusal(
    _ words: String, of keeper: RetentionKeeper, _ wanted: RetentionError.Code = .refused,
    sourceLocation: SourceLocation = #_sourceLocation, _ body: () throws -> Void
) throws {
    // A roster that is new to the keeper is written down when it is seen, whatever is asked.
    try keeper.reloadRoster()
    let before = keeper.trace
    do {
        try body()
        Issue.record("not refused", sourceLocation: sourceLocation)
    } catch let error as RetentionError {
        #expect(error.code == wanted && error.message.contains(words), "\(error.message)", sourceLocation: sourceLocation)
        #expect(!error.message.contains("\n"), sourceLocation: sourceLocation)
    }
    #expect(keeper.trace == before, sourceLocation: sourceLocation)
}
