package import Records
internal import RecordStore
package import System

/// What will be forgotten on the days to come, counted from the files; nothing is opened for it.
package struct ExpiryPreview: Codable, Equatable, Sendable {
    /// One day.
    package struct Row: Codable, Equatable, Sendable {
        /// The last day on which they can be read.
        package let day: String
        /// How many conversations.
        package let conversations: Int
        /// How many files they are in.
        package let files: Int
    }

    /// The days on which something is forgotten, in order; days that are over and whose files are still there among them.
    package let days: [Row]

    /// Counts what expires up to `last`.
    package init(fileSystem: any FileSystem, layout: VaultLayout, until last: Day) throws(FileError) {
        let store = RecordStore(fileSystem: fileSystem, layout: layout)
        var rows: [Row] = []
        for day in try store.expiryDays() where day <= last {
            let parts = try store.parts(in: layout.records(expiring: day), isOpen: false)
            guard !parts.isEmpty else { continue }
            rows.append(Row(day: day.description, conversations: Set(parts.map(\.conversation)).count, files: parts.count))
        }
        days = rows
    }
}
