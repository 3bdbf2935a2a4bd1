internal import Records
internal import RecordStore
internal import System

/// What the vault's files say of one conversation, by their names and headers, for acts on it.
///
/// The keeper cannot verify any of it: a header is authenticated by both halves of its key, and the keeper has one. Whoever can write in the
/// vault can make files say what they like, so nothing is done because of them but asking people. See `Docs/Spec/Approval.md`.
struct ConversationFiles {
    /// The days that they name.
    private(set) var days: Set<Day> = []
    /// Another conversation that would have the same key: somebody chose its id to be so.
    private(set) var rival: ConversationID?
    /// Whom each part names; nil for nobody, or for a header that cannot be read.
    private var holders: Set<KeyID?> = []

    /// Whoever holds all of it; nil where the parts name nobody or several, and where it was handed over, for then a header is out of date.
    var holder: KeyID? { holders.count == 1 ? holders.first ?? nil : nil }

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
            guard found == conversation else {
                if !isOpen || day == nil || header == nil || header?.expiry == day { rival = found }
                continue
            }
            days.formUnion([isOpen ? nil : day, header?.expiry].compactMap { $0 })
            // A handover, or what is no part yet: then nobody's approval counts as the holder's.
            holders.insert(header?.holder?.key)
        }
    }
}
