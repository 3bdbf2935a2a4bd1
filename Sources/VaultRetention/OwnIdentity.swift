import Console
import KeyCalendar
import Retention
import Roster
import Sodium
import System
import UnattendedIdentity

/// The keeper's own identity, beside each of its cells.
enum OwnIdentity {
    /// Reads it from beside the first cell that has it; throws where there is none, and where there are two. A damaged one counts where there is
    /// no other: else the keeper puts a copy in its place, and says so.
    static func read(_ place: KeeperPlace) throws -> UnattendedIdentity {
        var own: UnattendedIdentity?
        var damage: UnattendedIdentityError?
        for path in place.identities {
            let found: UnattendedIdentity
            do throws(UnattendedIdentityError) {
                found = try UnattendedIdentity(path: path, fileSystem: place.fileSystem)
            } catch {
                if case .file(let cause) = error, cause.code == .notFound { continue }
                guard case .malformed = error else { throw ConsoleError(error) }
                damage = error
                continue
            }
            guard found.role == .keeper else {
                throw ConsoleError(.wrongIdentity, "the identity beside a cell is not a keeper's: name the right cells")
            }
            let key = found.signingKey.publicKey
            guard let known = own?.signingKey.publicKey else {
                own = consume found
                continue
            }
            guard key == known else {
                throw ConsoleError(.wrongIdentity, "the cells that were named are of different keepers: name those that belong together")
            }
        }
        if let own { return own }
        if let damage { throw ConsoleError(damage) }
        throw ConsoleError(
            .noIdentity,
            "no keeper lives in the cell directories that were named: mount their devices, name the right ones, or begin with "
                + "'vault-retention init'")
    }

    /// Reads it, or makes it where there is none; then it is on the disk before anything is signed with it.
    static func readOrMake(_ place: KeeperPlace, name: String) throws -> UnattendedIdentity {
        if try !isPresent(place) {
            let made = try UnattendedIdentity.generate(name: name, role: .keeper, random: place.random)
            try putBesideCells(made, place)
        }
        return try read(place)
    }

    /// Whether it lies beside any cell.
    static func isPresent(_ place: KeeperPlace) throws -> Bool {
        try place.identities.contains { try place.fileSystem.status($0) != nil }
    }

    /// Puts it beside every cell that lacks it, so that no device takes it along when it dies.
    static func putBesideCells(_ identity: borrowing UnattendedIdentity, _ place: KeeperPlace) throws(FileError) {
        for path in place.identities where try place.fileSystem.status(path) == nil {
            try identity.write(to: path, fileSystem: place.fileSystem)
        }
    }
}
