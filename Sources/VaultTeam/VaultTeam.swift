internal import ArgumentParser
internal import PersonalConsole
internal import System

/// The receiving team's program: it imports what was shared with it into a vault of its own.
@main struct VaultTeam: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "vault-team",
        abstract: "Import and read what young people agreed to share with your team.",
        discussion: """
            Your team has a vault and a keeper of its own, made with vault-admin and vault-retention. A copy is kept until the day that was \
            agreed to, then its key is destroyed like every other.

            First:  vault-team identity family-support --out ~/team      (give the card to the charity, and to your own custodian)
                    vault-team trust CHARITY-ROSTERS --identity ~/team   (whose bundles you accept)
            Then:   vault-team import copy.age --vault /srv/team-vault --identity ~/team
            """,
        subcommands: [
            MakeIdentity.self, Trust.self, ImportBundle.self, ListRecords<Teams>.self, ReadRecord<Teams>.self, EraseCopy.self,
            ApproveRequest<Teams>.self,
        ])

    static func main() {
        try? ProcessHardening.apply()
        main(nil)
    }
}
