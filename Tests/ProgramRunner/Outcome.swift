package import Foundation

/// What a run of a program came to.
package struct Outcome: Sendable, CustomStringConvertible {
    /// Its exit code; minus the number of the signal that ended it.
    package let code: Int32
    /// Standard output.
    package let output: Data
    /// Standard error.
    package let errors: String

    /// Standard output as text.
    package var text: String { String(decoding: output, as: UTF8.self) }
    /// The lines on standard output.
    package var lines: [String] { Self.lines(of: text) }
    /// The lines on standard error.
    package var errorLines: [String] { Self.lines(of: errors) }

    /// Whether it failed with exit code 1 and one line that says what and what to do, to a person or as JSON, and gave no result.
    package var isRefusal: Bool { isRefusalAfterResults && output.isEmpty }
    /// The same, of a program that may have given results before.
    package var isRefusalAfterResults: Bool {
        code == 1 && errorLines.count == 1 && errors.hasSuffix("\n") && errors.count > 20
            && (errors.hasPrefix("Error: ") || errors.hasPrefix("{\"error\":"))
    }

    /// Whether it was wrong usage: exit code 64, nothing done, and one line that says what is wrong and where the help is.
    package var isUsage: Bool {
        code == 64 && output.isEmpty && errorLines.count == 1 && errors.hasPrefix("Error: ") && errors.contains("; see 'vault-")
            && errors.hasSuffix("help'\n")
    }

    /// For the message of a test that failed.
    package var description: String { "exit code \(code); standard error: \(errors); standard output: \(text.prefix(2000))" }

    private static func lines(of text: String) -> [String] {
        var lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        if lines.last == "" { lines.removeLast() }
        return lines
    }
}
