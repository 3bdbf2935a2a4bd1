internal import ArgumentParser
internal import System

/// The worker service's program: it seals what it is given, and can open nothing, not even what it wrote.
@main struct VaultService: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "vault-service",
        abstract: "Seal chat transcripts for the workers who held the chats.",
        discussion: """
            This program can only write. It holds a signing key and no key that opens anything, so whoever takes over the machine it runs on \
            cannot read what it has sealed before.

            First: vault-service identity chat-service --out /etc/transcript-vault/service
            Then:  vault-service seal finished.jsonl --worker anna --identity /etc/transcript-vault/service
            """,
        subcommands: [MakeIdentity.self, Seal.self])

    static func main() {
        try? ProcessHardening.apply()
        main(nil)
    }
}
