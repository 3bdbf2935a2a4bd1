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
    /// Rosters of the organisations whose bundles a team accepts.
    package var partners: String { "\(root)/partners" }

    /// Every directory of a new vault, parents first.
    package var directories: [String] { [root, rosters, calendar, records, open, ledger, partners] }

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
        // Without splitting texts: a vault may hold half a million of these names.
        let digits = 2 * ConversationID.lengthBytes
        let bytes = Array(name.utf8)
        guard bytes.count == 2 * digits + 1 + partSuffix.utf8.count, bytes[digits] == UInt8(ascii: "."),
            bytes[(2 * digits + 1)...].elementsEqual(partSuffix.utf8),
            let conversation = ConversationID(text: String(decoding: bytes[..<digits], as: UTF8.self)),
            let part = PartID(text: String(decoding: bytes[(digits + 1)...(2 * digits)], as: UTF8.self))
        else { return nil }
        return (conversation, part)
    }

    /// The file name of a handover.
    package static func handoverName(of part: PartID, in conversation: ConversationID, to key: KeyID) -> String {
        "\(conversation).\(part).\(key).handover"
    }

    /// What a file name names; nil where it is not a handover's.
    package static func parseHandoverName(_ name: String) -> (conversation: ConversationID, part: PartID, key: KeyID)? {
        let pieces = name.split(separator: ".", omittingEmptySubsequences: false)
        guard pieces.count == 4, pieces[3] == "handover", let conversation = ConversationID(text: pieces[0]),
            let part = PartID(text: pieces[1]), let key = KeyID(text: pieces[2])
        else { return nil }
        return (conversation, part, key)
    }
}
