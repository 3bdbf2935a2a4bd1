import ArgumentParser
import Console
import Keeper
import Records
import Roster
import Sodium
import System

/// What every act takes that people must approve: where to write its request, or the request and the approvals that answer it.
struct RequestOptions: ParsableArguments {
    @Option(
        name: .customLong("request-out"), help: ArgumentHelp("Where to write the request; else standard output.", valueName: "file"),
        completion: .file())
    var requestOut: String?

    @Option(name: .customLong("request"), help: ArgumentHelp("The request that was approved.", valueName: "file"), completion: .file())
    var request: String?

    @Option(
        name: .customLong("approval"),
        help: ArgumentHelp("An approval of it; its signature is FILE.minisig. Give it once for each.", valueName: "file"),
        completion: .file())
    var approvals: [String] = []

    /// Refuses what does not go together; `isAsking` where something was named to ask a request for, by `name`.
    func validate(isAsking: Bool, by name: String) throws {
        guard request != nil || approvals.isEmpty else { throw ValidationError("--approval needs the --request that it answers") }
        guard request == nil || !isAsking else { throw ValidationError("--request says already what is to be done: leave out \(name)") }
        guard requestOut == nil || isAsking else { throw ValidationError("--request-out needs \(name)") }
        guard approvals.count <= KeeperOrder.mostApprovals else {
            throw ValidationError("more than \(KeeperOrder.mostApprovals) approvals were given")
        }
    }

    /// That the request can be written where it shall go.
    func checkPlace() throws {
        if let requestOut { try NewFiles.checkRequest(requestOut, option: "--request-out", fileSystem: DiskFileSystem()) }
    }

    /// Asks the keeper for a request, writes it, and says what to do with it: `who` must approve.
    func ask(_ act: Act, _ targets: [String], of client: KeeperClient, who: String, _ output: OutputOptions) throws {
        let text = try client.request(CanonicalJSON.line(KeeperQuestion(act: act.rawValue, targets: targets)))
        if let requestOut {
            try DiskFileSystem().replaceDurably(requestOut, text.rawSpan, mode: 0o644)
            if output.json { try Output.json(WrittenRequest(act, at: requestOut)) }
        } else {
            try Output.bytes(text)
        }
        let file = requestOut ?? "FILE"
        Output.note("nothing was done yet: this takes the approval of \(who)")
        Output.note("each of them runs:  vault-worker approve \(file) --out NAME.approval")
        Output.note("then run:  vault-retention \(act.rawValue) --request \(file) --approval NAME.approval …")
    }

    /// The order to do what the request at `path` says, which is this act.
    func order(_ act: Act, _ path: String) throws -> KeeperOrder {
        let fileSystem = DiskFileSystem()
        let request = try fileSystem.readFile(path, limitBytes: Limits.signedTextBytes)
        let asked = try Request(parsing: request).act
        guard asked == act else {
            throw ConsoleError(
                .badInput, "\(path) asks for another act: run 'vault-retention \(asked.rawValue)' with it, if that is what you mean")
        }
        var answers: [KeeperOrder.Approval] = []
        for approval in approvals {
            let file = try SignedFile(approval, fileSystem: fileSystem)
            answers.append(.init(text: try text(file.text, approval), signature: try text(file.signature, approval)))
        }
        return .approved(request: try text(request, path), approvals: answers)
    }

    private func text(_ bytes: [UInt8], _ path: String) throws -> String {
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw ConsoleError(.badInput, "\(path) is not text: name the right file")
        }
        return text
    }
}

extension KeeperClient {
    /// Has an order carried out.
    func outcome(of order: KeeperOrder) throws -> KeeperOutcome {
        try CanonicalJSON.value(KeeperOutcome.self, fromLine: act(order.json), limitBytes: KeeperFrame.maximumBytes)
    }
}

extension KeeperOutcome {
    /// Tells what became of files, and whether anything has to catch up.
    func tellFiles() {
        if away > 0 {
            Output.note(
                "incomplete: \(away) cell(s) or replica(s) are away, and what they hold still opens what was destroyed in the others; bring them, "
                    + "and they catch up by themselves: see 'vault-retention status'")
        }
        if files > 0 { Output.note("removed \(files) file(s) of records whose keys are gone") }
        if left > 0 {
            Output.warning("\(left) file(s) of records whose keys are gone could not be removed: see 'vault-retention status'")
        }
    }
}

extension Day: ExpressibleByArgument {
    /// What `YYYY-MM-DD` names.
    public init?(argument: String) {
        self.init(text: argument)
    }
}
