package import ArgumentParser
internal import Console
internal import Identity
internal import Keeper
internal import Opening
internal import Records
package import Roster
internal import System

/// Shows a request in words to whoever may approve it, and signs an approval.
package struct ApproveRequest<Whose: Owner>: ParsableCommand {
    /// How the command is called and what it says of itself.
    package static var configuration: CommandConfiguration {
        CommandConfiguration(
            commandName: "approve",
            abstract: "Read what is to be done, in words, and sign it.",
            discussion: """
                Shows the act in words and asks for a yes. What is signed is written anew from what was shown, never the request as it came. \
                The approval goes to FILE and its signature to FILE.minisig; give both to whoever asked.

                A safeguarding lead may approve whatever is asked. Everybody else may approve the erasure of conversations that are sealed to \
                them; those are opened first, to see that they are.

                Example:
                  \(Whose.program) approve request.json --out my.approval \\
                    \(Whose.example)
                """)
    }

    @Argument(help: ArgumentHelp("The request file.", valueName: "request"), completion: .file()) private var request: String
    @Option(name: .customLong("out"), help: ArgumentHelp("Where to write the approval.", valueName: "file"), completion: .file()) private
        var path: String
    @Flag(help: "Do not ask: for scripts whose author has read the request.") private var yes = false
    @OptionGroup private var person: PersonOptions
    @OptionGroup private var output: OutputOptions

    private struct Row: Encodable {
        let act: String
        let approval: String
        let signature: String
    }

    /// No options given.
    package init() {}

    /// Approves.
    package func run() throws {
        let session = try person.begin(as: Whose.self)
        try NewFiles.check([path, "\(path).minisig"], option: "--out", fileSystem: session.fileSystem)
        let bytes = try session.fileSystem.readFile(request, limitBytes: Limits.rosterBytes)
        let asked = try Request(parsing: bytes)
        let approval = try session.approve(asked, yes: yes)
        try SignedFile(text: approval.text, signature: approval.signature).write(to: path, fileSystem: session.fileSystem)
        Output.note("Approved: \(path) and \(path).minisig")
        if output.json { try Output.json(Row(act: asked.act.rawValue, approval: path, signature: "\(path).minisig")) }
    }
}

extension PersonSession {
    /// Shows a request in words, asks unless told not to, and signs an approval that is written anew from them.
    package borrowing func approve(_ request: Request, yes: Bool) throws -> UnverifiedApproval {
        let reviewed = try request.review(in: roster, at: now)
        guard reviewed.canCount(from: owner.role, holding: holder.keyID) else {
            throw ConsoleError(
                "only a safeguarding lead's approval counts for this, or for an erasure that of whoever holds all of it, which you are not")
        }
        if owner.role != .lead { try checkOwn(reviewed) }
        Output.note(reviewed.words.map { "  \($0)" }.joined(separator: "\n"))
        if !yes {
            let answer = try Terminal.readLine(prompt: "Approve this? Type yes: ")
            guard answer == "yes" else { throw ConsoleError(.notAgreed, "not approved: nothing was signed") }
        }
        return reviewed.approval.sign(with: owner.signingKey)
    }

    /// Opens what is to be erased: it proves that the files are what they say, and the day in the request the right one. Nothing is shown.
    private borrowing func checkOwn(_ reviewed: ReviewedRequest) throws {
        for target in reviewed.conversations {
            let conversation = try open(target.conversation)
            guard conversation.expiry == target.expiry else {
                throw ConsoleError(
                    "conversation \(target.conversation) can be opened until \(conversation.expiry), and the request names another day: not "
                        + "approved; ask for a new one")
            }
        }
    }
}
