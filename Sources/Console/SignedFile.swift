internal import Sodium
package import System
internal import Records

/// A text file whose minisign signature lies beside it, as FILE and FILE.minisig: cards and approvals travel so.
package struct SignedFile: Sendable {
    /// The text.
    package let text: [UInt8]
    /// The signature file.
    package let signature: [UInt8]

    /// Reads both files; nothing is verified by this.
    package init(_ path: String, fileSystem: any FileSystem) throws(ConsoleError) {
        do {
            text = try fileSystem.readFile(path, limitBytes: Limits.signedTextBytes)
            signature = try fileSystem.readFile("\(path).minisig", limitBytes: Limits.minisigBytes)
        } catch {
            throw ConsoleError(error, "\(error.description); a card or approval is two files, FILE and FILE.minisig")
        }
    }

    /// A text and its signature, to be written.
    package init(text: [UInt8], signature: [UInt8]) {
        self.text = text
        self.signature = signature
    }

    /// Mode of both files: they hold nothing secret.
    private static let mode: UInt32 = 0o644

    /// Writes both files where there are none, the signature first, so that a text is never without it; after an error there is neither.
    package func write(to path: String, fileSystem: any FileSystem) throws(ConsoleError) {
        let signaturePath = "\(path).minisig"
        do throws(FileError) {
            try fileSystem.writeDurably(signaturePath, signature.rawSpan, mode: Self.mode)
            do throws(FileError) {
                try fileSystem.writeDurably(path, text.rawSpan, mode: Self.mode)
            } catch {
                try? fileSystem.removeIfPresent(signaturePath)
                throw error
            }
        } catch {
            throw ConsoleError(error)
        }
    }
}
