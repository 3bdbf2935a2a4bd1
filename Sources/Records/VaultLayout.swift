/// Where things lie in a vault directory. Names only: whoever reads or writes brings a file system.
package struct VaultLayout: Sendable {
    /// The vault's directory, without a slash at its end.
    package let root: String

    /// The layout of the vault at `root`.
    package init(root: String) {
        self.root = root.count > 1 && root.hasSuffix("/") ? String(root.dropLast()) : root
    }

    /// Mode of the vault's directories: one group shares them (setgid), so that the daemon can remove what has expired.
    package static let directoryMode: UInt32 = 0o2770
    /// Mode of the vault's files.
    package static let fileMode: UInt32 = 0o660

    /// The organisation's public key in minisign's format.
    package var organisationKey: String { "\(root)/organisation.pub" }
    /// Every roster there has been, by number.
    package var rosters: String { "\(root)/rosters" }
    /// The file whose lock is held while a roster is written.
    package var rosterLock: String { "\(rosters)/.lock" }
    /// The roster in force, a copy of the one with the highest number, for tools and people.
    package var roster: String { "\(root)/roster.json" }
    /// Its signature.
    package var rosterSignature: String { "\(root)/roster.json.minisig" }
    /// The calendar files; a copy lies beside each cell.
    package var calendar: String { "\(root)/calendar" }
    /// Sealed parts, a folder for each expiry day.
    package var records: String { "\(root)/records" }
    /// Parts that are being written; sync tools are told to skip this.
    package var open: String { "\(root)/open" }
    /// What the keeper did and when.
    package var ledger: String { "\(root)/ledger" }
    /// What the keeper certifies of what it destroyed.
    package var certificates: String { "\(root)/certificates" }
    /// Rosters of the organisations whose bundles a team accepts.
    package var partners: String { "\(root)/partners" }

    /// Every directory of a new vault, parents first.
    package var directories: [String] { [root, rosters, calendar, records, open, ledger, certificates, partners] }

    /// The roster with this number.
    package func roster(number: Int) -> String { "\(rosters)/\(number).json" }
    /// The signature of the roster with this number.
    package func rosterSignature(number: Int) -> String { "\(rosters)/\(number).json.minisig" }
    /// The folder of the parts that expire on `day`.
    package func records(expiring day: Day) -> String { "\(records)/\(day)" }
    /// A closed part.
    package func part(_ part: PartID, of conversation: ConversationID, expiring day: Day) -> String {
        "\(records(expiring: day))/\(Self.partName(part, of: conversation))"
    }
    /// A part that is being written.
    package func openPart(_ part: PartID, of conversation: ConversationID) -> String {
        "\(open)/\(Self.partName(part, of: conversation))"
    }
    /// A handover of a part to whoever has a record key; it lies with the closed parts, wherever the part lies.
    package func handover(of part: PartID, in conversation: ConversationID, to key: KeyID, expiring day: Day) -> String {
        "\(records(expiring: day))/\(Self.handoverName(of: part, in: conversation, to: key))"
    }
    /// The file name of a part.
    package static func partName(_ part: PartID, of conversation: ConversationID) -> String {
        "\(conversation).\(part)\(partSuffix)"
    }

    private static let partSuffix = ".transcript"

    /// The conversation and part that a file name names; nil where it is not a sealed part's.
    package static func parsePartName(_ name: String) -> (conversation: ConversationID, part: PartID)? {
        guard let ids = ids(in: name, 2, before: partSuffix), let conversation = ConversationID(text: ids[0]),
            let part = PartID(text: ids[1])
        else { return nil }
        return (conversation, part)
    }

    /// The file name of a handover.
    package static func handoverName(of part: PartID, in conversation: ConversationID, to key: KeyID) -> String {
        "\(conversation).\(part).\(key)\(handoverSuffix)"
    }

    private static let handoverSuffix = ".handover"

    /// What a file name names; nil where it is not a handover's.
    package static func parseHandoverName(_ name: String) -> (conversation: ConversationID, part: PartID, key: KeyID)? {
        guard let ids = ids(in: name, 3, before: handoverSuffix), let conversation = ConversationID(text: ids[0]),
            let part = PartID(text: ids[1]), let key = KeyID(text: ids[2])
        else { return nil }
        return (conversation, part, key)
    }

    /// The pieces between the dots of a name where so many ids can stand before `suffix`; nil for any other name.
    ///
    /// By places, not by splitting: a vault may hold half a million of these names.
    private static func ids(in name: String, _ count: Int, before suffix: String) -> [String]? {
        let digits = 2 * ConversationID.lengthBytes
        let starts = (0..<count).map { $0 * (digits + 1) }
        guard name.utf8.count == count * (digits + 1) - 1 + suffix.utf8.count else { return nil }
        let bytes = Array(name.utf8)
        guard bytes.suffix(suffix.utf8.count).elementsEqual(suffix.utf8),
            starts.dropFirst().allSatisfy({ bytes[$0 - 1] == UInt8(ascii: ".") })
        else { return nil }
        return starts.map { String(decoding: bytes[$0..<($0 + digits)], as: UTF8.self) }
    }
}
