internal import ArgumentParser
internal import Console
internal import PersonalConsole

/// The worker's program: a social worker reads and shares their own records; a safeguarding lead approves, too.
@main struct VaultWorker: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "vault-worker",
        abstract: "Read and share your own conversations.",
        discussion: """
            Your records open with your identity file and its passphrase, and with nothing else, until you or two leads hand them over. \
            Results go to standard output, everything for people to standard error. Exit codes: 0 done; 1 refused or failed; 64 wrong usage.

            Examples, in the order of a first day:
              vault-worker identity anna --out ~/anna
              vault-worker list --vault /srv/vault --identity ~/anna
              vault-worker read 5f1c…e0 --vault /srv/vault --identity ~/anna
              vault-worker recall --vault /srv/vault --identity ~/anna
              vault-worker consent 5f1c…e0 --vault /srv/vault --identity ~/anna
              vault-worker share 9a07…41 --out copy.age \\
                --vault /srv/vault --identity ~/anna
            """,
        version: Program.version,
        subcommands: [
            MakeIdentity.self, ListRecords<Workers>.self, ReadRecord<Workers>.self, Search.self, Recall.self, RecordConsent.self,
            Share.self, HandOver.self, PeelRecords.self, ApproveRequest<Workers>.self,
        ])

    static func main() {
        Program.main(Self.self)
    }
}
