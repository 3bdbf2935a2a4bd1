import ArgumentParser
import Console
import Keeper
import Records
import Roster
import System

/// What the acts on conversations have in common: which, and their papers.
struct ConversationActOptions: ParsableArguments {
    @Argument(help: ArgumentHelp("The conversations' ids; leave them out with --request.", valueName: "id"))
    var conversations: [String] = []

    @Option(
        name: .customLong("expires"),
        help: ArgumentHelp("Their own last day, where no file in the vault says it: the files are away.", valueName: "yyyy-mm-dd"))
    var expires: Day?

    @OptionGroup var request: RequestOptions
    @OptionGroup var vault: VaultOptions
    @OptionGroup var keeper: KeeperOptions
    @OptionGroup var output: OutputOptions

    func validate() throws {
        try request.validate(isAsking: !conversations.isEmpty, by: "the ids")
        guard request.request != nil || !conversations.isEmpty else {
            throw ValidationError("name a conversation, or give the --request that was approved")
        }
        guard expires == nil || !conversations.isEmpty else { throw ValidationError("--expires needs the ids") }
        guard conversations.count <= Act.mostConversations else {
            throw ValidationError("more than \(Act.mostConversations) conversations were named at once")
        }
        for id in conversations where ConversationID(text: id) == nil {
            throw ValidationError("'\(id)' is no conversation's id: those have 32 lower-case hexadecimal digits")
        }
    }

    /// Asks for a request; or has the act done that was approved, and tells it in these words.
    func run(
        _ act: Act, who: String, done: String, already: String, asking: (ConversationTarget) throws -> ConversationTarget = { $0 }
    ) throws {
        try request.checkPlace()
        let client = try KeeperClient.connecting(to: keeper, of: vault)
        guard let approved = request.request else {
            let targets = try conversations.compactMap { ConversationID(text: $0) }.map {
                try asking(ConversationTarget($0, expiry: expires)).text
            }
            return try request.ask(act, targets, of: client, who: who, output)
        }
        let progress = Progress(waitingFor: "the keeper is at work")
        let outcome = try client.outcome(of: request.order(act, approved))
        _ = consume progress
        let words: [KeeperOutcome.Result: String] = [
            .already: "nothing to do: \(already)",
            .incomplete: "carried out in the cells that are there; it is done when those that are away are back and have caught up",
        ]
        Output.note(words[outcome.result] ?? "done: \(done)")
        outcome.tellFiles()
        if output.json { try Output.json(outcome) }
    }
}

/// Erases conversations before their day.
struct EraseCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "erase",
        abstract: "Make conversations unreadable before their day: for everybody, in every copy and backup.",
        discussion: """
            It takes whoever holds them and one safeguarding lead, or two leads; at a team, for the team's own copy, the team. First the \
            request, for each of them to read and sign with 'vault-worker approve' (a team: 'vault-team approve'), then the act, each \
            approval's signature lying beside it as FILE.minisig. What is erased cannot be brought back by anybody. What is held is not erased.

            Examples:
              vault-retention erase 5f1c…e0 --request-out request.json
              vault-retention erase --request request.json \\
                --approval anna.approval --approval lena.approval
            """)

    @OptionGroup var options: ConversationActOptions

    func run() throws {
        try options.run(
            .erase, who: "its holder and one lead, or of two leads (a team's own copy: of the team)",
            done: "the keys are destroyed; nobody can read it any more, in whatever copy", already: "its key was destroyed before")
    }
}

/// Holds conversations.
struct HoldCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "hold",
        abstract: "Keep conversations from being destroyed until a day, though theirs is over or somebody wants them erased.",
        discussion: """
            Up to 14 days take one safeguarding lead, more take two, and so does a hold that is to last longer than it does. First the \
            request, for the leads to read and sign with 'vault-worker approve', then the act.

            Examples:
              vault-retention hold 5f1c…e0 --until 2027-06-30 \\
                --request-out request.json
              vault-retention hold --request request.json \\
                --approval lena.approval --approval luis.approval
            """)

    @Option(name: .customLong("until"), help: ArgumentHelp("The last day of the hold.", valueName: "yyyy-mm-dd"))
    var until: Day?

    @OptionGroup var options: ConversationActOptions

    func validate() throws {
        guard (until == nil) == options.conversations.isEmpty else {
            throw ValidationError("name the ids and --until, or give the --request that was approved")
        }
    }

    func run() throws {
        try options.run(
            .hold, who: "one lead for up to 14 days, else of two", done: "it is held; nothing destroys it until that day is over",
            already: "it is held until that day"
        ) {
            var target = $0
            target.until = until
            return target
        }
    }
}

/// Ends holds.
struct ReleaseCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "release",
        abstract: "End the hold on conversations before its day.",
        discussion: """
            It takes two safeguarding leads. A conversation whose own day is over is destroyed with it, for good. First the request, for the \
            leads to read and sign with 'vault-worker approve', then the act.

            Examples:
              vault-retention release 5f1c…e0 --request-out request.json
              vault-retention release --request request.json \\
                --approval lena.approval --approval luis.approval
            """)

    @OptionGroup var options: ConversationActOptions

    func run() throws {
        try options.run(
            .release, who: "two leads", done: "it is held no longer; if its own day is over, its key is destroyed",
            already: "it is not held")
    }
}

/// Gives conversations another class.
struct ChangeClassCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "change-class",
        abstract: "Keep conversations longer for a legal reason, or no longer.",
        discussion: """
            The class 'disclosure' keeps a record for the policy's period of such records (seven years), counted from the day of the request; \
            'standard' gives it its own day back. It takes two safeguarding leads: first the request, for both to read and sign with \
            'vault-worker approve', then the act.

            The reason is a word, asked for, or read from --reason-file: \(reasons(for: .disclosure)) for the class disclosure, \
            \(reasons(for: .standard)) for standard. It stands in the request and in the approvals, nowhere else: keep those.

            Examples:
              vault-retention change-class 5f1c…e0 --class disclosure \\
                --request-out request.json
              vault-retention change-class --request request.json \\
                --approval lena.approval --approval luis.approval
            """)

    @Option(name: .customLong("class"), help: ArgumentHelp("The class: disclosure or standard.", valueName: "class"))
    var retention: GivenClass?

    @Option(
        name: .customLong("reason-file"),
        help: ArgumentHelp("Read the reason's line from here, not from a prompt: '-' is standard input.", valueName: "file"),
        completion: .file())
    var reasonFile: String?

    @OptionGroup var options: ConversationActOptions

    private static func reasons(for retention: RetentionClass) -> String {
        ClassReason.allCases.filter { $0.isFor(retention) }.map(\.rawValue).joined(separator: ", ")
    }

    enum GivenClass: String, ExpressibleByArgument, CaseIterable {
        case disclosure, standard
    }

    func validate() throws {
        guard (retention == nil) == options.conversations.isEmpty else {
            throw ValidationError("name the ids and --class, or give the --request that was approved")
        }
    }

    func run() throws {
        let given = retention.flatMap { RetentionClass(name: $0.rawValue) }
        let reason = try given.map { try readReason(for: $0) }
        try options.run(.changeClass, who: "two leads", done: "it has its class", already: "it has that class") {
            var target = $0
            target.retention = given
            target.reason = reason
            return target
        }
    }

    private func readReason(for retention: RetentionClass) throws -> ClassReason {
        let reasons = ClassReason.allCases.filter { $0.isFor(retention) }
        let line: String
        if let reasonFile {
            let input = try Terminal.openForReading(reasonFile)
            defer { input.close() }
            var lines = LineReader(descriptor: input.number, lineLimitBytes: Limits.nameBytes)
            guard case .line(let bytes, _) = try lines.next() else {
                throw ConsoleError(.badInput, "--reason-file holds no reason: write one line")
            }
            line = String(decoding: bytes, as: UTF8.self)
        } else {
            for reason in reasons { Output.note("  \(reason.rawValue): because \(reason.words)") }
            line = try Terminal.readLine(prompt: "Why? Type one of these words: ")
        }
        guard let reason = reasons.first(where: { $0.rawValue == line }) else {
            throw ConsoleError(.badInput, "that is no reason for this class: \(reasons.map(\.rawValue).joined(separator: ", "))")
        }
        return reason
    }
}
