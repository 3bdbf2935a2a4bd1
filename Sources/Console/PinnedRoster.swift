internal import Minisign
package import Records
package import Roster
package import System

/// The roster as this installation has pinned it.
package enum PinnedRoster {
    /// Where the pin lies that belongs to an identity or key file.
    package static func pinPath(beside file: String) -> String { "\(file).pin" }

    /// Loads and verifies the vault's roster, step by step from the pin at `pin`; the first time, the roster that is there is trusted and
    /// pinned, and the person is told what to compare.
    package static func load(
        _ layout: VaultLayout, pin: String, fileSystem: any FileSystem
    ) throws(ConsoleError) -> VerifiedRoster {
        let store = RosterStore(fileSystem: fileSystem, layout: layout)
        do {
            guard try fileSystem.status(layout.rosters) != nil else {
                throw ConsoleError("there is no vault at \(layout.root): name it with --vault, or make one with 'vault-admin init'")
            }
            guard try store.pin(at: pin) == nil else { return try store.load(pinnedAt: pin) }
            let roster = try store.loadTrustingFirst(pinningAt: pin)
            Output.note(
                "Trusting \(roster.organisation), roster \(roster.number), from now on: compare its key \(roster.organisationKey.text)")
            return roster
        } catch let error as ConsoleError {
            throw error
        } catch {
            throw ConsoleError("the roster of \(layout.root) cannot be used: \(error)")
        }
    }
}

extension Timestamp {
    /// The moment that a clock shows.
    package init(_ clock: any WallClock) {
        let now = clock.now()
        self.init(seconds: now.seconds, nanoseconds: now.nanoseconds)
    }
}
