internal import Console
internal import Keeper
internal import RecordStore
internal import Records
internal import System

/// What became of the conversations whose files are in the vault, or should be: erased, expired, missing and corrupt are four answers.
///
/// Files and their headers say which conversations there are and what their days are; the keeper says what became of their keys. Neither can
/// read anything.
struct Census: Encodable {
    /// Conversations that can be opened by whoever they are sealed to, as far as can be seen.
    private(set) var open = 0
    /// Those among them whose own day is over, and which are held or kept for their class.
    private(set) var held = 0
    /// Those whose day is over.
    private(set) var expired = 0
    /// Those that were erased before their day.
    private(set) var erased = 0
    /// Those that are held, and of which no file is there.
    private(set) var missing = 0
    /// Those of which a file is damaged, or was changed or moved, as far as can be seen.
    private(set) var corrupt = 0
    /// Those for whose day the calendar has no page.
    private(set) var without_page = 0

    /// Counts the surveyed parts; without a keeper by their days alone. What should not be so becomes a finding, if it still is so: the keeper
    /// may be removing files meanwhile.
    init(
        _ parts: [VaultState.SurveyedPart], in store: RecordStore, today: Day, asking client: KeeperClient?, findings: inout [String]
    ) throws {
        let conversations = Dictionary(grouping: parts, by: \.part.conversation)
        corrupt = conversations.values.count { $0.contains { !$0.findings.isEmpty } }
        let whole = conversations.filter { $0.value.allSatisfy(\.findings.isEmpty) }.compactMap { id, parts in
            parts.first?.header.map { (name: RecordName(id, expiry: $0.expiry), parts: parts.map(\.part)) }
        }.sorted { $0.name.conversation < $1.name.conversation }
        let states =
            try client?.states(of: whole.map(\.name)) ?? whole.map { ($0.name.expiry ?? today) < today ? .expired : .found }
        var overdue: [Day: Int] = [:]
        for ((name, parts), state) in zip(whole, states) {
            guard let day = name.expiry else { continue }
            switch state {
            case .found:
                open += 1
                if day < today { held += 1 }
            case .expired:
                expired += 1
                overdue[day, default: 0] += parts.count { !store.isGone($0) }
            case .erased:
                erased += 1
                let files = parts.count { !store.isGone($0) }
                guard files > 0 else { continue }
                findings.append(
                    "erased: conversation \(name.conversation) was erased, and \(files) files of it are still there; is 'vault-retention run' "
                        + "running?")
            case .noPage:
                without_page += 1
                findings.append("no page: conversation \(name.conversation) is to expire on \(day), for which the calendar has no page")
            }
        }
        for (day, files) in overdue.sorted(by: { $0.key < $1.key }) where files > 0 {
            findings.append("overdue: \(files) parts that expired on \(day) are still there; is 'vault-retention run' running?")
        }
        guard let client else { return }
        for (conversation, until) in try Self.kept(client, today) where conversations[conversation] == nil {
            missing += 1
            findings.append("missing: conversation \(conversation) is kept until \(until), and no file of it is in the vault")
        }
    }

    /// Until when conversations are held or kept for their class; none where this user may not ask.
    private static func kept(_ client: KeeperClient, _ today: Day) throws -> [(ConversationID, Day)] {
        let kept: [KeptRecord]
        do throws(KeeperError) {
            kept = try client.kept()
        } catch {
            guard error.code == .notAllowed else { throw error }
            Output.note("the keeper does not tell this user what is held: whether its files are there was not checked")
            kept = []
        }
        let last = Dictionary(kept.map { ($0.conversation, $0.until) }, uniquingKeysWith: max)
        return last.filter { $0.value >= today }.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
    }
}
