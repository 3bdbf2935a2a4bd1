package import ArgumentParser
internal import Console
internal import Opening
internal import Records

/// Shows one conversation to whoever it is sealed to.
package struct ReadRecord<Program: Owner>: ParsableCommand {
    /// How the command is called and what it says of itself.
    package static var configuration: CommandConfiguration {
        CommandConfiguration(
            commandName: "read",
            abstract: "Read one of your conversations.",
            discussion: """
                Nothing is shown before all of it was decrypted and verified. 'text' is for reading and shows what was delivered twice once; 'jsonl' \
                gives every line exactly as it was received.

                Example: read 5f1c…e0 --vault /srv/vault --identity ~/anna
                """)
    }

    package enum Format: String, ExpressibleByArgument, CaseIterable, Sendable {
        case text
        case jsonl
    }

    @Argument(help: "The conversation's id, as 'list' shows it.") private var id: String
    @Option(help: "How to show it: text or jsonl.") private var format: Format = .text
    @OptionGroup private var person: PersonOptions

    /// No options given.
    package init() {}

    /// Reads.
    package func run() throws {
        let id = try ConversationID(argument: id)
        let session = try person.begin(as: Program.self)
        let conversation = try session.open(id)
        switch format {
        case .jsonl: try Output.bytes(conversation.lines.flatMap { $0 + [UInt8(ascii: "\n")] })
        case .text: try Output.bytes(Array(ReadableText.of(conversation).utf8))
        }
        for remark in conversation.remarks {
            switch remark {
            case .endNotProven:
                Output.note("The end is not proven: the program that wrote this was stopped, and lines at the end may be missing.")
            case .sealedToAnother: Output.note("A part of this conversation is sealed to somebody else and is not shown.")
            case .writtenByAnother: Output.note("A part that somebody without any business in it wrote is not shown: tell the custodian.")
            case .partMissing: Output.note("A part of this conversation is missing from the vault.")
            }
        }
    }
}
