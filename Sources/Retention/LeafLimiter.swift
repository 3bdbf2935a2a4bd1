internal import Synchronization

/// How many leaves each user may have in how short a time: a bucket of tokens each, so that a stolen account empties the vault slowly.
package final class LeafLimiter: Sendable {
    /// How many at once, after a rest.
    package static let standardBurst = 20_000
    /// How many a second, in the long run.
    package static let standardPerSecond = 2_000

    private struct Bucket {
        var tokens: Int
        var second: Int64
    }

    private let burst: Int
    private let perSecond: Int
    private let buckets = Mutex<[UInt32: Bucket]>([:])

    /// Buckets that hold `burst` tokens and get `perSecond` a second.
    package init(burst: Int = standardBurst, perSecond: Int = standardPerSecond) {
        self.burst = burst
        self.perSecond = perSecond
    }

    /// Takes `count` tokens of a user's, all or none; false where there are too few.
    ///
    /// - Parameter second: of the clock that nobody can set, or whatever else is counted in; one that starts again takes nothing away.
    package func take(_ count: Int, user: UInt32, second: Int64) -> Bool {
        buckets.withLock { buckets in
            var bucket = buckets[user] ?? Bucket(tokens: burst, second: second)
            // Clipped before it is multiplied: after a minute or so any bucket is full.
            let passed = Int(min(max(0, second - bucket.second), Int64(burst)))
            bucket.tokens = min(burst, bucket.tokens + passed * perSecond)
            bucket.second = second
            let isEnough = bucket.tokens >= count
            if isEnough { bucket.tokens -= count }
            buckets[user] = bucket
            return isEnough
        }
    }
}
