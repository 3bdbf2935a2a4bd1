internal import ArgumentParser
internal import Console
internal import Identity
internal import Minisign
internal import PersonalConsole
internal import Records
internal import Roster
internal import System

struct Approve: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "As a safeguarding lead: read what is to be done, in words, and sign it.",
        discussion: """
            Shows the act and asks. What is signed is written anew from what was shown, never the request as it came. The approval goes to \
            FILE and its signature to FILE.minisig; give both to whoever asked.

            Example: vault-worker approve sweep.request --out sweep.approval --vault /srv/vault --identity ~/lena
            """)

    @Argument(help: ArgumentHelp("The request file.", valueName: "request")) var request: String
    @Option(name: .customLong("out"), help: ArgumentHelp("Where to write the approval.", valueName: "file")) var path: String
    @Flag(help: "Do not ask: for scripts whose author has read the request.") var yes = false
    @OptionGroup var person: PersonOptions

    func run() throws {
        let session = try person.begin(as: Workers.self)
        guard session.owner.role == .lead else {
            throw ConsoleError("only a safeguarding lead's approval counts: your card is of another role")
        }
        try NewFiles.check([path, "\(path).minisig"], option: "--out", fileSystem: session.fileSystem)
        let bytes = try session.fileSystem.readFile(request, limitBytes: Limits.rosterBytes)
        let reviewed = try Request(parsing: bytes).review(in: session.roster, at: session.now)
        Output.note(reviewed.words.map { "  \($0)" }.joined(separator: "\n"))
        if !yes {
            let answer = try Terminal.readLine(prompt: "Approve this? Type yes: ")
            guard answer == "yes" else { throw ConsoleError("not approved: nothing was signed") }
        }
        let approval = reviewed.approval.sign(with: session.owner.signingKey)
        try SignedFile(text: approval.text, signature: approval.signature).write(to: path, fileSystem: session.fileSystem)
        Output.note("Approved: \(path) and \(path).minisig")
    }
}
