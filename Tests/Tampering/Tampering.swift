/// Every small way in which the bytes of a file can come to be others: what is tried wherever a test says that a format is closed.
///
/// A single bit flipped, the end cut off anywhere, something put behind the end. A test hands each changed file to whatever reads it, and says
/// what must come of it. How many changes were tried is printed, and where they were drawn by lot, the seed, which `TAMPERING_SEED` repeats.
/// `TAMPERING_LIMIT` has so many bits of each file tried and no more, for runs in which each takes long.
package struct Tampering: Sendable {
    /// One change.
    package enum Change: Hashable, Sendable, CustomStringConvertible {
        /// A bit is the other one.
        case flip(byte: Int, bit: Int)
        /// Only so many bytes are left.
        case cut(to: Int)
        /// These bytes stand behind the end.
        case added([UInt8])

        /// For the message of a test that failed.
        package var description: String {
            switch self {
            case .flip(let byte, let bit): "bit \(bit) of byte \(byte)"
            case .cut(let length): "cut to \(length) bytes"
            case .added(let bytes): "\(bytes.count) bytes added"
            }
        }
    }

    /// How many of all the changes are tried.
    package enum Extent: Sendable {
        /// Every bit, every length.
        case every
        /// One bit of every byte, drawn by lot, and every length.
        case aBitOfEveryByte
        /// So many bits, and an eighth as many lengths, drawn by lot.
        case sample(Int)
    }

    /// The file as it was made.
    package let original: [UInt8]
    private let name: String
    private let extent: Extent
    private let seed: UInt64

    /// Changes of `original`, which is called `name` where it is told how many were tried.
    package init(of original: [UInt8], called name: String, extent: Extent = .every) {
        self.original = original
        self.name = name
        self.extent = Environment.number("TAMPERING_LIMIT").map { .sample(Int(clamping: $0)) } ?? extent
        seed = Lot.seed
    }

    /// Calls `judge` with each change and the file that it gives; returns how many there were, and prints it.
    @discardableResult
    package func forEach(_ judge: (Change, [UInt8]) throws -> Void) rethrows -> Int {
        var changed = original
        let (flips, lengths) = chosen()
        for (byte, bit) in flips {
            changed[byte] ^= 1 << UInt8(bit)
            try judge(.flip(byte: byte, bit: bit), changed)
            changed[byte] = original[byte]
        }
        for length in lengths { try judge(.cut(to: length), Array(original[..<length])) }
        let tails: [[UInt8]] = [[0], [10], [0xFF], [UInt8](repeating: 0, count: 4096), Array(original.suffix(300))]
        for tail in tails where !tail.isEmpty { try judge(.added(tail), original + tail) }
        let count = flips.count + lengths.count + tails.count
        print("tampering: \(name), \(original.count) bytes: \(flips.count) bits, \(lengths.count) lengths, \(tails.count) tails\(note)")
        return count
    }

    private var note: String {
        if case .every = extent { "" } else { "; TAMPERING_SEED=\(seed)" }
    }

    private func chosen() -> (flips: [(byte: Int, bit: Int)], lengths: [Int]) {
        var lot = Lot(seed: seed)
        switch extent {
        case .every: return (original.indices.flatMap { byte in (0..<8).map { (byte, $0) } }, Array(original.indices))
        case .aBitOfEveryByte: return (original.indices.map { ($0, Int.random(in: 0..<8, using: &lot)) }, Array(original.indices))
        case .sample(let count):
            let flips = (0..<count).map { _ in (Int.random(in: original.indices, using: &lot), Int.random(in: 0..<8, using: &lot)) }
            return (flips, (0..<(count / 8)).map { _ in Int.random(in: original.indices, using: &lot) })
        }
    }
}

/// Numbers that a seed repeats exactly (SplitMix64, Steele et al., "Fast splittable pseudorandom number generators", 2014).
package struct Lot: RandomNumberGenerator {
    private var state: UInt64

    /// The numbers of a seed.
    package init(seed: UInt64) {
        state = seed
    }

    /// A seed for this run: `TAMPERING_SEED`, or one that was drawn.
    package static let seed: UInt64 = Environment.number("TAMPERING_SEED") ?? UInt64.random(in: 1...UInt64(UInt32.max))

    /// The next number.
    package mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
