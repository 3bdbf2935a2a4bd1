internal import ArgumentParser
internal import Console

/// The worker service's program: it seals what it is given, and can open nothing, not even what it wrote.
@main struct VaultService: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "vault-service",
        abstract: "Seal chat transcripts for the workers who held the chats.",
        discussion: """
            This program can only write. It holds a signing key and no key that opens anything, so whoever takes over the machine it runs on \
            cannot read what it has sealed before.

            Results go to standard output, everything for people to standard error. Exit codes: 0 done; 1 refused or failed; 64 wrong usage.

            Examples, in the order of a first day:
              vault-service identity chat-service --out /etc/transcript-vault/service
              vault-service seal finished.jsonl --worker anna \\
                --identity /etc/transcript-vault/service
            """,
        version: Program.version,
        subcommands: [MakeIdentity.self, Seal.self])

    static func main() {
        Program.main(Self.self)
    }
}
