package import Records

/// One change to a calendar. Together they say all that an act does, so that an interrupted act can be carried out again.
package enum CalendarChange: Equatable, Sendable {
    /// Draws a page for each day that has none yet.
    case addPages([Day])
    /// Removes what was needed before this day, which becomes the high-water day, and leaves this time budget.
    case tearOff(before: Day, budget: TimeBudget)
    /// Erases the leaf of one conversation from the page of its day.
    case puncture(ConversationID, day: Day)
    /// Lifts the leaf of one conversation out of the page of its day, to be kept until a day of its own.
    case keep(ConversationID, day: Day, until: Day, RetentionClass)
    /// Lets a kept leaf go.
    case release(ConversationID, day: Day, RetentionClass)
    /// Remembers that a request was used.
    case spend(SpentRequest)
}

/// An act on the calendar: its name, what it changes, and the approvals that it rests on.
package struct CalendarAct: Equatable, Sendable {
    /// What acts are called in intents and in the ledger.
    package enum Name: String, Sendable, CaseIterable {
        /// The first calendar of a vault.
        case create
        /// Pages were drawn.
        case draw
        /// Days that are over were torn off.
        case sweep
        /// One conversation was erased early.
        case erase
        /// A leaf is kept longer.
        case hold
        /// A leaf is kept no longer.
        case release
        /// A record was given another class: its leaf is kept longer for that, or no longer.
        case changeClass = "change-class"
        /// A request was used for something that does not lie in the calendar.
        case spend

        /// Whether keys may be destroyed by it.
        package var mayDestroy: Bool {
            switch self {
            case .sweep, .erase, .release, .changeClass: true
            case .create, .draw, .hold, .spend: false
            }
        }
    }

    /// Length of an approval's digest in bytes.
    package static let digestBytes = 32

    /// The act's name.
    package let name: Name
    /// What it changes, in this order.
    package let changes: [CalendarChange]
    /// BLAKE2b-256 of each approval it rests on; the caller has checked them.
    package let approvals: [[UInt8]]

    /// An act; throws `outOfBounds` for no or too many changes or approvals, or a digest of another length.
    package init(_ name: Name, _ changes: [CalendarChange], approvals: [[UInt8]] = []) throws(KeyCalendarError) {
        guard (1...CalendarLimits.changes).contains(changes.count), approvals.count <= CalendarLimits.approvals,
            approvals.allSatisfy({ $0.count == Self.digestBytes })
        else {
            throw KeyCalendarError(
                .outOfBounds,
                "the act has too many changes or approvals, or a digest of the wrong length; give fewer at once"
            )
        }
        self.name = name
        self.changes = changes
        self.approvals = approvals
    }
}

/// What an act came to.
package enum ActOutcome: Equatable, Sendable {
    /// It was carried out; the calendar has this serial number now.
    case done(serial: UInt64)
    /// What it asks for is so already; nothing was changed.
    case alreadyDone
}
