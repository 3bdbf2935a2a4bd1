import Foundation

/// What a sanitizer under which the tests run has to say to the programs that they start.
enum Sanitizer {
    /// The variables that `Scripts/check-sanitized` sets; none elsewhere.
    static let environment = ProcessInfo.processInfo.environment.filter { ["LD_PRELOAD", "TSAN_OPTIONS", "ASAN_OPTIONS"].contains($0.key) }
}
