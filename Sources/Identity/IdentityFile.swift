internal import Age
internal import Records
package import Sodium
package import System

/// Files that hold secret keys: age files under a passphrase, so that the `age` program opens them too.
package enum IdentityFile {
    /// The mode of the file: its owner's alone.
    package static let fileMode: UInt32 = 0o600

    /// Writes a person's identity into a new file.
    package static func write(
        _ identity: borrowing PersonalIdentity, to path: String, passphrase: borrowing SecretBytes, fileSystem: any FileSystem,
        random: any RandomSource
    ) throws(IdentityError) {
        try seal(identity.text(), to: path, passphrase: passphrase, fileSystem: fileSystem, random: random)
    }

    /// Writes the organisation's key into a new file.
    package static func write(
        _ key: borrowing OrganisationKey, to path: String, passphrase: borrowing SecretBytes, fileSystem: any FileSystem,
        random: any RandomSource
    ) throws(IdentityError) {
        try seal(key.text(), to: path, passphrase: passphrase, fileSystem: fileSystem, random: random)
    }

    /// Opens a person's identity.
    package static func openIdentity(
        _ path: String, passphrase: borrowing SecretBytes, fileSystem: any FileSystem
    ) throws(IdentityError) -> PersonalIdentity {
        try PersonalIdentity(open(path, passphrase: passphrase, fileSystem: fileSystem))
    }

    /// Opens the organisation's key.
    package static func openOrganisationKey(
        _ path: String, passphrase: borrowing SecretBytes, fileSystem: any FileSystem
    ) throws(IdentityError) -> OrganisationKey {
        try OrganisationKey(open(path, passphrase: passphrase, fileSystem: fileSystem))
    }

    private static func seal(
        _ text: borrowing SecretBytes, to path: String, passphrase: borrowing SecretBytes, fileSystem: any FileSystem,
        random: any RandomSource
    ) throws(IdentityError) {
        do {
            let sealed = try Age.encrypt(text.bytes, to: AgePassphrase(passphrase.bytes), random: random)
            try fileSystem.writeDurably(path, sealed.rawSpan, mode: fileMode)
        } catch let error as AgeError {
            throw IdentityError(error)
        } catch let error as FileError {
            throw IdentityError(error)
        } catch {
            throw IdentityError(.malformed)
        }
    }

    private static func open(
        _ path: String, passphrase: borrowing SecretBytes, fileSystem: any FileSystem
    ) throws(IdentityError) -> SecretText {
        do {
            let sealed = try fileSystem.readFile(path, limitBytes: Limits.identityBytes)
            let key = try AgePassphrase(passphrase.bytes)
            return SecretText(try Age.decryptSecret(sealed.rawSpan, with: key, expecting: .binary))
        } catch let error as AgeError {
            throw IdentityError(error)
        } catch let error as FileError {
            throw IdentityError(error)
        } catch {
            throw IdentityError(.malformed)
        }
    }
}
