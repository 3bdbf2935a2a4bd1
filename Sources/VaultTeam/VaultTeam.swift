internal import ArgumentParser
internal import Console
internal import PersonalConsole

/// The receiving team's program: it imports what was shared with it into a vault of its own.
@main struct VaultTeam: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "vault-team",
        abstract: "Import and read what young people agreed to share with your team.",
        discussion: """
            Your team has a vault and a keeper of its own, made with vault-admin and vault-retention. A copy is kept until the day that was \
            agreed to, then its key is destroyed like every other.

            Results go to standard output, everything for people to standard error. Exit codes: 0 done; 1 refused or failed; 64 wrong usage.

            Examples, in the order of a first day:
              vault-team identity family-support --out ~/team
              vault-team trust ./charity --vault /srv/team-vault --identity ~/team
              vault-team import copy.age \\
                --vault /srv/team-vault --identity ~/team
              vault-team list --vault /srv/team-vault --identity ~/team
            """,
        version: Program.version,
        subcommands: [
            MakeIdentity.self, Trust.self, ImportBundle.self, ListRecords<Teams>.self, ReadRecord<Teams>.self, EraseCopy.self,
            ApproveRequest<Teams>.self,
        ])

    static func main() {
        Program.main(Self.self)
    }
}
