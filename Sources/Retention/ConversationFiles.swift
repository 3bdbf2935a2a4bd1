internal import Handover
internal import Records
internal import RecordStore
internal import Roster
internal import Sodium
internal import System

/// What the vault's files say of one conversation, by their names and headers, for acts on it.
///
/// The keeper cannot verify a header: it is authenticated by both halves of its key, and the keeper has one. Whoever can write in the vault can
/// make headers say what they like, so nothing is done because of them but asking people. A handover it can verify, but for the key in its box,
/// from the header on. See `Docs/Spec/Approval.md`.
struct ConversationFiles {
    /// The days that they name.
    private(set) var days: Set<Day> = []
    /// Another conversation that would have the same key: somebody chose its id to be so.
    private(set) var rival: ConversationID?
    private var headers: [PartHeader] = []
    /// To whom each part was handed, by the names of files.
    private var handovers: [PartID: Set<KeyID>] = [:]
    /// Whether there is something of which nobody can tell whose it is: a header that cannot be read, an unfinished file.
    private var isUnclear = false

    private let conversation: ConversationID
    private let store: RecordStore

    /// Looks into the folder of `day`, or where that is nil into those of all days, and among the parts that are being written.
    init(of conversation: ConversationID, on day: Day?, in store: RecordStore) throws(FileError) {
        self.conversation = conversation
        self.store = store
        let folders = if let day { [day] } else { try store.expiryDays() }
        // Before the closed ones: a part may be closed between.
        try read(store.layout.open, day: day, isOpen: true)
        for day in folders { try read(store.layout.records(expiring: day), day: day) }
    }

    private mutating func read(_ folder: String, day: Day?, isOpen: Bool = false) throws(FileError) {
        // An id begins with its path: most names of a folder need no more than this look.
        let path = conversation.description.prefix(ConversationID.lengthBytes)
        for name in try store.fileSystem.listIfPresent(folder)
        where name.hasPrefix(path) || name.hasPrefix(DiskFileSystem.temporaryPrefix + path) {
            guard let found = ExpiredRecords.conversation(of: name) else { continue }
            let part = VaultLayout.parsePartName(name).map {
                RecordStore.StoredPart(conversation: $0.conversation, part: $0.part, path: "\(folder)/\(name)", isOpen: isOpen)
            }
            let header = part.flatMap { try? store.header(of: $0) }
            let handover = VaultLayout.parseHandoverName(name)
            guard found == conversation else {
                if !isOpen || day == nil || header == nil || header?.expiry == day { rival = found }
                continue
            }
            days.formUnion([isOpen ? nil : day, header?.expiry].compactMap { $0 })
            switch (header, handover) {
            case (let header?, _): headers.append(header)
            case (nil, let handover?): handovers[handover.part, default: []].insert(handover.key)
            case (nil, nil): isUnclear = true
            }
        }
    }

    /// Whoever holds all of it: whom a part's header names, or to whom it was handed last, which is proven by the conversation's leaf. Nil where the
    /// parts are of nobody or of several, and where anything is not clear.
    func holder(in roster: VerifiedRoster, leaf: borrowing SecretBytes) -> KeyID? {
        guard !isUnclear, Set(handovers.keys).isSubset(of: headers.map(\.part)) else { return nil }
        var holders: Set<KeyID?> = []
        for header in headers { holders.insert(holder(of: header, in: roster, leaf: leaf)) }
        return holders.count == 1 ? holders.first ?? nil : nil
    }

    private func holder(of header: PartHeader, in roster: VerifiedRoster, leaf: borrowing SecretBytes) -> KeyID? {
        guard let recipients = handovers[header.part] else { return header.holder?.key }
        var longest: [KeyID] = []
        for recipient in recipients {
            guard let found = way(of: header, to: recipient, in: roster, leaf: leaf) else { return nil }
            if found.count > longest.count { longest = found }
        }
        // Handed on from one to the next. Where it was handed to two apart from each other, both hold it.
        return recipients.isSubset(of: longest) ? longest.last : nil
    }

    /// To whom a part was handed, one after the other, until it came to `recipient`; nil where that is not proven.
    private func way(
        of header: PartHeader, to recipient: KeyID, in roster: VerifiedRoster, leaf: borrowing SecretBytes
    ) -> [KeyID]? {
        do {
            guard let file = try store.handover(of: header, to: recipient) else { return nil }
            let signed = try HandoverFile(parsing: file).checked(for: header, to: recipient, in: roster)
            _ = try signed.proven(by: leaf)
            return signed.recipients
        } catch {
            return nil
        }
    }
}
