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
            The form is one JSON object on standard input (or --form FILE), so that names and reasons are never arguments:

              {"team": "family-support", "asked": "<id of the message that asked>", "answered": "<id of the answer>",
               "real_name": "…", "purpose": "…", "copy_expires": "2027-06-30", "contact": "…",
               "notice": {"version": "1", "language": "en", "text": "<the words shown>"},
               "understanding": "<why you judge that it was understood>", "lawful_basis": "…",
               "how_to_withdraw": "…", "withdrawal_explained": true}

            Optional: pseudonym, from, to, redacted (message ids), includes_internal, valid_until, expressed_by, expressed_how, may_be_counted.
            The consent is sealed into the conversation. Prints its id, for 'vault-worker share'.

            Example: vault-worker consent 5f1c…e0 --vault /srv/vault --identity ~/anna < form.json
            """)

    @Argument(help: "The conversation's id, as 'list' shows it.") var id: String
    @Option(help: ArgumentHelp("The form; '-' is standard input.", valueName: "file")) var form: String = "-"
    @OptionGroup var person: PersonOptions

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
            "Recorded: \(consent.recipient.team) may get lines \(consent.scope.from) to \(consent.scope.to), and keep them until \(consent.copy_expires)."
        )
        try Output.line(consent.id)
    }

    private func read() throws -> [UInt8] {
        let input = try Terminal.openForReading(form)
        defer { input.close() }
        if Terminal.isTerminal(descriptor: input.number) { Output.note("Type or paste the form, then Ctrl-D:") }
        var lines = LineReader(descriptor: input.number, lineLimitBytes: ConsentForm.limitBytes)
        var bytes: [UInt8] = []
        while let next = try lines.next() {
            guard case .line(let line, _) = next, bytes.count + line.count < ConsentForm.limitBytes else {
                throw ConsoleError("the consent form is longer than 256 KiB")
            }
            bytes += line + [UInt8(ascii: "\n")]
        }
        return bytes
    }
}
