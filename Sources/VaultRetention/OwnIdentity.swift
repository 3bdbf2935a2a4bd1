import Console
import KeyCalendar
import Retention
import Roster
import Sodium
import System
import UnattendedIdentity

/// The keeper's own identity, beside each of its cells.
enum OwnIdentity {
    /// Reads it from beside the first cell that has it; throws where there is none, and where there are two.
    static func read(_ place: KeeperPlace) throws -> UnattendedIdentity {
        var keys: [SigningPublicKey] = []
        for path in place.identities {
            if let found = try identity(at: path, place.fileSystem) { keys.append(found.signingKey.publicKey) }
        }
        guard keys.allSatisfy({ $0 == keys.first }) else {
            throw ConsoleError(.wrongIdentity, "the cells that were named are of different keepers: name those that belong together")
        }
        for path in place.identities {
            if let found = try identity(at: path, place.fileSystem) { return found }
        }
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

    /// The keeper's identity at a path; nil where nothing is.
    private static func identity(at path: String, _ fileSystem: any FileSystem) throws -> UnattendedIdentity? {
        let identity: UnattendedIdentity
        do throws(UnattendedIdentityError) {
            identity = try UnattendedIdentity(path: path, fileSystem: fileSystem)
        } catch {
            if case .file(let cause) = error, cause.code == .notFound { return nil }
            throw ConsoleError(error)
        }
        guard identity.role == .keeper else {
            throw ConsoleError(.wrongIdentity, "the identity beside a cell is not a keeper's: name the right cells")
        }
        return identity
    }
}
