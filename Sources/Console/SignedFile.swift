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
            throw ConsoleError("\(error.description); a card or approval is two files, FILE and FILE.minisig")
        }
    }
}
