import Keeper
import Ledger
import Minisign
import Opening
import RecordStore
import Records
import Roster
import Sodium
import SodiumIdentity
import System

/// The chain of right rosters of the known answers, each verified from the one before.
private let commonRosters: Result<[VerifiedRoster], any Error> = Result {
    let (disk, layout) = (DiskFileSystem(), VaultLayout(root: KnownAnswer.common.path))
    func file(_ number: Int) throws(FileError) -> UnverifiedRoster {
        UnverifiedRoster(
            bytes: try disk.readFile(layout.roster(number: number), limitBytes: Limits.rosterBytes),
            signature: try disk.readFile(layout.rosterSignature(number: number), limitBytes: Limits.minisigBytes))
    }
    let key = try RosterStore(fileSystem: disk, layout: layout).organisationKey()
    var rosters = [try VerifiedRoster(first: file(1), organisationKey: key)]
    while let latest = rosters.last, try disk.status(layout.roster(number: latest.number + 1)) != nil {
        rosters.append(try latest.successor(file(latest.number + 1)))
    }
    return rosters
}

/// The roster that a known answer goes by.
func commonRoster(_ answer: KnownAnswer) throws -> VerifiedRoster {
    let (number, rosters) = (try answer.value("roster") { Int($0) }, try commonRosters.get())
    guard rosters.indices.contains(number - 1) else { throw KnownAnswer.FormError(what: "no roster of that number") }
    return rosters[number - 1]
}

let refused: [KnownAnswer.Field] = [("expect", "refused")]

/// How many lines there are, and SHA-256 of them, each with its line feed.
func counted(_ lines: [[UInt8]]) -> String {
    "\(lines.count) \(Hex.encode(SHA256.hash(lines.flatMap { $0 + [UInt8(ascii: "\n")] })))"
}

/// What is said of the parts and handovers of a conversation.
@Sendable func judgeConversation(_ answer: KnownAnswer) throws -> [KnownAnswer.Field] {
    let reader = try answeredReader(answer)
    let key = try answer.value("record-secret-key") { try? Base64.decode($0) }
    let pair = try BoxKeyPair(secretKey: SecretBytes(copying: key.rawSpan))
    do {
        let opened = try reader.open(answer.value("conversation") { ConversationID(text: $0) }, reader: pair)
        return [("expect", "opened"), ("lines", counted(opened.lines)), ("acts", counted(opened.acts))] + notices(opened.remarks)
    } catch let error as OpeningError {
        return [("expect", try name(of: error.code))]
    }
}

/// A reader of the files of a known answer, whose keeper it tells.
func answeredReader(_ answer: KnownAnswer) throws -> ConversationReader {
    ConversationReader(
        store: RecordStore(fileSystem: try answer.disk(root: "/vault"), layout: VaultLayout(root: "/vault")),
        leaves: try AnsweredLeaves(answer), roster: try commonRoster(answer))
}

private func notices(_ remarks: [OpenedConversation.Remark]) -> [KnownAnswer.Field] {
    var counts: [String: Int] = [:]
    for remark in remarks {
        let name =
            switch remark {
            case .endNotProven: "end-not-proven"
            case .partMissing: "part-missing"
            case .sealedToAnother: "another-holder"
            case .writtenByAnother: "another-signer"
            }
        counts[name, default: 0] += 1
    }
    return counts.sorted { $0.key < $1.key }.map { ("notice", "\($0.key) \($0.value)") }
}

private func name(of code: OpeningError.Code) throws -> String {
    switch code {
    case .missing: "missing"
    case .expired: "expired"
    case .erased: "erased"
    case .notYours: "not-yours"
    case .corrupt: "changed"
    case .unsupportedVersion: "later-version"
    case .noPage: "no-page"
    case .storage(.tooLarge): "too-long"
    case .keeper, .storage: throw KnownAnswer.FormError(what: "the test's own keeper or disk failed: \(code)")
    }
}

/// The keeper as a known answer tells it.
private struct AnsweredLeaves: LeafSource {
    private let answers: [Day: String]
    private let isErased: Bool

    init(_ answer: KnownAnswer) throws {
        var answers: [Day: String] = [:]
        for value in answer.values("leaf") {
            let words = value.split(separator: " ").map(String.init)
            guard words.count == 2, let day = Day(text: words[0]) else { throw KnownAnswer.FormError(what: "a leaf") }
            answers[day] = words[1]
        }
        self.answers = answers
        isErased = try answer.value("erased") == "yes"
    }

    func leaves(_ names: [LeafName], for purpose: LeafPurpose) throws(KeeperError) -> LeafBatch {
        var keys = SecretBytes(zeros: names.count * LeafBatch.leafBytes)
        var states: [LeafState] = []
        for (index, name) in names.enumerated() {
            switch answers[name.expiry] {
            case "expired": states.append(.expired)
            case "erased": states.append(.erased)
            case "no-page": states.append(.noPage)
            case let leaf?:
                guard let bytes = Hex.decode(leaf) else { throw KeeperError(.failed, "a leaf is not in hexadecimal") }
                var out = keys.mutableBytes
                out.copy(bytes.rawSpan, at: index * LeafBatch.leafBytes)
                states.append(.found)
            case nil: throw KeeperError(.failed, "asked for a day that the known answer does not name")
            }
        }
        return LeafBatch(states: states, keys: keys)
    }

    func isErased(_ conversation: ConversationID) throws(KeeperError) -> Bool { isErased }

    func today() throws(KeeperError) -> Day { throw KeeperError(.failed, "a reader asks for no day") }

    func preparePages(_ days: [Day]) throws(KeeperError) { throw KeeperError(.failed, "a reader draws no page") }
}

/// Whether a ledger is believed.
@Sendable func judgeLedger(_ answer: KnownAnswer) throws -> [KnownAnswer.Field] {
    let roster = try commonRoster(answer)
    do {
        let reading = try LedgerReading.read(
            fileSystem: answer.disk(root: "/vault"), layout: VaultLayout(root: "/vault"), vault: roster.vault, keys: roster.keeperKeys)
        return [("expect", "believed"), ("counts", "\(reading.entries.count) \(reading.tornBytes)")]
    } catch is LedgerError {
        return refused
    }
}
