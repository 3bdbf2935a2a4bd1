internal import Records
internal import Sodium
internal import System

/// Which program does something: its version, and SHA-256 of the file that runs.
package struct ProgramIdentity: Hashable, Sendable {
    private static let chunkBytes = 1 << 20

    /// The program that holds the cells.
    package static let keeperName = "vault-retention"

    /// The version.
    package let version: String
    /// SHA-256 of its file, in hexadecimal; nil where it cannot be read.
    package let sha256: String?

    /// A program.
    package init(version: String, sha256: String?) {
        self.version = version
        self.sha256 = sha256
    }

    /// This process, looked at once: the file that runs does not change.
    package static let running = ProgramIdentity(version: ProductVersion.current, sha256: digestOfExecutable())

    private static func digestOfExecutable() -> String? {
        guard let file = try? OwnProcess.executable() else { return nil }
        var hash = SHA256()
        var (chunk, offset) = ([UInt8](repeating: 0, count: chunkBytes), 0)
        while true {
            guard let count = try? file.readArray(at: offset, into: &chunk) else { return nil }
            guard count > 0 else { return Hex.encode(hash.finalize()) }
            hash.update(chunk.rawSpan.extracting(first: count))
            offset += count
        }
    }
}
