package import Keeper
package import Records
internal import RecordStore
package import System

/// What will be forgotten on the days to come, counted from the files, and what is held; nothing is opened for it.
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

    /// What is still there though its day is over: nothing, where the keeper runs.
    package struct Overdue: Codable, Equatable, Sendable {
        /// How many conversations.
        package let conversations: Int
        /// How many files they are in.
        package let files: Int
        /// How many pages; nil where the keeper was not asked.
        @Nullable package var pages: Int?

        /// So many of each.
        init(conversations: Int, files: Int, pages: Int?) {
            self.conversations = conversations
            self.files = files
            _pages = Nullable(wrappedValue: pages)
        }
    }

    /// A conversation that is kept longer than its own day.
    package struct Held: Codable, Hashable, Sendable {
        /// Its id.
        package let conversation: String
        /// Why: `held`, or a class with a longer period.
        package let `class`: String
        /// Its own day.
        package let expires: String
        /// The last day on which it can be read because of this.
        package let until: String

        init(_ record: KeptRecord) {
            conversation = record.conversation.description
            `class` = record.retention.name
            expires = record.expiry.description
            until = record.until.description
        }
    }

    /// What the keeper says, which the files do not.
    package struct Calendar: Sendable {
        /// The records that are kept beyond their pages, or will be.
        package let kept: [KeptRecord]
        /// How many pages of days that are over are still there.
        package let overduePages: Int

        /// What the keeper says.
        package init(kept: [KeptRecord], overduePages: Int) {
            self.kept = kept
            self.overduePages = overduePages
        }
    }

    /// The first day that is counted.
    package let today: String
    /// The last.
    package let until: String
    /// The days on which something is forgotten, in order.
    package let days: [Row]
    /// What should not be there any more.
    package let overdue: Overdue
    /// What is held or kept for its class, the next to end first; nil where the keeper was not asked.
    @Nullable package var held: [Held]?

    /// Counts what is read for the last time from `today` to `last`. Without the calendar nothing is taken to be held.
    package init(
        fileSystem: any FileSystem, layout: VaultLayout, from today: Day, until last: Day, calendar: Calendar?
    ) throws(FileError) {
        let kept = Dictionary(
            (calendar?.kept ?? []).map { ($0.conversation, $0.until) }, uniquingKeysWith: { max($0, $1) })
        let store = RecordStore(fileSystem: fileSystem, layout: layout)
        var rows: [Day: (conversations: Set<ConversationID>, files: Int)] = [:]
        for day in try store.expiryDays() where day <= last {
            for part in try store.parts(in: layout.records(expiring: day), isOpen: false) {
                let end = max(day, kept[part.conversation] ?? day)
                rows[end, default: ([], 0)].conversations.insert(part.conversation)
                rows[end, default: ([], 0)].files += 1
            }
        }
        self.today = today.description
        until = last.description
        days = rows.keys.filter { (today...last).contains($0) }.sorted().map { day in
            Row(day: day.description, conversations: rows[day]?.conversations.count ?? 0, files: rows[day]?.files ?? 0)
        }
        let late = rows.filter { $0.key < today }.values
        overdue = Overdue(
            conversations: late.reduce(0) { $0 + $1.conversations.count }, files: late.reduce(0) { $0 + $1.files },
            pages: calendar?.overduePages)
        _held = Nullable(
            wrappedValue: calendar?.kept.sorted { ($0.until, $0.conversation) < ($1.until, $1.conversation) }.map { Held($0) })
    }
}
