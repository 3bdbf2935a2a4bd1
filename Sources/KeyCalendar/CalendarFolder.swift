internal import Records
internal import Sodium
internal import System

/// A directory in which calendar files lie: the vault's, and one beside each cell.
struct CalendarFolder {
    let path: String
    /// The mode of the files in it.
    let mode: UInt32
    let fileSystem: any FileSystem

    /// The bytes of a calendar file; nil where there is none.
    func read(_ name: String) throws(KeyCalendarError) -> [UInt8]? {
        do throws(FileError) {
            return try fileSystem.readFile(file(name), limitBytes: Limits.calendarBytes)
        } catch {
            if error.code == .notFound { return nil }
            throw .calendar(error)
        }
    }

    /// Writes a calendar file durably and reads it back.
    func store(_ name: String, _ bytes: [UInt8]) throws(KeyCalendarError) {
        try KeyCalendarError.onCalendar { () throws(FileError) in try fileSystem.replaceDurably(file(name), bytes.rawSpan, mode: mode) }
        guard let found = try read(name), BLAKE2b.hash(found) == BLAKE2b.hash(bytes) else {
            throw KeyCalendarError(
                .storage(.inputOutput),
                "a calendar file does not hold what was written to it; check the device it lies on"
            )
        }
    }

    /// Makes sure that a calendar file is there, whole and durable.
    func ensure(_ name: String, _ bytes: [UInt8]) throws(KeyCalendarError) {
        guard try read(name) == bytes else { return try store(name, bytes) }
        // It may be there only since a rename that was not made durable before something failed.
        try KeyCalendarError.onCalendar { () throws(FileError) in try fileSystem.synchronizeDirectory(path) }
    }

    /// Removes every other calendar file, for none of them can be opened any more, and every file that was never finished.
    func removeAll(except kept: Set<String>) throws(KeyCalendarError) {
        try KeyCalendarError.onCalendar { () throws(FileError) in
            let old = try fileSystem.list(path).filter { found in
                !kept.contains(found) && (CalendarFile.isName(found) || found.hasPrefix(DiskFileSystem.temporaryPrefix))
            }
            guard !old.isEmpty else { return }
            for found in old { try fileSystem.removeIfPresent(file(found)) }
            try fileSystem.synchronizeDirectory(path)
        }
    }

    /// The names of all calendar files, unfinished ones among them.
    func list() throws(KeyCalendarError) -> [String] {
        try KeyCalendarError.onCalendar { () throws(FileError) in try fileSystem.list(path) }.filter { name in
            let prefix = DiskFileSystem.temporaryPrefix
            return CalendarFile.isName(name.hasPrefix(prefix) ? String(name.dropFirst(prefix.count)) : name)
        }
    }

    /// Whether all calendar files have one of these names, or are unfinished files of that name.
    func holdsOnly(_ names: Set<String>) throws(KeyCalendarError) -> Bool {
        let unfinished = Set(names.map { DiskFileSystem.temporaryPrefix + $0 })
        return try names.union(unfinished).isSuperset(of: list())
    }

    private func file(_ name: String) -> String { "\(path)/\(name)" }
}
