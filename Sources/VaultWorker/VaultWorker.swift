internal import ArgumentParser
internal import PersonalConsole
internal import System

/// The worker's program: a social worker reads and shares their own records; a safeguarding lead approves, too.
@main struct VaultWorker: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "vault-worker",
        abstract: "Read and share your own conversations.",
        discussion: """
            Your records open with your identity file and its passphrase, and with nothing else, until you or two leads hand them over.

            First:  vault-worker identity anna --out ~/anna        (give anna.card and anna.card.minisig to the custodian)
            Then:   vault-worker list --vault /srv/vault --identity ~/anna
                    vault-worker read ID --vault /srv/vault --identity ~/anna
            Find:   vault-worker search …                          (words; asked for, or on standard input)
                    vault-worker recall …                          (the name that somebody used who came back)
            Share:  vault-worker consent ID …                      (record the young person's yes; prints a consent id)
                    vault-worker share CONSENT --out copy.age …    (one yes, one copy)
            Leave:  vault-worker handover --all --to ben --reason leave …
            A lost key takes two safeguarding leads: 'vault-worker peel', then 'vault-worker handover --peel'.
            """,
        subcommands: [
            MakeIdentity.self, ListRecords<Workers>.self, ReadRecord<Workers>.self, Search.self, Recall.self, RecordConsent.self,
            Share.self, HandOver.self, PeelRecords.self, ApproveRequest<Workers>.self,
        ])

    static func main() {
        try? ProcessHardening.apply()
        main(nil)
    }
}
