internal import ArgumentParser
internal import Console
internal import Identity
internal import Minisign
internal import Opening
internal import PersonalConsole
internal import Records
internal import Sealing
internal import Sharing
internal import Sodium
internal import System

struct RecordConsent: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "consent",
        abstract: "Record a young person's yes to a copy for a team.",
        discussion: """
            The form is one JSON object on standard input, or in the file that --form names, so that names and reasons are never arguments:

              {"team": "family-support",
               "asked": "<id of the message that asked>",
               "answered": "<id of the answer>",
               "real_name": "…", "purpose": "…",
               "copy_expires": "2027-06-30", "contact": "…",
               "notice": {"version": "1", "language": "en",
                          "text": "<the words shown>"},
               "understanding": "<why you judge that it was understood>",
               "lawful_basis": "…", "how_to_withdraw": "…",
               "withdrawal_explained": true}

            Optional: pseudonym, from, to, redacted (message ids), includes_internal, valid_until, expressed_by, expressed_how, may_be_counted.

            The consent is sealed into the conversation. Prints its id, for 'vault-worker share'.

            Example:
              vault-worker consent 5f1c…e0 \\
                --vault /srv/vault --identity ~/anna < form.json
            """)

    @Argument(help: "The conversation's id, as 'list' shows it.") var id: String
    @Option(help: ArgumentHelp("The form; '-' is standard input.", valueName: "file"), completion: .file()) var form: String = "-"
    @OptionGroup var person: PersonOptions
    @OptionGroup var output: OutputOptions

    private struct Row: Encodable {
        let consent: String
        let conversation: String
        let team: String
        let from: Int
        let to: Int
        let copy_expires: String
    }

    func validate() throws {
        _ = try ConversationID(argument: id)
    }

    func run() throws {
        let id = try ConversationID(argument: id)
        let session = try person.begin(as: Workers.self)
        let form = try ConsentForm(json: try read())
        let conversation = try session.open(id)
        let recorder = ConsentRecorder(roster: session.roster, now: session.now)
        let (consent, line) = try recorder.consent(form, in: conversation, id: SystemRandom().identifier(ActID.self))
        try session.sealer.append(
            [PartRecord(.act, line)], to: conversation.id, expiring: conversation.expiry, after: conversation.ends, for: session.holder,
            signer: session.owner.signingKey)
        Output.note(
            "Recorded as \(consent.id): \(consent.recipient.team) may get lines \(consent.scope.from) to \(consent.scope.to), and keep them until \(consent.copy_expires)."
        )
        let row = Row(
            consent: consent.id, conversation: id.description, team: consent.recipient.team, from: consent.scope.from, to: consent.scope.to,
            copy_expires: consent.copy_expires)
        if output.json { try Output.json(row) } else { try Output.line(row.consent) }
    }

    private func read() throws -> [UInt8] {
        let input = try Terminal.openForReading(form)
        defer { input.close() }
        if Terminal.isTerminal(descriptor: input.number) { Output.note("Type or paste the form, then Ctrl-D:") }
        var lines = LineReader(descriptor: input.number, lineLimitBytes: ConsentForm.limitBytes)
        var bytes: [UInt8] = []
        while let next = try lines.next() {
            guard case .line(let line, _) = next, bytes.count + line.count < ConsentForm.limitBytes else {
                throw ConsoleError(.badInput, "the consent form is longer than 256 KiB: give the form alone")
            }
            bytes += line + [UInt8(ascii: "\n")]
        }
        return bytes
    }
}
