internal import Minisign
package import Records
package import Roster
package import System

/// The roster as this installation has pinned it, or where it has pinned none yet, as it is seen for the first time.
package struct PinnedRoster: Sendable {
    /// The roster, verified step by step from the pin, or from the first one.
    package let roster: VerifiedRoster
    private let isFirstSight: Bool
    private let path: String
    private let store: RosterStore

    /// Where the pin lies that belongs to an identity or key file.
    package static func pinPath(beside file: String) -> String { "\(file).pin" }

    /// Loads and verifies the vault's roster from the pin beside `file`; where there is none, the roster that is there is believed, but not
    /// pinned before `trust()` is called.
    package init(_ layout: VaultLayout, beside file: String, fileSystem: any FileSystem) throws(ConsoleError) {
        path = Self.pinPath(beside: file)
        store = RosterStore(fileSystem: fileSystem, layout: layout)
        try Self.checkVault(layout, fileSystem)
        do throws(RosterError) {
            isFirstSight = try store.pin(at: path) == nil
            roster =
                if isFirstSight { try store.loadFromFirst(organisationKey: store.organisationKey()) } else {
                    try store.load(pinnedAt: path)
                }
        } catch {
            throw ConsoleError(error, "the vault at \(layout.root) cannot be used: \(error)")
        }
    }

    /// Whether nothing was pinned before.
    package var isUnpinned: Bool { isFirstSight }

    /// Pins a roster that was seen for the first time, once it was shown to be the right one as far as can be, and tells the person what to
    /// compare; does nothing where it was pinned before.
    package func trust() throws(ConsoleError) {
        guard isFirstSight else { return }
        do throws(RosterError) {
            try store.store(roster.pin, at: path)
        } catch {
            throw ConsoleError(error, "the vault's roster could not be pinned beside the identity: \(error)")
        }
        Output.note("Trusting \(roster.organisation), roster \(roster.number), from now on: compare its key \(roster.organisationKey.text)")
    }

    /// Says in one line where there is no vault, or none that this user may use.
    package static func checkVault(_ layout: VaultLayout, _ fileSystem: any FileSystem) throws(ConsoleError) {
        do throws(FileError) {
            guard try fileSystem.status(layout.rosters) != nil else {
                throw FileError(.notFound, "find", layout.rosters)
            }
        } catch {
            switch error.code {
            case .notFound:
                throw ConsoleError(
                    .noVault, "there is no vault at \(layout.root): name it with --vault, or make one with 'vault-admin init'")
            case .permissionDenied:
                throw ConsoleError(
                    .noVault,
                    "this user may not use the vault at \(layout.root): run as a user of the group that its directories belong to")
            default: throw ConsoleError(error, "the vault at \(layout.root) cannot be used: \(error)")
            }
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
