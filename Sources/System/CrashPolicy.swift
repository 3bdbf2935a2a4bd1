extension MemoryFileSystem {
    /// What a simulated crash leaves of the work that was not synchronized.
    package enum CrashPolicy: Hashable, Sendable {
        /// Nothing of it.
        case nothingUnsynced
        /// All of it, as after a crash of the program alone.
        case everything
        /// Chance decides, the same way for the same seed: each write is kept, dropped or torn at sectors, and of the changes to each directory's
        /// names a first part is kept, in order. The directories are independent of each other, so a file renamed across two may have both names or none.
        case seeded(UInt64)
    }
}

/// The decisions of one crash.
struct CrashFate {
    /// What becomes of one write.
    enum Write {
        case kept, dropped, torn
    }

    private let policy: MemoryFileSystem.CrashPolicy
    private var dice: SplitMix

    init(_ policy: MemoryFileSystem.CrashPolicy) {
        self.policy = policy
        if case .seeded(let seed) = policy { dice = SplitMix(seed: seed) } else { dice = SplitMix(seed: 0) }
    }

    /// What becomes of the next write.
    mutating func write() -> Write {
        switch policy {
        case .nothingUnsynced: .dropped
        case .everything: .kept
        case .seeded:
            switch dice.below(3) {
            case 0: .kept
            case 1: .dropped
            default: .torn
            }
        }
    }

    /// Whether the next sector of a torn write is kept.
    mutating func keepsSector() -> Bool { dice.below(2) == 0 }

    /// How many of a directory's changes are kept.
    mutating func prefix(of count: Int) -> Int {
        switch policy {
        case .nothingUnsynced: 0
        case .everything: count
        case .seeded: dice.below(count + 1)
        }
    }
}

/// SplitMix64 (Steele, Lea, Flood 2014): a small generator that a seed repeats exactly. For simulations alone, never for keys.
package struct SplitMix: RandomNumberGenerator {
    private var state: UInt64

    /// The sequence that belongs to `seed`.
    package init(seed: UInt64) {
        state = seed
    }

    /// The next number.
    package mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }

    /// A number from zero up to, not including, `bound`.
    package mutating func below(_ bound: Int) -> Int {
        Int(next() % UInt64(max(1, bound)))
    }
}
