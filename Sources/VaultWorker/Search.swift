internal import ArgumentParser
internal import Console
internal import Opening
internal import PersonalConsole
internal import Records
internal import Searching
internal import System

struct Search: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Search all of your conversations for words or names.",
        discussion: """
            Asks for the words, or reads them from standard input; they are never arguments. A message is found if every word is in it or in \
            its author's name, also inside of longer words; with --phrase, every line of the input as it stands. Capitals, accents, the \
            shape of quotation marks and how a letter was composed make no difference. Where the words are in a name alone, the first \
            message under that name is shown of each conversation. Consents and other acts are not searched.

            Every record is opened for it, on all cores; no index is kept, and nothing is written.

            Shows each conversation's id and last day, and the messages with the numbers of their lines in 'read ID --format jsonl'; '>' \
            marks those that were found. With --json, one object a line for each conversation:

              {"conversation": …, "kept_until": …, "passages":
                [[{"line", "match", "at", "kind", "role", "name", "text",
                   "among_workers"}, …], …]}

            and a last one: {"found": conversations, "searched": …, "skipped": {"expired", "erased", "gone", "not_yours", "damaged", \
            "later_version", "no_page", "unreadable"}}.

            Exit code 0 whether something was found or not; 1 where records could not be searched that may hold something (damaged, of a \
            later version, without a page, unreadable): what the others hold is shown all the same.

            Examples:
              vault-worker search --vault /srv/vault --identity ~/anna
              vault-worker search --phrase --context 3 \\
                --vault /srv/vault --identity ~/anna < words.txt
            """)

    /// The most lines that are shown on either side.
    private static let mostContext = 1000

    @Argument(help: .hidden) var strays: [String] = []
    @Flag(help: "Search for each line of the input as it stands, not for its words.") var phrase = false
    @Option(help: ArgumentHelp("How many lines to show before and after each that was found.", valueName: "n")) var context = 1
    @OptionGroup var person: PersonOptions
    @OptionGroup var output: OutputOptions

    func validate() throws {
        guard strays.isEmpty else { throw ValidationError(TypedLines.refusal) }
        guard (0...Self.mostContext).contains(context) else { throw ValidationError("--context is from 0 to \(Self.mostContext)") }
    }

    func run() throws {
        let session = try person.begin(as: Workers.self)
        let words = try SearchWords(TypedLines.read(prompt: "Search for: "), asPhrases: phrase)
        var every = EveryConversation()
        var found = 0
        let (json, context) = (output.json, context)
        try every.look(session) { conversation -> Result<[UInt8], ConsoleError>? in
            let passages = words.passages(in: conversation.lines, context: context)
            guard !passages.isEmpty else { return nil }
            let found = FoundConversation(conversation, passages)
            return Result { () throws(ConsoleError) in json ? try Output.jsonLine(found.row) : Array(found.text.utf8) }
        } show: { _, shown in
            found += 1
            try Output.bytes(shown.get())
        }
        if json {
            try Output.json(Totals(found: found, searched: every.searched, skipped: every.skipped))
        } else {
            Output.note("found in \(found) of \(every.searched) conversations")
        }
        try every.tellSkipped()
    }

    private struct Totals: Encodable {
        let found: Int
        let searched: Int
        let skipped: EveryConversation.Skipped
    }
}
