/// How much the overwriting of a cell is worth at the place where it lies.
package struct CellAssurance: Equatable, Sendable {
    /// The levels; version 1 reaches the first two.
    package enum Level: Int, Comparable, Sendable {
        /// Unknown, copy-on-write or backed-up storage: the old value may survive being overwritten.
        case l0 = 0
        /// A file written in place on a file system that is known to overwrite its blocks.
        case l1 = 1
        /// A physical TPM or token.
        case l2 = 2
        /// Shares in separate domains.
        case l3 = 3

        /// The order of worth.
        package static func < (first: Level, second: Level) -> Bool { first.rawValue < second.rawValue }
    }

    /// The level.
    package let level: Level
    /// Why, in words for a person.
    package let reason: String

    /// A level and why.
    package init(_ level: Level, _ reason: String) {
        self.level = level
        self.reason = reason
    }
}
