internal import ArgumentParser
internal import Console
internal import Identity
internal import Minisign
internal import Records
internal import Roster
internal import Sodium
internal import System

/// What every command takes that changes the roster: the vault, and the key that signs.
struct CustodianOptions: ParsableArguments {
    @OptionGroup var vault: VaultOptions
    @OptionGroup var passphrase: PassphraseOptions
    @Option(
        name: .customLong("organisation-key"),
        help: ArgumentHelp("The organisation's key: an age file under its passphrase. The pin lies beside it.", valueName: "file"),
        completion: .file())
    var keyFile: String

    /// The roster as the custodian has pinned it; where nothing is pinned, a change that the key signs will pin it.
    func roster() throws -> VerifiedRoster {
        let fileSystem = DiskFileSystem()
        guard try fileSystem.status(keyFile) != nil else {
            throw ConsoleError(.noIdentity, "there is no key at \(keyFile): name the organisation's with --organisation-key")
        }
        return try PinnedRoster(vault.layout, beside: keyFile, fileSystem: fileSystem).roster
    }

    /// Signs a roster, verifies it as everybody else will, and saves it.
    func save(_ unsigned: UnsignedRoster, after roster: VerifiedRoster) throws -> VerifiedRoster {
        let fileSystem = DiskFileSystem()
        let secret = try passphrase.read()
        let key = try IdentityFile.openOrganisationKey(keyFile, passphrase: secret, fileSystem: fileSystem)
        guard MinisignPublicKey(key.signingKey.publicKey) == roster.organisationKey else {
            throw ConsoleError(
                .wrongIdentity, "the key is another organisation's: name the one that was made with this vault with --organisation-key")
        }
        let next = try roster.successor(unsigned.sign(with: key.signingKey))
        let store = RosterStore(fileSystem: fileSystem, layout: vault.layout)
        try store.save(next)
        try store.store(next.pin, at: PinnedRoster.pinPath(beside: keyFile))
        return next
    }
}

/// What a change of the roster takes: approvals that are there, or where to write the request for them.
struct ApprovalOptions: ParsableArguments {
    @Option(
        name: .customLong("approval"),
        help: ArgumentHelp("A lead's approval; its signature is FILE.minisig. May be given several times.", valueName: "file"),
        completion: .file())
    var approvals: [String] = []
    @Option(
        name: .customLong("request-out"),
        help: ArgumentHelp("Where to write the request to be approved; standard output where it is left out.", valueName: "file"),
        completion: .file())
    var requestPath: String?

    /// How long a request may be answered, in days.
    static let requestDays: UInt32 = 7

    /// The approvals as they came.
    func read() throws -> [UnverifiedApproval] {
        try approvals.map { path in
            let file = try SignedFile(path, fileSystem: DiskFileSystem())
            return UnverifiedApproval(text: file.text, signature: file.signature)
        }
    }

    /// Writes the request for a change and says what to do with it.
    func ask(_ requests: [Request], _ output: OutputOptions) throws {
        if let requestPath { try NewFiles.checkRequest(requestPath, option: "--request-out", fileSystem: DiskFileSystem()) }
        for request in requests {
            if let requestPath {
                try DiskFileSystem().replaceDurably(requestPath, request.bytes.rawSpan, mode: 0o644)
                if output.json { try Output.json(WrittenRequest(request.act, at: requestPath)) }
            } else {
                try Output.bytes(request.bytes)
            }
        }
        Output.note(
            """
            Nothing is changed yet: this needs approval. A lead reads and signs the request:
              vault-worker approve \(requestPath ?? "REQUEST") --out APPROVAL …
            then run this again with --approval APPROVAL. The request holds until \(requests[0].expires), or until the roster changes.
            """)
    }
}

extension Timestamp {
    /// Now, by the machine's clock.
    static var now: Timestamp { Timestamp(SystemWallClock()) }
}
