package import Records

/// What a person wants to know about the calendar; nothing in it is secret.
package struct StoreStatus: Equatable, Sendable {
    /// The serial number of the calendar in force.
    package let serial: UInt64
    /// The day before which everything was torn off.
    package let highWater: Day
    /// Days of credit that are left in the time budget.
    package let budgetDays: UInt16
    /// The number of pages.
    package let pages: Int
    /// The day of the first page.
    package let firstPage: Day?
    /// The day of the last page.
    package let lastPage: Day?
    /// The number of pages from which something was erased early.
    package let puncturedPages: Int
    /// The number of kept leaves.
    package let keptLeaves: Int
    /// The number of requests that are remembered as used.
    package let spentRequests: Int
    /// The cells that can be reached.
    package let cells: [CellStatus]
    /// How many cells the keeper was told of, those that are away and further ones among them.
    package let namedCells: Int
    /// The cells and replicas that are away.
    package let away: [AwayPlace]
    /// The act that was begun and is not finished.
    package let unfinished: CalendarAct.Name?
    /// What stands as a warning.
    package let warnings: [String]
}

/// One cell and what its place is worth.
package struct CellStatus: Equatable, Sendable {
    /// What the cell is called: `cell 1`.
    package let label: String
    /// What its place is worth.
    package let assurance: CellAssurance
}
