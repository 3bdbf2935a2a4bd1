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

        /// So many of each.
        package init(files: Int = 0, left: Int = 0) {
            self.files = files
            self.left = left
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
        for expired in (try? store.expiryDays()) ?? [] where expired < day && !isStopping() {
            removeFolder(layout.records(expiring: expired), keeping: kept, isStopping, &removal)
        }
        let open = ((try? store.parts(in: layout.open, isOpen: true)) ?? []) + ((try? store.unfinished()) ?? [])
        for part in open where !kept.contains(part.conversation) && !isStopping() {
            guard let header = try? store.header(of: part), header.expiry < day else { continue }
            remove(part.path, &removal)
        }
        store.removeLeftovers()
        return removal
    }

    /// Removes the files of conversations that were erased from the page of `day`.
    ///
    /// - Parameter erased: which of the conversations that have files there were erased from that page.
    package func removeErased(
        from day: Day, isStopping: () -> Bool = { false }, _ erased: (Set<ConversationID>) -> Set<ConversationID>
    ) -> Removal {
        var removal = Removal()
        let store = RecordStore(fileSystem: fileSystem, layout: layout)
        for folder in [layout.records(expiring: day), layout.open] {
            guard let found = try? fileSystem.status(folder), found.kind == .directory, let names = try? fileSystem.list(folder) else {
                continue
            }
            let gone = erased(Set(names.compactMap(Self.conversation)))
            for name in names where !isStopping() {
                guard let conversation = Self.conversation(of: name), gone.contains(conversation) else { continue }
                // Among those that are being written, one whose header names another day is another page's.
                let part = RecordStore.StoredPart(conversation: conversation, part: .zero, path: "\(folder)/\(name)", isOpen: true)
                if folder == layout.open, let header = try? store.header(of: part), header.expiry != day { continue }
                remove(part.path, &removal)
            }
        }
        return removal
    }

    private func removeFolder(_ folder: String, keeping kept: Set<ConversationID>, _ isStopping: () -> Bool, _ removal: inout Removal) {
        guard let found = try? fileSystem.status(folder), found.kind == .directory, let names = try? fileSystem.list(folder) else {
            removal.left += 1
            return
        }
        var isEmpty = true
        for name in names {
            guard !isStopping() else { return }
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
        }
        guard isEmpty else { return }
        try? fileSystem.removeDirectory(folder)
        try? fileSystem.synchronizeDirectory(layout.records)
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
