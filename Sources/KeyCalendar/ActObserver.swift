internal import Records

/// What the calendar's owner does when an act begins and when it is done: keeps the ledger.
///
/// After a crash the same act may be told of again, with the same serial number: that must change nothing.
package protocol ActObserver: AnyObject {
    /// An act begins; its intent lies beside every cell.
    func recordIntent(_ act: RecordedAct) throws(KeyCalendarError)
    /// An act is done: every cell was advanced and read back, and nothing opens the earlier calendar any more.
    func recordDone(_ act: RecordedAct) throws(KeyCalendarError)
    /// What was seen of a destruction that is done, before its earlier calendars are removed; told again with every attempt to finish it.
    func recordTrial(_ act: RecordedAct, _ trial: DestructionTrial) throws(KeyCalendarError)
    /// An act was carried out in every cell that can be reached, but a cell or a replica is away: it is not done before that has caught up.
    func recordIncomplete(_ act: RecordedAct) throws(KeyCalendarError)
    /// Every cell and replica has caught up: what was incomplete up to this serial number is done in these cells.
    func recordCaughtUp(to serial: UInt64, cells: [CellStatus]) throws(KeyCalendarError)
    /// A further cell is made: it has the next number from now on, whether it can be reached or not.
    func cellNamed(_ directory: String)
    /// A cell is there: at the start, when it was away, or as a further one. What else is kept in its directory may be used, and is to be put
    /// there. Throws where what is there contradicts what was recorded.
    func cellCame(_ directory: String) throws(KeyCalendarError)
    /// A cell is away: nothing may be written into its directory, which may be a mount point.
    func cellLeft(_ directory: String)
}

/// What whoever keeps no record, and certifies nothing, need not do.
extension ActObserver {
    /// Nothing: for owners that certify nothing.
    package func recordTrial(_ act: RecordedAct, _ trial: DestructionTrial) throws(KeyCalendarError) {}
    /// Nothing.
    package func recordIncomplete(_ act: RecordedAct) {}
    /// Nothing.
    package func recordCaughtUp(to serial: UInt64, cells: [CellStatus]) {}
    /// Nothing.
    package func cellNamed(_ directory: String) {}
    /// Nothing.
    package func cellCame(_ directory: String) {}
    /// Nothing.
    package func cellLeft(_ directory: String) {}
}

/// An act as it is recorded.
package struct RecordedAct: Equatable, Sendable {
    /// The serial number of the calendar that the act makes: what tells it from every other.
    package let serial: UInt64
    /// The act.
    package let act: CalendarAct
    /// The cells that can be reached, and what their places are worth.
    package let cells: [CellStatus]
    /// The cells and replicas that are away: while there are any, the act is incomplete.
    package let away: [AwayPlace]
    /// What stands on every certificate as a warning.
    package let warnings: [String]
    /// What it takes out of the calendar; nil once it is done, for then nobody can count it.
    package let ending: ActEnding?
}

/// The approval that an act rests on, which the caller has checked.
package struct Authority: Equatable, Sendable {
    /// BLAKE2b-256 of each approval.
    package let approvals: [[UInt8]]
    /// The request that they answer, which the act uses up.
    package let spends: SpentRequest

    /// Approvals that were checked, and the request that they answer.
    package init(approvals: [[UInt8]], spends: SpentRequest) {
        self.approvals = approvals
        self.spends = spends
    }
}
