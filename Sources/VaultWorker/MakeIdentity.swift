internal import ArgumentParser
internal import PersonalConsole
internal import Roster

struct MakeIdentity: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "identity",
        abstract: "Make your own identity: your secret keys and your card.",
        discussion: """
            The keys are made here and belong to you alone; FILE is an age file under your passphrase. Give FILE.card and FILE.card.minisig to \
            the custodian, who enrols you with a lead's approval.

            Examples:
              vault-worker identity anna --out ~/anna
              vault-worker identity lena --role lead --out ~/lena
            """)

    enum MadeRole: String, ExpressibleByArgument, CaseIterable {
        case worker
        case lead
    }

    @OptionGroup var new: NewIdentityOptions
    @Option(help: "worker, or lead for a safeguarding lead.") var role: MadeRole = .worker

    func run() throws {
        try new.make(role: role == .lead ? .lead : .worker)
    }
}
