internal import System
internal import UnattendedIdentity

/// The keeper's identity beside its cells, so that no device takes it along when it dies.
struct IdentityCopies {
    private let place: KeeperPlace

    /// The copies beside the cells of a place.
    init(of place: KeeperPlace) {
        self.place = place
    }

    /// Copies it from the first cell that has it to each that lacks it.
    func keep() throws(FileError) {
        let (fileSystem, paths) = (place.fileSystem, place.identities)
        var lacking: [String] = []
        for path in paths where try fileSystem.status(path) == nil { lacking.append(path) }
        guard !lacking.isEmpty, let source = paths.first(where: { !lacking.contains($0) }) else { return }
        for path in lacking { try UnattendedIdentity.copy(from: source, to: path, fileSystem: fileSystem) }
    }
}
