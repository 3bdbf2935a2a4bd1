package import Records
internal import RecordStore
package import System

/// The files of records whose keys are gone: found by their day, removed one by one.
package struct ExpiredRecords: Sendable {
    /// What was removed and what was not.
    package struct Removal: Equatable, Sendable {
        /// How many files were removed.
        package var files = 0
        /// How many could not be removed, or are none of ours.
        package var left = 0
        /// Of how many conversations files were removed.
        package var conversations = 0

        /// So many of each.
        package init(files: Int = 0, left: Int = 0, conversations: Int = 0) {
            self.files = files
            self.left = left
            self.conversations = conversations
        }

        /// Adds another's counts.
        mutating func add(_ other: Removal) {
            files += other.files
            left += other.left
            conversations += other.conversations
        }
    }

    private let fileSystem: any FileSystem
    private let layout: VaultLayout

    /// The files of the vault at `layout`.
    package init(fileSystem: any FileSystem, layout: VaultLayout) {
        self.fileSystem = fileSystem
        self.layout = layout
    }

    /// Removes what expired before `day`, but nothing of the conversations that are kept.
    ///
    /// Only what is named like a part or a handover is touched: whoever may write into the vault must not be able to have the keeper remove
    /// anything else by putting a link in the place of a folder. A file that cannot be removed is counted, and found again the next time.
    ///
    /// - Parameter isStopping: asked between files; true leaves the rest for the next time.
    package func remove(before day: Day, keeping kept: Set<ConversationID>, isStopping: () -> Bool = { false }) -> Removal {
        var removal = Removal()
        let store = RecordStore(fileSystem: fileSystem, layout: layout)
        var counted: Set<ConversationID> = []
        let open = ((try? store.parts(in: layout.open, isOpen: true)) ?? []) + ((try? store.unfinished()) ?? [])
        // Of these no header tells the day; other files of the conversation may.
        var undated: [ConversationID: [String]] = [:]
        for part in open where !kept.contains(part.conversation) && !isStopping() {
            guard let header = try? store.header(of: part) else {
                undated[part.conversation, default: []].append(part.path)
                continue
            }
            guard header.expiry < day else { continue }
            if remove(part.path, &removal) { counted.insert(part.conversation) }
        }
        removal.conversations = counted.count
        for expired in (try? store.expiryDays()) ?? [] where expired < day && !isStopping() {
            let gone = removeFolder(
                layout.records(expiring: expired), keeping: kept, countedAlready: counted, among: Set(undated.keys), isStopping, &removal)
            for path in gone.flatMap({ undated[$0] ?? [] }) { remove(path, &removal) }
        }
        store.removeLeftovers()
        return removal
    }

    /// Removes the files of conversations that were erased from the page of `day`.
    ///
    /// What begins with the id of one of them and is named like nothing of ours, a sync tool's copy for example, is left and counted.
    ///
    /// - Parameter erased: which of the conversations that have files there were erased from that page.
    package func removeErased(
        from day: Day, isStopping: () -> Bool = { false }, _ erased: (Set<ConversationID>) -> Set<ConversationID>
    ) -> Removal {
        var removal = Removal()
        var counted: Set<ConversationID> = []
        let store = RecordStore(fileSystem: fileSystem, layout: layout)
        for folder in [layout.open, layout.records(expiring: day)] {
            guard let found = try? fileSystem.status(folder), found.kind == .directory, let names = try? fileSystem.list(folder) else {
                continue
            }
            let gone = erased(Set(names.compactMap(Self.claimedConversation)))
            guard !gone.isEmpty else { continue }
            for name in names where !isStopping() {
                guard let conversation = Self.claimedConversation(of: name), gone.contains(conversation) else { continue }
                guard Self.conversation(of: name) != nil else {
                    removal.left += 1
                    continue
                }
                // Among those that are being written, one whose header names another day is another page's.
                let part = RecordStore.StoredPart(conversation: conversation, part: .zero, path: "\(folder)/\(name)", isOpen: true)
                if folder == layout.open, let header = try? store.header(of: part), header.expiry != day { continue }
                if remove(part.path, &removal) { counted.insert(conversation) }
            }
        }
        removal.conversations = counted.count
        return removal
    }

    /// Removes the parts of erased conversations that lie in the folder of another day than their header's, and handovers beside them: readers
    /// find them there, so they go like the others.
    ///
    /// - Parameters:
    ///   - days: the days from whose pages something was erased.
    ///   - erased: which of some conversations were erased from the page of a day.
    package func removeErasedElsewhere(
        than days: [Day], isStopping: () -> Bool = { false }, _ erased: (Set<ConversationID>, Day) -> Set<ConversationID>
    ) -> Removal {
        var removal = Removal()
        var counted: Set<ConversationID> = []
        let store = RecordStore(fileSystem: fileSystem, layout: layout)
        for day in (try? store.expiryDays()) ?? [] where !isStopping() {
            let folder = layout.records(expiring: day)
            guard let found = try? fileSystem.status(folder), found.kind == .directory, let names = try? fileSystem.list(folder) else {
                continue
            }
            let among = Set(names.compactMap(Self.conversation))
            let gone = Dictionary(days.filter { $0 != day }.map { ($0, erased(among, $0)) }, uniquingKeysWith: { first, _ in first })
            guard gone.values.contains(where: { !$0.isEmpty }) else { continue }
            var strayed: Set<PartID> = []
            for part in (try? store.parts(in: folder, isOpen: false)) ?? [] {
                guard let header = try? store.header(of: part), gone[header.expiry]?.contains(part.conversation) == true else { continue }
                if remove(part.path, &removal) { counted.insert(part.conversation) }
                strayed.insert(part.part)
            }
            for name in names {
                guard let handover = VaultLayout.parseHandoverName(name), strayed.contains(handover.part) else { continue }
                remove("\(folder)/\(name)", &removal)
            }
        }
        removal.conversations = counted.count
        return removal
    }

    /// Returns which of the conversations `among` had files in the folder, which are gone.
    private func removeFolder(
        _ folder: String, keeping kept: Set<ConversationID>, countedAlready: Set<ConversationID>, among: Set<ConversationID>,
        _ isStopping: () -> Bool, _ removal: inout Removal
    ) -> Set<ConversationID> {
        var gone: Set<ConversationID> = []
        guard let found = try? fileSystem.status(folder), found.kind == .directory, let names = try? fileSystem.list(folder) else {
            removal.left += 1
            return gone
        }
        var isEmpty = true
        // Names ascend, so those of one conversation stand together.
        var last: ConversationID?
        for name in names {
            guard !isStopping() else { return gone }
            guard let conversation = Self.conversation(of: name) else {
                removal.left += 1
                isEmpty = false
                continue
            }
            guard !kept.contains(conversation) else {
                isEmpty = false
                continue
            }
            if !remove("\(folder)/\(name)", &removal) { isEmpty = false }
            if among.contains(conversation) { gone.insert(conversation) }
            if conversation != last, !name.hasPrefix(DiskFileSystem.temporaryPrefix), !countedAlready.contains(conversation) {
                removal.conversations += 1
            }
            last = conversation
        }
        guard isEmpty else { return gone }
        try? fileSystem.removeDirectory(folder)
        try? fileSystem.synchronizeDirectory(layout.records)
        return gone
    }

    @discardableResult
    private func remove(_ path: String, _ removal: inout Removal) -> Bool {
        do throws(FileError) {
            try fileSystem.remove(path)
            removal.files += 1
            return true
        } catch {
            if error.code == .notFound { return true }
            removal.left += 1
            return false
        }
    }

    /// The conversation whose id a name begins with, whatever follows it; nil where it begins with none.
    private static func claimedConversation(of name: String) -> ConversationID? {
        let prefix = DiskFileSystem.temporaryPrefix
        let own = name.hasPrefix(prefix) ? name.dropFirst(prefix.count) : name[...]
        return ConversationID(text: own.prefix(2 * ConversationID.lengthBytes))
    }

    /// The conversation that a file belongs to: `<conversation>.<part>.transcript`, `<conversation>.<part>.<holder>.handover`, or either of
    /// them unfinished; nil for any other name.
    package static func conversation(of name: String) -> ConversationID? {
        let prefix = DiskFileSystem.temporaryPrefix
        let pieces = (name.hasPrefix(prefix) ? name.dropFirst(prefix.count) : name[...]).split(
            separator: ".", omittingEmptySubsequences: false)
        let suffix = pieces.last ?? ""
        guard (pieces.count == 3 && suffix == "transcript") || (pieces.count == 4 && suffix == "handover"),
            pieces.dropLast().allSatisfy({ PartID(text: $0) != nil })
        else { return nil }
        return ConversationID(text: pieces[0])
    }
}
