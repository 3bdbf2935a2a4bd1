/// A parser of bytes from outside, and what must hold whatever it is given.
///
/// A target does more than not to crash: what is accepted is written again and must be the same bytes wherever a format has one form, and stays
/// within the limits. Where a signature or a key would stop every changed byte at the door, the target makes it itself around the input, so
/// that what lies behind the door is tried.
package struct FuzzTarget: Sendable {
    /// What became of an input.
    package enum Verdict: Sendable {
        /// It was read, and everything that must hold did.
        case accepted
        /// It was refused, as most are.
        case refused
    }

    /// Its name: of its corpus, and on the command line.
    package let name: String
    /// The longest input that is worth trying, in bytes.
    package let maximumBytes: Int
    /// Inputs that are accepted, made by the software's own encoders.
    package let seeds: @Sendable (FuzzWorld) throws -> [[UInt8]]
    /// Tries an input; throws a `Finding` where something does not hold.
    package let judge: @Sendable (FuzzWorld, [UInt8]) throws -> Verdict

    init(
        _ name: String, maximumBytes: Int = 4096, seeds: @escaping @Sendable (FuzzWorld) throws -> [[UInt8]],
        judge: @escaping @Sendable (FuzzWorld, [UInt8]) throws -> Verdict
    ) {
        self.name = name
        self.maximumBytes = maximumBytes
        self.seeds = seeds
        self.judge = judge
    }

    /// All targets, by name.
    package static let all: [FuzzTarget] =
        (partTargets + recordTargets + calendarTargets + ageTargets + rosterTargets + identityTargets + sharingTargets + keeperTargets
        + ledgerTargets + certificateTargets)
        .sorted { $0.name < $1.name }
}

/// Something that must hold and does not: a fault in the software, or in what was thought of it.
package struct Finding: Error, CustomStringConvertible {
    /// What does not hold.
    package let description: String

    init(_ description: String) {
        self.description = description
    }
}

/// Throws a finding unless `condition` holds.
func demand(_ condition: Bool, _ description: @autoclosure () -> String) throws(Finding) {
    guard condition else { throw Finding(description()) }
}
