internal import Records
internal import Sodium
internal import System

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
        let identity = try read(source)
        for path in lacking { try fileSystem.writeDurably(path, identity.bytes, mode: 0o600) }
    }

    private func read(_ path: String) throws(FileError) -> SecretBytes {
        let file = try place.fileSystem.open(path, for: .reading)
        let size = try file.sizeBytes
        guard size <= Limits.identityBytes else { throw FileError(.tooLarge, "read", path) }
        return try SecretBytes(count: size) { (bytes: inout MutableRawSpan) throws(FileError) in
            guard try file.read(at: 0, into: &bytes) == size else { throw FileError(.inputOutput, "read", path) }
        }
    }
}
