package import ArgumentParser
internal import Console
internal import Opening
internal import RecordStore
internal import Records
internal import Roster
internal import SodiumIdentity
internal import System

/// Lists the conversations that are sealed to whoever asks.
package struct ListRecords<Whose: Owner>: ParsableCommand {
    /// How the command is called and what it says of itself.
    package static var configuration: CommandConfiguration {
        CommandConfiguration(
            commandName: "list",
            abstract: "List your own conversations, the next to expire first.",
            discussion: """
                Shows each conversation's id, the last day on which it can be opened, how many parts it has, and their size. Nothing is opened \
                for it, so no names or words are shown.

                Example:
                  \(Whose.program) list \(Whose.example)
                """)
    }

    @OptionGroup private var person: PersonOptions
    @OptionGroup private var output: OutputOptions

    /// No options given.
    package init() {}

    private struct Row: Encodable {
        let conversation: String
        let kept_until: String
        let parts: Int
        let bytes: Int
    }

    /// Lists.
    package func run() throws {
        let session = try person.begin(as: Whose.self)
        let (found, unreadable) = try session.reader.conversations(of: session.holder.keyID)
        let rows = try found.map { summary in
            let bytes = try summary.parts.reduce(0) { try $0 + (session.fileSystem.status($1.path)?.sizeBytes ?? 0) }
            return Row(
                conversation: summary.id.description, kept_until: summary.expiry.description, parts: summary.parts.count, bytes: bytes)
        }
        if output.json {
            try Output.json(rows)
        } else {
            for row in rows {
                try Output.line(
                    "\(row.conversation)  kept until \(row.kept_until)  \(row.parts == 1 ? "1 part " : "\(row.parts) parts")  \(row.bytes / 1024) KiB"
                )
            }
        }
        Output.note("\(rows.count) conversations")
        if unreadable > 0 {
            Output.note(
                "\(unreadable) files in the vault are damaged or no sealed transcripts: tell the custodian to run 'vault-admin check'")
        }
    }
}
