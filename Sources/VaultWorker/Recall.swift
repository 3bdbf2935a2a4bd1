internal import ArgumentParser
internal import Console
internal import Opening
internal import PersonalConsole
internal import Records
internal import Searching
internal import System

struct Recall: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Find the earlier conversations of somebody who came back, by the name they used.",
        discussion: """
            Asks for the name, or reads it from standard input; it is never an argument. It is compared with every name that a visitor used \
            in your conversations. Capitals, accents and how a letter was composed make no difference.

            Conversations under that name are listed with id, day of the first message, and last day. Of conversations under a similar name \
            only the month is shown. Similar is: the same but for spaces and punctuation; one slip (a letter changed, added, left out, or \
            exchanged with its neighbour) where the shorter name has 3 to 5 letters, two in 6 to 9, three in more; the beginning of the \
            other, from 3 letters on; all words of the one among those of the other, in any order, one of them of 3 letters or more.

            Somebody may be trying to find out whether a young person talked to you. Ask which name was used; never suggest one, and repeat \
            nothing of an earlier conversation before you know whom you talk to.

            Every record is opened for it, on all cores; no index is kept, and nothing is written. With --json, one object: \
            {"same": [{"conversation", "first_message", "kept_until"}, …], "similar": [{"month"} or {"kept_until_month"}, …], "searched": …, \
            "skipped": {…}}, as 'search' has it. Exit codes are those of 'search'.

            Example:
              vault-worker recall --vault /srv/vault --identity ~/anna
            """)

    @Argument(help: .hidden) var strays: [String] = []
    @OptionGroup var person: PersonOptions
    @OptionGroup var output: OutputOptions

    func validate() throws {
        guard strays.isEmpty else { throw ValidationError(TypedLines.refusal) }
    }

    func run() throws {
        let session = try person.begin(as: Workers.self)
        let lines = try TypedLines.read(prompt: "The name they used: ")
        guard lines.count <= 1 else { throw ConsoleError(.badInput, "one name is looked for at a time: give one line") }
        let name = try SoughtName(lines.first ?? "")
        var every = EveryConversation()
        var recalled = Recalled()
        try every.look(session) { conversation in
            let finding = name.finding(in: conversation.lines)
            return finding.likeness == .other ? nil : finding
        } show: { summary, finding in
            try recalled.add(summary, finding, show: !output.json)
        }
        recalled.similar.sort { ($0.month ?? $0.kept_until_month ?? "") < ($1.month ?? $1.kept_until_month ?? "") }
        if output.json {
            try Output.json(
                Answer(same: recalled.same, similar: recalled.similar, searched: every.searched, skipped: every.skipped))
        } else {
            for month in recalled.similar { try Output.line(month.text) }
            Output.note("\(recalled.same.count) conversations under that name, \(recalled.similar.count) under similar ones")
            if !recalled.similar.isEmpty { Output.note("Ask which name was used then; suggest none, and repeat nothing.") }
        }
        try every.tellSkipped()
    }

    private struct Answer: Encodable {
        let same: [Recalled.Row]
        let similar: [Recalled.Month]
        let searched: Int
        let skipped: EveryConversation.Skipped
    }
}

/// What was found of a name.
private struct Recalled {
    struct Row: Encodable {
        let conversation: String
        let first_message: String?
        let kept_until: String
    }

    /// All that is told of a conversation under a similar name: somebody may be trying to find out.
    struct Month: Encodable {
        var month: String?
        var kept_until_month: String?

        /// The month of its first message, or where no message has a time, that of its last day.
        init(of firstDay: Day?, or expiry: Day) {
            if let firstDay { month = Self.month(of: firstDay) } else { kept_until_month = Self.month(of: expiry) }
        }

        private static func month(of day: Day) -> String { String(day.description.prefix(7)) }

        /// The line for a person.
        var text: String {
            "similar name  " + (month.map { "first message in \($0)" } ?? "kept until a day of \(kept_until_month ?? "")")
        }
    }

    var same: [Row] = []
    var similar: [Month] = []

    /// Adds what one conversation holds; the same name is shown at once, if asked.
    mutating func add(_ summary: ConversationReader.Summary, _ finding: SoughtName.Finding, show: Bool) throws {
        guard finding.likeness == .same else {
            return similar.append(Month(of: finding.firstDay, or: summary.expiry))
        }
        let row = Row(
            conversation: summary.id.description, first_message: finding.firstDay?.description, kept_until: summary.expiry.description)
        same.append(row)
        if show {
            let first = row.first_message.map { "first message \($0)" } ?? "no message has a time"
            try Output.line("\(row.conversation)  \(first)  kept until \(row.kept_until)")
        }
    }
}
