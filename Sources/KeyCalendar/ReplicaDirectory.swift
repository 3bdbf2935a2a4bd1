package import Records
internal import Sodium
package import System

/// A directory elsewhere in which a copy of the calendar in force lies: what is left when the vault and all that lies beside the cells is lost.
///
/// A marker in it tells it from the mount point of a device that is away. Without a cell nothing in it can be opened.
package struct ReplicaDirectory: Sendable {
    /// The marker's name.
    package static let markerName = "replica"
    /// The marker's first line.
    package static let context = "transcript-vault replica 1"

    /// Where it is.
    package let path: String
    /// What it is called in messages.
    package let label: String
    let fileSystem: any FileSystem

    /// The replica at `path`, number `number` of those in use.
    package init(_ path: String, number: Int, in fileSystem: any FileSystem) {
        self.path = path.count > 1 && path.hasSuffix("/") ? String(path.dropLast()) : path
        label = "replica \(number)"
        self.fileSystem = fileSystem
    }

    var calendars: CalendarFolder { CalendarFolder(path: path, mode: 0o600, fileSystem: fileSystem) }

    private var marker: String { "\(path)/\(Self.markerName)" }

    private static func text(_ vault: VaultID) -> [UInt8] { Array("\(context)\nvault: \(vault)\n".utf8) }

    /// Makes the directory and its marker; a replica of this vault that is there stays as it is.
    ///
    /// - Throws: `exists` where anything else is in the directory, `storage`.
    package func make(for vault: VaultID) throws(KeyCalendarError) {
        if absence(for: vault) == nil { return }
        do throws(FileError) {
            try fileSystem.createDirectories(path, mode: CellDirectory.mode)
            guard try fileSystem.list(path).allSatisfy({ $0 == "lost+found" }) else {
                throw FileError(.exists, "make a replica in", path)
            }
            try fileSystem.writeDurably(marker, Self.text(vault).rawSpan, mode: 0o600)
        } catch {
            guard error.code == .exists else { throw KeyCalendarError(.storage(error.code), "\(error)") }
            throw KeyCalendarError(.exists, "the directory has other files in it, or is another vault's replica; name an empty directory")
        }
    }

    /// Why no copy can be put here; nil where one can.
    package func absence(for vault: VaultID) -> String? {
        do throws(FileError) {
            let found = try fileSystem.readFile(marker, limitBytes: 256)
            guard found == Self.text(vault) else { return "it is another vault's, or its marker is damaged" }
            return nil
        } catch {
            if error.code == .notFound { return "it is not there; mount its device, or make it with 'vault-retention add-replica'" }
            return error.descriptionWithoutPath
        }
    }
}
