internal import Records
internal import Refusals
package import Roster
package import Sodium
package import System

/// The identity of a program that runs without a person: a name, a role, and a signing key alone, so that it can open nothing.
package struct UnattendedIdentity: ~Copyable, Sendable {
    /// Its name in the roster.
    package let name: String
    /// Service or keeper.
    package let role: Role
    /// What it signs with.
    package let signingKey: SigningKey

    private static let context = "# transcript-vault unattended identity 1"

    /// The mode of the file: its owner's alone.
    package static let fileMode: UInt32 = 0o600

    /// A fresh identity.
    package static func generate(name: String, role: Role, random: any RandomSource) throws(SodiumError) -> UnattendedIdentity {
        let seed = SecretBytes.random(SigningKey.seedBytes, from: random)
        return UnattendedIdentity(name: name, role: role, signingKey: try SigningKey(seed: seed))
    }

    private init(name: String, role: Role, signingKey: consuming SigningKey) {
        self.name = name
        self.role = role
        self.signingKey = signingKey
    }

    /// Reads an identity file; refuses one that others than its owner may read, and one that is not of this form.
    package init(path: String, fileSystem: any FileSystem) throws(UnattendedIdentityError) {
        let text: SecretText
        let isExposed: Bool
        do throws(FileError) {
            isExposed = try fileSystem.status(path).map { $0.mode & 0o077 != 0 } ?? false
            text = SecretText(try Self.read(path, fileSystem: fileSystem))
        } catch {
            throw .file(error)
        }
        guard !isExposed else { throw .exposed }
        guard text.firstLine == Self.context, let name = text.value(of: "name"), Card.isName(name),
            let role = text.value(of: "role").flatMap(Role.init(rawValue:)), !role.isHolder
        else { throw UnattendedIdentityError.malformed }
        do throws(SodiumError) {
            let seed = try text.key(of: "signing-seed")
            self.init(name: name, role: role, signingKey: try SigningKey(seed: seed))
        } catch {
            throw UnattendedIdentityError.malformed
        }
    }

    private static func read(_ path: String, fileSystem: any FileSystem) throws(FileError) -> SecretBytes {
        let file = try fileSystem.open(path, for: .reading)
        let size = try file.sizeBytes
        guard size <= Limits.identityBytes else { throw FileError(.tooLarge, "read", path) }
        return try SecretBytes(count: size) { (bytes: inout MutableRawSpan) throws(FileError) in
            guard try file.read(at: 0, into: &bytes) == size else { throw FileError(.inputOutput, "read", path) }
        }
    }

    /// Writes the identity into a new file that its owner alone may read.
    package borrowing func write(to path: String, fileSystem: any FileSystem) throws(FileError) {
        var builder = SecretText.Builder()
        builder.add(line: Self.context)
        builder.add(line: "# name: \(name)")
        builder.add(line: "# role: \(role.rawValue)")
        let seed = signingKey.seed()
        builder.add(field: "signing-seed", key: seed.bytes)
        let text = builder.build()
        try fileSystem.writeDurably(path, text.bytes, mode: Self.fileMode)
    }

    /// Its card, signed with its own key.
    package borrowing func card() throws(RosterError) -> Card {
        try Card.sign(name: name, role: role, recordKey: nil, recipients: [], with: signingKey)
    }
}

/// Why an unattended identity could not be read.
package enum UnattendedIdentityError: Refusal, Sendable {
    /// The file could not be read.
    case file(FileError)
    /// Others than its owner may read the file.
    case exposed
    /// It is not an unattended identity, or not of a service or keeper.
    case malformed

    /// One line for a person.
    package var description: String {
        switch self {
        case .file(let error): "cannot read the identity file: \(error.reasonAndAdvice)"
        case .exposed:
            "the identity file can be read by others than its owner: set its mode to 0600, and make a new identity if others had access"
        case .malformed: "the identity file is damaged, or is not the identity of a service or keeper: name the right file"
        }
    }
}

extension UnattendedIdentityError {
    /// The module's own kinds.
    package enum Kind: RefusalCode {
        /// What the module is called in codes.
        package static let module = "unattendedIdentity"

        case exposed, malformed
    }

    /// The code for programs.
    package var refusalCode: String {
        switch self {
        case .exposed: Kind.exposed.refusalCode
        case .malformed: Kind.malformed.refusalCode
        case .file(let error): error.refusalCode
        }
    }
}
