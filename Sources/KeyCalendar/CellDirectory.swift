internal import Records
internal import Sodium
package import System

/// One cell's directory: the cell, its lock, the intent, a copy of the calendar, and the tag that tells backup programs to stay away.
package struct CellDirectory {
    /// Mode of the directory: its owner's alone.
    package static let mode: UInt32 = 0o700
    /// The cell.
    package static let cellName = "cell"
    /// The cell while it is being made.
    package static let unfinishedCellName = "cell.new"
    /// The file whose lock the keeper holds.
    package static let lockName = "lock"
    /// The intent.
    package static let intentName = "intent"
    /// What else the keeper keeps in its cells' directories: its identity, its pin, its copies of the ledger and of the rosters and what it has
    /// to certify in each, its card in the first; beside the identity what lay in its place and was none of its own.
    package static let keeperNames = [
        "keeper.identity", "keeper.identity.replaced", "keeper.card", "keeper.card.minisig", "roster.pin", "ledger.jsonl",
        "certificates.json", "rosters",
    ]
    /// The tag (https://bford.info/cachedir/) by which backup programs skip the directory.
    package static let tagName = "CACHEDIR.TAG"
    /// The tag's contents; the first line is laid down by its specification.
    package static let tag = """
        Signature: 8a477f597d28d172789f06886806bc55
        # A key lies in this directory that must never be copied: whoever keeps a copy keeps what was promised to be deleted.

        """

    /// Where it is.
    package let path: String
    /// What it is called in messages: a cell's path is nobody's business.
    package let label: String
    let fileSystem: any FileSystem

    /// The cell directory at `path`, number `number` of those in use.
    package init(_ path: String, number: Int, in fileSystem: any FileSystem) {
        self.path = path.count > 1 && path.hasSuffix("/") ? String(path.dropLast()) : path
        label = Self.label(number)
        self.fileSystem = fileSystem
    }

    /// A text with `cell 1` and so on in place of the paths of these cells, in their order.
    package static func naming(_ paths: [String], in text: String) -> String {
        // The longest first: one may begin with another.
        paths.enumerated().sorted { $0.element.count > $1.element.count }.reduce(text) { text, cell in
            text.replacing(cell.element, with: label(cell.offset + 1))
        }
    }

    private static func label(_ number: Int) -> String { "cell \(number)" }

    var calendars: CalendarFolder { CalendarFolder(path: path, mode: 0o600, fileSystem: fileSystem) }

    /// Takes the lock; throws `busy` where another keeper holds it, `cellMissing` where there is no such directory.
    package func lock() throws(KeyCalendarError) -> any FileLock {
        do throws(FileError) {
            return try fileSystem.lock(file(Self.lockName))
        } catch {
            switch error.code {
            case .busy: throw KeyCalendarError(.busy, "\(label) is in use by another keeper; stop that one first")
            case .notFound: throw .cellMissing(label)
            default: throw .cell(label, error)
            }
        }
    }

    /// Makes the directory, or takes one that is there, empty and its owner's alone, or left by an attempt that was interrupted.
    func prepare() throws(KeyCalendarError) {
        guard try !exists() else { return }
        try onCell { () throws(FileError) in
            try fileSystem.createDirectories(path, mode: Self.mode)
        }
    }

    /// Throws `exists` where something lies at the path in which no cell can be made; writes nothing.
    package func refuseUnusable() throws(KeyCalendarError) {
        guard try exists(), try holdsForeignFiles() else { return }
        throw foreignFiles
    }

    /// What is said of a directory that has other files in it.
    var foreignFiles: KeyCalendarError {
        KeyCalendarError(.exists, "\(label)'s directory has other files in it; name an empty directory, or a new one")
    }

    /// Whether there is a directory, its owner's alone.
    private func exists() throws(KeyCalendarError) -> Bool {
        guard let found = try onCell({ () throws(FileError) in try fileSystem.status(path) }) else { return false }
        guard found.kind == .directory, found.mode & 0o777 == Self.mode else {
            throw KeyCalendarError(.exists, "\(label) is not a directory of mode 0700; name another, or change its mode")
        }
        return true
    }

    /// Writes the tag where it is missing.
    func writeTag() throws(KeyCalendarError) {
        try onCell { () throws(FileError) in
            guard try fileSystem.status(file(Self.tagName)) == nil else { return }
            try fileSystem.writeDurably(file(Self.tagName), Array(Self.tag.utf8).rawSpan, mode: 0o600)
        }
    }

    /// Whether anything lies in the directory that no attempt to make a cell leaves behind.
    func holdsForeignFiles() throws(KeyCalendarError) -> Bool {
        let own = [Self.cellName, Self.unfinishedCellName, Self.lockName, Self.intentName, Self.tagName] + Self.keeperNames
        let prefix = DiskFileSystem.temporaryPrefix
        return try onCell { () throws(FileError) in try fileSystem.list(path) }.contains { name in
            let name = name.hasPrefix(prefix) ? String(name.dropFirst(prefix.count)) : name
            // What `mkfs` leaves at the top of a file system of its own is nobody's file.
            return !own.contains(name) && !CalendarFile.isName(name) && name != "lost+found"
        }
    }

    /// Whether there is a cell.
    func hasCell() throws(KeyCalendarError) -> Bool {
        try onCell { () throws(FileError) in try fileSystem.status(file(Self.cellName)) } != nil
    }

    /// Throws `cellMissing` where there is none; writes nothing.
    package func requireCell() throws(KeyCalendarError) {
        guard try hasCell() else { throw .cellMissing(label) }
    }

    /// Opens the cell; throws `cellMissing` where there is none.
    package func openCell() throws(KeyCalendarError) -> CellFile {
        try openCell(Self.cellName)
    }

    /// Makes the cell, under a temporary name until it is whole, so that its name never stands for less than a cell.
    func createCell(_ slot: CellSlot, random: any RandomSource) throws(KeyCalendarError) {
        guard try !hasCell() else { throw .cellExists(label) }
        try destroyUnfinishedCell(random: random)
        let path = file(Self.unfinishedCellName)
        let created = try onCell { () throws(FileError) in try fileSystem.create(path, mode: 0o600) }
        let cell = CellFile(file: created, path: path, label: label)
        // Both slots are written before the value is, so that their blocks exist and are never moved.
        for index in 0..<CellFile.slotCount { try cell.destroy(index, random: random) }
        try cell.write(slot, to: 0, random: random)
        try cell.close()
        try onCell { () throws(FileError) in
            try fileSystem.rename(path, to: file(Self.cellName))
            try fileSystem.synchronizeDirectory(self.path)
        }
    }

    /// Overwrites and removes a cell that an interrupted attempt left unfinished.
    func destroyUnfinishedCell(random: any RandomSource) throws(KeyCalendarError) {
        let path = file(Self.unfinishedCellName)
        guard let found = try onCell({ () throws(FileError) in try fileSystem.status(path) }) else { return }
        let cell = try onCell { () throws(FileError) in try fileSystem.status(file(Self.cellName)) }
        // A crash in the middle of the renaming may leave a whole cell under both names.
        if found.sizeBytes > 0, found.identity != cell?.identity {
            let cell = try openCell(Self.unfinishedCellName)
            for index in 0..<CellFile.slotCount { try cell.destroy(index, random: random) }
            try cell.close()
        }
        try onCell { () throws(FileError) in
            try fileSystem.remove(path)
            try fileSystem.synchronizeDirectory(self.path)
        }
    }

    /// The intent's text; nil where no act is unfinished.
    func readIntent() throws(KeyCalendarError) -> [UInt8]? {
        do throws(FileError) {
            return try fileSystem.readFile(file(Self.intentName), limitBytes: Limits.signedTextBytes)
        } catch {
            if error.code == .notFound { return nil }
            throw .cell(label, error)
        }
    }

    /// Writes the intent durably.
    func writeIntent(_ text: [UInt8]) throws(KeyCalendarError) {
        try onCell { () throws(FileError) in try fileSystem.replaceDurably(file(Self.intentName), text.rawSpan, mode: 0o600) }
    }

    /// Removes the intent: the act is finished.
    func removeIntent() throws(KeyCalendarError) {
        try onCell { () throws(FileError) in
            try fileSystem.removeIfPresent(file(Self.intentName))
            try fileSystem.synchronizeDirectory(path)
        }
    }

    private func openCell(_ name: String) throws(KeyCalendarError) -> CellFile {
        do throws(FileError) {
            return CellFile(file: try fileSystem.open(file(name), for: .updating), path: file(name), label: label)
        } catch {
            if error.code == .notFound { throw .cellMissing(label) }
            throw .cell(label, error)
        }
    }

    private func onCell<Result>(_ operation: () throws(FileError) -> Result) throws(KeyCalendarError) -> Result {
        try KeyCalendarError.onCell(label, operation)
    }

    private func file(_ name: String) -> String { "\(path)/\(name)" }
}
