package import ArgumentParser
internal import Console
internal import Opening
internal import Records

/// Shows one conversation to whoever it is sealed to.
package struct ReadRecord<Whose: Owner>: ParsableCommand {
    /// How the command is called and what it says of itself.
    package static var configuration: CommandConfiguration {
        CommandConfiguration(
            commandName: "read",
            abstract: "Read one of your conversations.",
            discussion: """
                Nothing is shown before all of it was decrypted and verified. --format text is for reading: it shows what was delivered twice \
                once, and control characters are shown, not obeyed. --format jsonl gives every line exactly as it was received. --json gives \
                one object in which each of those lines is a string.

                Examples:
                  \(Whose.program) read 5f1c…e0 \(Whose.example)
                  \(Whose.program) read 5f1c…e0 --format jsonl \\
                    \(Whose.example) > conversation.jsonl
                """)
    }

    package enum Format: String, ExpressibleByArgument, CaseIterable, Sendable {
        case text
        case jsonl
    }

    @Argument(help: "The conversation's id, as 'list' shows it.") private var id: String
    @Option(help: "How to show it: text or jsonl.") private var format: Format?
    @OptionGroup private var person: PersonOptions
    @OptionGroup private var output: OutputOptions

    /// No options given.
    package init() {}

    /// Refuses what is no id, and two formats at once.
    package func validate() throws {
        _ = try ConversationID(argument: id)
        guard format == nil || !output.json else { throw ValidationError("give --format or --json, not both") }
    }

    private struct Row: Encodable {
        let conversation: String
        let kept_until: String
        let lines: [String]
        let remarks: [RemarkRow]
    }

    /// Reads.
    package func run() throws {
        let id = try ConversationID(argument: id)
        let session = try person.begin(as: Whose.self)
        let conversation = try session.open(id)
        switch format {
        case _ where output.json:
            try Output.json(
                Row(
                    conversation: conversation.id.description, kept_until: conversation.expiry.description,
                    lines: conversation.lines.map { String(decoding: $0, as: UTF8.self) }, remarks: conversation.remarks.map(\.row)))
        case .jsonl: try Output.bytes(conversation.lines.flatMap { $0 + [UInt8(ascii: "\n")] })
        case .text, nil: try Output.bytes(Array(ReadableText.of(conversation).utf8))
        }
        for remark in conversation.remarks { Output.note(remark.sentence) }
    }
}

private struct RemarkRow: Encodable {
    let remark: String
    let part: String
}

extension OpenedConversation.Remark {
    /// What `--json` tells.
    fileprivate var row: RemarkRow {
        switch self {
        case .endNotProven(let part): RemarkRow(remark: "end_not_proven", part: part.description)
        case .sealedToAnother(let part): RemarkRow(remark: "sealed_to_another", part: part.description)
        case .writtenByAnother(let part): RemarkRow(remark: "written_by_another", part: part.description)
        case .partMissing(let part): RemarkRow(remark: "part_missing", part: part.description)
        }
    }

    /// What a person is told.
    fileprivate var sentence: String {
        switch self {
        case .endNotProven: "The end is not proven: the program that wrote this was stopped, and lines at the end may be missing."
        case .sealedToAnother: "A part of this conversation is sealed to somebody else and is not shown."
        case .writtenByAnother: "A part that somebody without any business in it wrote is not shown: tell the custodian."
        case .partMissing: "A part of this conversation is missing from the vault."
        }
    }
}
