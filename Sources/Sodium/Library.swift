internal import CSodium

/// The one-time start of libsodium, which every entry point of this module passes through.
enum Library {
    /// Evaluated once, by whichever call comes first; `sodium_malloc` before `sodium_init` aborts.
    private static let started: Bool = sodium_init() >= 0

    /// Starts libsodium if that has not been done.
    ///
    /// A library that cannot reach the system's random source is a broken machine, not bad input: it traps.
    static func start() {
        precondition(started, "libsodium could not be started")
    }
}
