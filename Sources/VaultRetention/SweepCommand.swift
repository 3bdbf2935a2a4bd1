import ArgumentParser
import Console
import Keeper
import Records
import Roster

/// Asks the keeper to tear off days.
struct SweepCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sweep",
        abstract: "Have the days torn off that are over; or, with the approval of two leads, more.",
        discussion: """
            Asked of the running keeper, which does it by itself each day. Without options it tears off what the clock and the time budget \
            allow. To go beyond them takes two safeguarding leads: first the request, for both to read and sign with 'vault-worker approve', \
            then the act, each approval's signature lying beside it as FILE.minisig. What is torn off cannot be brought back by anybody.

            Examples:
              vault-retention sweep
              vault-retention sweep --as-of 2027-03-01 --request-out request.json
              vault-retention sweep --request request.json \\
                --approval lena.approval --approval luis.approval
            """)

    @Option(name: .customLong("as-of"), help: ArgumentHelp("Ask for everything that expires before this day.", valueName: "yyyy-mm-dd"))
    var asOf: Day?

    @OptionGroup var request: RequestOptions
    @OptionGroup var vault: VaultOptions
    @OptionGroup var keeper: KeeperOptions
    @OptionGroup var output: OutputOptions

    func validate() throws {
        try request.validate(isAsking: asOf != nil, by: "--as-of")
    }

    func run() throws {
        try request.checkPlace()
        let client = try KeeperClient.connecting(to: keeper, of: vault)
        if let asOf {
            return try request.ask(.sweep, [asOf.description], of: client, who: "two leads", output)
        }
        let order = if let approved = request.request { try request.order(.sweep, approved) } else { KeeperOrder.sweep }
        let progress = Progress(waitingFor: "the keeper is at work")
        let outcome = try client.outcome(of: order)
        _ = consume progress
        tell(outcome)
        if output.json { try Output.json(outcome) }
    }

    private func tell(_ outcome: KeeperOutcome) {
        switch outcome.result {
        case .done: Output.note("done: everything that expired before \(outcome.highWater) is torn off")
        case .already: Output.note("nothing to do: everything that expired before \(outcome.highWater) was torn off already")
        case .incomplete: Output.note("torn off before \(outcome.highWater), in the cells that are there")
        case .partly:
            Output.note(
                "torn off as far as the time budget allows, before \(outcome.highWater); \(outcome.overdue) day(s) wait, and their records are "
                    + "refused already; if the clock is right, two leads can approve the rest with --as-of")
        }
        outcome.tellFiles()
    }
}
