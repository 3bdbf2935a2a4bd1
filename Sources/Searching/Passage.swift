package import Records

/// Some lines of a conversation that follow each other, at least one of which was searched for.
package struct Passage: Sendable {
    /// A line of a passage.
    package struct Line: Sendable {
        /// Its number among the lines of the conversation, from 1.
        package let number: Int
        /// What it tells.
        package let event: EventLine
        /// Whether it was searched for, and does not only stand beside.
        package let isMatch: Bool
    }

    /// The lines, in order.
    package let lines: [Line]
}
