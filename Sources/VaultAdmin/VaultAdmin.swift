internal import ArgumentParser
internal import System

/// The custodian's program: it makes vaults and keeps their rosters, and can read no record.
@main struct VaultAdmin: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "vault-admin",
        abstract: "Make a vault, keep its roster, and check it.",
        discussion: """
            The custodian decides who is in the roster together with a safeguarding lead, and never alone. No command here can read a record.

            First: vault-admin init --vault /srv/vault --organisation "The Charity" --organisation-key ~/charity.key \\
                     --lead lena.card --lead luis.card --lead lara.card
            Then:  vault-retention init --vault /srv/vault --cell /srv/cell-a/vault --cell /srv/cell-b/vault --card keeper.card
                   vault-admin enrol keeper.card service.card anna.card --vault /srv/vault \\
                     --organisation-key ~/charity.key --request-out enrol.request
                   (a lead: vault-worker approve enrol.request --out enrol.approval …)
                   vault-admin enrol keeper.card service.card anna.card … --approval enrol.approval
            """,
        subcommands: [
            MakeVault.self, Enrol.self, Retire.self, ShowRoster.self, Check.self, ShowLedger.self, ShowCertificates.self, Status.self,
        ])

    static func main() {
        try? ProcessHardening.apply()
        main(nil)
    }
}
