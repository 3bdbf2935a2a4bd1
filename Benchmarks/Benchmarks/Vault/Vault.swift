import Benchmark
import BenchmarkSubjects
import Foundation

/// Every row of `Docs/Benchmarks.md` that is measured inside one process. `Scripts/bench` puts them beside each other.
let benchmarks: @Sendable () -> Void = {
    Benchmark.defaultConfiguration = .measuring(for: .seconds(3), atMost: 5_000)
    appending()
    reading()
    searching()
    forgetting()
}

extension Benchmark.Configuration {
    /// Elapsed time alone, in nanoseconds, so that the samples that are written down are exact.
    static func measuring(
        for duration: Duration, atMost iterations: Int, warmUp: Int = 3, scalingFactor: BenchmarkScalingFactor = .one
    ) -> Self {
        .init(
            metrics: [.wallClock], timeUnits: .nanoseconds, warmupIterations: warmUp, scalingFactor: scalingFactor, maxDuration: duration,
            maxIterations: iterations)
    }
}
