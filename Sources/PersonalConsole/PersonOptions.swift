package import ArgumentParser
package import Console
package import Identity
package import Keeper
package import Opening
package import RecordStore
package import Records
package import Roster
package import Sealing
internal import Sodium
internal import SodiumIdentity
package import System

/// Who is at work: what every command takes that a person runs on a vault.
package struct PersonOptions: ParsableArguments {
    /// The vault.
    @OptionGroup package var vault: VaultOptions
    /// The keeper.
    @OptionGroup package var keeper: KeeperOptions
    /// The passphrase.
    @OptionGroup package var passphrase: PassphraseOptions
    /// The identity file.
    @Option(name: .customLong("identity"), help: ArgumentHelp("Your identity file.", valueName: "file"), completion: .file())
    package var identity: String

    /// No options given.
    package init() {}

    /// Opens the identity, verifies the roster, and checks that the roster's card of this person is theirs; a roster that is seen for the
    /// first time is pinned only then.
    package func begin<Whose: Owner>(as whose: Whose.Type) throws(ConsoleError) -> PersonSession {
        let fileSystem = DiskFileSystem()
        do {
            // Asked before anything else is, so that nobody types a passphrase for a file that is not there.
            guard try fileSystem.status(identity) != nil else {
                throw ConsoleError(.noIdentity, "there is no identity file at that path: name yours with --identity")
            }
            let pinned = try PinnedRoster(vault.layout, beside: identity, fileSystem: fileSystem)
            let roster = pinned.roster
            let passphrase = try passphrase.read()
            let owner = try IdentityFile.openIdentity(identity, passphrase: passphrase, fileSystem: fileSystem)
            guard Whose.roles.contains(owner.role) else { throw ConsoleError(.wrongIdentity, Whose.refusal) }
            _ = try roster.owner(
                named: owner.name, role: owner.role, recordKey: owner.record.publicKey, signingKey: owner.signingKey.publicKey)
            let holder = try roster.holder(named: owner.name)
            try pinned.trust()
            return PersonSession(
                owner: owner, holder: holder, roster: roster, layout: vault.layout, fileSystem: fileSystem,
                keeper: KeeperClient(socket: keeper.socket, vault: roster.vault), now: Timestamp(SystemWallClock()))
        } catch {
            throw ConsoleError(error)
        }
    }
}

/// A person at work on a vault: identity opened, roster verified, keeper at hand.
package struct PersonSession: ~Copyable {
    /// Who it is.
    package let owner: PersonalIdentity
    /// The same person in the roster.
    package let holder: Holder
    /// Who else there is.
    package let roster: VerifiedRoster
    /// Where the vault lies.
    package let layout: VaultLayout
    /// The files.
    package let fileSystem: DiskFileSystem
    /// The keeper.
    package let keeper: KeeperClient
    /// When the command was begun.
    package let now: Timestamp

    /// The parts in the vault.
    package var store: RecordStore { RecordStore(fileSystem: fileSystem, layout: layout) }
    /// Opens what is sealed to this person.
    package var reader: ConversationReader { ConversationReader(store: store, leaves: keeper, roster: roster) }
    /// Seals further parts.
    package var sealer: TranscriptSealer {
        TranscriptSealer(fileSystem: fileSystem, layout: layout, leaves: keeper, roster: roster, random: SystemRandom())
    }

    /// Opens one conversation.
    package borrowing func open(_ id: ConversationID) throws(ConsoleError) -> OpenedConversation {
        do {
            // Asked first, so that a keeper of another vault is named as what it is.
            _ = try keeper.today()
            return try reader.open(id, reader: owner.record)
        } catch {
            throw ConsoleError(error)
        }
    }
}

extension ConversationID {
    /// The id that an argument names.
    ///
    /// Throws `ValidationError`: it is wrong usage.
    package init(argument: String) throws {
        guard let id = ConversationID(text: argument) else {
            throw ValidationError("a conversation id has 32 lower-case hexadecimal digits, as 'list' shows them")
        }
        self = id
    }
}
