import Foundation
import ProgramRunner
import Testing

/// A command as its program describes it to other programs (`--experimental-dump-help`).
struct CommandHelp: Decodable {
    struct Argument: Decodable {
        struct Name: Decodable {
            let kind: String
            let name: String
        }
        let kind: String
        let names: [Name]?
        let abstract: String?
        let shouldDisplay: Bool
        let isOptional: Bool

        /// Its names as they are typed.
        var typed: [String] { (names ?? []).map { ($0.kind == "long" ? "--" : "-") + $0.name } }
    }

    private struct Document: Decodable {
        let command: CommandHelp
    }

    let commandName: String
    let abstract: String?
    let discussion: String?
    let arguments: [Argument]?
    let subcommands: [CommandHelp]?

    /// What a program says of itself.
    static func of(_ program: BuiltProgram) throws -> CommandHelp {
        let said = try program.run(["--experimental-dump-help"])
        try #require(said.code == 0, "\(said)")
        return try JSONDecoder().decode(Document.self, from: said.output).command
    }

    /// Its commands, without the one that shows help.
    var commands: [CommandHelp] { (subcommands ?? []).filter { $0.commandName != "help" } }

    /// The command lines in its help, each joined where it is broken, without what a shell does with them.
    var examples: [[String]] {
        let joined = (discussion ?? "").replacing(#/ \\\n */#, with: " ")
        return joined.split(separator: "\n").filter { $0.hasPrefix("  ") }.flatMap { $0.split(separator: "|") }
            .map { line in
                // Quotation marks keep a name of several words together.
                let parts = line.split(separator: "\"", omittingEmptySubsequences: false)
                var words: [String] = []
                for (index, part) in parts.enumerated() {
                    if index % 2 == 1 { words.append(String(part)) } else { words += part.split(separator: " ").map(String.init) }
                }
                return words.firstIndex { $0 == ">" || $0 == "<" }.map { Array(words[..<$0]) } ?? words
            }
            .filter { $0.first?.hasPrefix("vault-") == true }
    }
}
