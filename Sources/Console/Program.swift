package import ArgumentParser
internal import Records
internal import Refusals
internal import System

/// How every program begins and ends: exit code 0, 1 or 64, and one line for whatever goes wrong.
package enum Program {
    private static let jsonOption = "--json"

    /// What `--version` prints: the same for all programs.
    package static let version = ProductVersion.current

    /// Runs the command that the arguments name.
    package static func main<Root: ParsableCommand>(_ root: Root.Type) -> Never {
        try? ProcessHardening.apply()
        do {
            var command = try root.parseAsRoot()
            try command.run()
        } catch {
            root.exit(withError: tell(error, of: root))
        }
        root.exit()
    }

    /// Tells what went wrong, or the help that was asked for; returns the exit code.
    private static func tell<Root: ParsableCommand>(_ error: any Error, of root: Root.Type) -> ExitCode {
        // Whoever throws a bare exit code has said everything.
        if let code = error as? ExitCode { return code }
        if let refusal = error as? any Refusal {
            tell(ConsoleError(refusal))
            return .failure
        }
        let code = root.exitCode(for: error)
        switch code {
        case .success:
            do {
                try Output.line(root.fullMessage(for: error))
            } catch {
                tell(error)
                return .failure
            }
        case .validationFailure: tell(ConsoleError(.usage, usage(error, of: root)))
        default: tell(ConsoleError(error))
        }
        return code
    }

    /// Tells a failure on standard error, as JSON where the results are JSON.
    private static func tell(_ error: ConsoleError) {
        // Like other programs: whoever closed the pipe has read enough.
        guard error.refusalCode != ConsoleError.Code.outputClosed.refusalCode else { return }
        if isJSON, let line = try? Output.jsonLine(Failure(error: .init(code: error.refusalCode, message: error.description))) {
            Output.note(String(decoding: line.dropLast(), as: UTF8.self))
        } else {
            Output.note("\(Screen.emphasised("Error:", .error)) \(error.description)")
        }
    }

    /// What is wrong with the command line, in one line, and where its help is.
    private static func usage<Root: ParsableCommand>(_ error: any Error, of root: Root.Type) -> String {
        var message = root.message(for: error).split(whereSeparator: \.isNewline).map { $0.trimmingSpaces() }.joined(separator: " ")
        if message.hasSuffix(".") { message.removeLast() }
        // The parser alone knows which command it was; it says so behind its usage.
        let help = root.fullMessage(for: error).split(whereSeparator: \.isNewline).last?.split(separator: "'").dropFirst().first
        return help.map { "\(message); see '\($0)'" } ?? message
    }

    /// Asked of the arguments themselves, which may be wrong.
    private static var isJSON: Bool {
        CommandLine.arguments.dropFirst().prefix { $0 != "--" }.contains(jsonOption)
    }

    private struct Failure: Encodable {
        struct Content: Encodable {
            let code: String
            let message: String
        }
        let error: Content
    }
}

extension Substring {
    fileprivate func trimmingSpaces() -> Substring {
        let text = drop { $0 == " " }
        return text.lastIndex { $0 != " " }.map { text[...$0] } ?? ""
    }
}
