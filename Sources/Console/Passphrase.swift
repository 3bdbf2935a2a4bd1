package import ArgumentParser
internal import Records
package import Sodium
internal import System

/// Where a passphrase comes from: a prompt, or a descriptor. Never an argument, never the environment.
package struct PassphraseOptions: ParsableArguments {
    /// The file, if one was given.
    @Option(
        name: .customLong("passphrase-file"),
        help: ArgumentHelp(
            "Read the passphrase's line from here, not from a prompt: '-' is standard input, /dev/fd/N a descriptor.",
            valueName: "file"), completion: .file())
    package var file: String?

    /// No options given.
    package init() {}

    /// The passphrase of an identity that is there, into guarded memory.
    package func read(_ prompt: String = "Passphrase: ") throws(ConsoleError) -> SecretBytes {
        var buffer = SecretBytes(zeros: Limits.passphraseBytes)
        let count: Int
        do {
            if let file {
                let descriptor = try Terminal.openForReading(file)
                defer { descriptor.close() }
                var bytes = buffer.mutableBytes
                count = try Terminal.readSecretLine(descriptor: descriptor.number, into: &bytes)
            } else {
                var bytes = buffer.mutableBytes
                count = try Terminal.readSecretLine(prompt: prompt, into: &bytes)
            }
        } catch {
            throw ConsoleError(.noPassphrase, "no passphrase: \(error); give it at the prompt or with --passphrase-file")
        }
        guard count > 0 else { throw ConsoleError(.noPassphrase, "the passphrase is empty: give one") }
        return Self.prefix(of: buffer, count)
    }

    /// A new passphrase: asked for twice at a prompt, taken as it is from a file.
    package func readNew() throws(ConsoleError) -> SecretBytes {
        let passphrase = try read("New passphrase: ")
        guard passphrase.count >= Self.minimumBytes else {
            throw ConsoleError(
                .badPassphrase, "the passphrase is too short: at least \(Self.minimumBytes) characters; several random words are best")
        }
        guard file == nil else { return passphrase }
        let again = try read("The same again: ")
        guard passphrase.equals(again) else {
            throw ConsoleError(.badPassphrase, "the two passphrases differ: nothing was made; run it again")
        }
        return passphrase
    }

    /// The shortest new passphrase, in bytes.
    package static let minimumBytes = 8

    private static func prefix(of buffer: borrowing SecretBytes, _ count: Int) -> SecretBytes {
        buffer.slice(0..<count)
    }
}
