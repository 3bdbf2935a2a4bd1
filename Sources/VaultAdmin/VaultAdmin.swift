internal import ArgumentParser
internal import Console

/// The custodian's program: it makes vaults and keeps their rosters, and can read no record.
@main struct VaultAdmin: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "vault-admin",
        abstract: "Make a vault, keep its roster, and check it.",
        discussion: """
            The custodian decides who is in the roster together with a safeguarding lead, and never alone. No command here can read a record.

            Results go to standard output, everything for people to standard error. Exit codes: 0 done; 1 refused or failed; 64 wrong usage.

            Examples, in the order of a first day (a lead signs in between):
              vault-admin init --vault /srv/vault --organisation "The Charity" \\
                --organisation-key ~/charity.key \\
                --lead lena.card --lead luis.card --lead lara.card
              vault-retention init --vault /srv/vault --card keeper.card \\
                --cell /srv/cell-a/vault --cell /srv/cell-b/vault
              vault-admin enrol keeper.card service.card anna.card \\
                --vault /srv/vault --organisation-key ~/charity.key \\
                --request-out enrol.request
              vault-worker approve enrol.request --out enrol.approval \\
                --vault /srv/vault --identity ~/lena
              vault-admin enrol keeper.card service.card anna.card \\
                --vault /srv/vault --organisation-key ~/charity.key \\
                --approval enrol.approval
            """,
        version: Program.version,
        subcommands: [
            MakeVault.self, Enrol.self, Retire.self, ShowRoster.self, Check.self, ShowLedger.self, ShowCertificates.self, Status.self,
        ])

    static func main() {
        Program.main(Self.self)
    }
}
