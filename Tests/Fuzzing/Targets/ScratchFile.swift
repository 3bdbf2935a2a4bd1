internal import Records
internal import Sodium
internal import System

/// A file that holds one input and has no name any more, for what reads from a descriptor.
struct ScratchFile {
    /// Where it is read from, from its beginning.
    let descriptor: InputDescriptor

    init(_ bytes: [UInt8]) throws {
        let disk = DiskFileSystem()
        let path = "/tmp/fuzz-\(Hex.encode(SystemRandom().bytes(16)))"
        let file = try disk.create(path, mode: 0o600)
        try file.append(bytes.rawSpan)
        try file.close()
        descriptor = try Terminal.openForReading(path)
        try disk.remove(path)
    }
}
