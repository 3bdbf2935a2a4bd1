import ArgumentParser
import Console
import Keeper
import Records
import Roster
import Sodium
import System

/// Asks the keeper to tear off days.
struct SweepCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sweep",
        abstract: "Have the days torn off that are over; or, with the approval of two leads, more.",
        discussion: """
            Asked of the running keeper, which does it by itself each day. Without options it tears off what the clock and the time budget \
            allow:

              vault-retention sweep

            To go beyond them takes two safeguarding leads. First the request, for both to read and sign with 'vault-worker approve':

              vault-retention sweep --as-of 2027-03-01 --request-out request.json

            then the act, each approval's signature lying beside it as FILE.minisig:

              vault-retention sweep --request request.json --approval lena.approval --approval luis.approval

            What is torn off cannot be brought back by anybody.
            """)

    @OptionGroup var vault: VaultOptions
    @OptionGroup var keeper: KeeperOptions
    @OptionGroup var output: OutputOptions

    @Option(name: .customLong("as-of"), help: ArgumentHelp("Ask for everything that expires before this day.", valueName: "yyyy-mm-dd"))
    var asOf: Day?

    @Option(name: .customLong("request-out"), help: ArgumentHelp("Write the request here, not to standard output.", valueName: "file"))
    var requestOut: String?

    @Option(name: .customLong("request"), help: ArgumentHelp("The request that was approved.", valueName: "file"))
    var request: String?

    @Option(name: .customLong("approval"), help: ArgumentHelp("An approval of it; give each.", valueName: "file"))
    var approvals: [String] = []

    func validate() throws {
        guard request != nil || approvals.isEmpty else { throw ValidationError("--approval needs the --request that it answers") }
        guard request == nil || asOf == nil else { throw ValidationError("--request names its day already: leave out --as-of") }
        guard requestOut == nil || asOf != nil else { throw ValidationError("--request-out needs --as-of") }
        guard approvals.count <= KeeperOrder.mostApprovals else {
            throw ValidationError("more than \(KeeperOrder.mostApprovals) approvals were given")
        }
    }

    func run() throws {
        if let requestOut { try NewFiles.checkRequest(requestOut, option: "--request-out", fileSystem: DiskFileSystem()) }
        let client = try KeeperClient.connecting(to: keeper, of: vault)
        if let asOf { return try ask(client, asOf) }
        let order = if let request { try approved(request) } else { KeeperOrder.sweep }
        let answer = try client.act(order.json)
        let outcome = try CanonicalJSON.value(KeeperOutcome.self, fromLine: answer, limitBytes: KeeperFrame.maximumBytes)
        tell(outcome)
        if output.json { try Output.json(outcome) }
    }

    private func ask(_ client: KeeperClient, _ day: Day) throws {
        let question = KeeperQuestion(act: Act.sweep.rawValue, targets: [day.description])
        let text = try client.request(CanonicalJSON.line(question))
        if let requestOut {
            try DiskFileSystem().replaceDurably(requestOut, text.rawSpan, mode: 0o644)
        } else {
            try Output.bytes(text)
        }
        let file = requestOut ?? "FILE"
        Output.note("nothing was destroyed yet: this day is beyond what the keeper does by itself, and takes the approval of two leads")
        Output.note("each of them runs:  vault-worker approve \(file) --out NAME.approval")
        Output.note("then run:  vault-retention sweep --request \(file) --approval NAME.approval --approval NAME.approval")
    }

    private func approved(_ path: String) throws -> KeeperOrder {
        let fileSystem = DiskFileSystem()
        let request = try fileSystem.readFile(path, limitBytes: Limits.signedTextBytes)
        var answers: [KeeperOrder.Approval] = []
        for approval in approvals {
            let file = try SignedFile(approval, fileSystem: fileSystem)
            answers.append(.init(text: try text(file.text, approval), signature: try text(file.signature, approval)))
        }
        return .approved(request: try text(request, path), approvals: answers)
    }

    private func text(_ bytes: [UInt8], _ path: String) throws -> String {
        guard let text = String(validating: bytes, as: UTF8.self) else { throw ConsoleError("\(path) is not text: name the right file") }
        return text
    }

    private func tell(_ outcome: KeeperOutcome) {
        switch outcome.result {
        case .done: Output.note("done: everything that expired before \(outcome.highWater) is torn off")
        case .already: Output.note("nothing to do: everything that expired before \(outcome.highWater) was torn off already")
        case .partly:
            Output.note(
                "torn off as far as the time budget allows, before \(outcome.highWater); \(outcome.overdue) day(s) wait, and their records are "
                    + "refused already; if the clock is right, two leads can approve the rest with --as-of")
        }
        if outcome.files > 0 { Output.note("removed \(outcome.files) file(s) of expired records") }
        if outcome.left > 0 {
            Output.note("warning: \(outcome.left) file(s) of expired records could not be removed: see 'vault-retention status'")
        }
    }
}

extension Day: ExpressibleByArgument {
    /// What `YYYY-MM-DD` names.
    public init?(argument: String) {
        self.init(text: argument)
    }
}
