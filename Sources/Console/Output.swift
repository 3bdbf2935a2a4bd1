internal import FoundationEssentials
internal import Sodium
internal import System

/// What a program tells: results on standard output for programs, everything for people on standard error.
package enum Output {
    /// Prints a line of a result.
    package static func line(_ text: String) throws(ConsoleError) {
        try bytes(Array((text + "\n").utf8))
    }

    /// Prints the bytes of a result exactly.
    package static func bytes(_ bytes: [UInt8]) throws(ConsoleError) {
        do {
            try StandardStreams.write(bytes.rawSpan, to: .output)
        } catch {
            throw ConsoleError(error.message)
        }
    }

    /// Prints a result as one line of JSON with sorted keys.
    package static func json(_ value: some Encodable) throws(ConsoleError) {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        guard let data = try? encoder.encode(value) else { throw ConsoleError("the result cannot be written as JSON") }
        try bytes(Array(data) + [UInt8(ascii: "\n")])
    }

    /// Tells a person something on standard error; that nobody listens there is fine.
    package static func note(_ text: String) {
        try? StandardStreams.write(text + "\n", to: .error)
    }
}

/// A failure that is told to a person in one line: what, why, what to do.
package struct ConsoleError: Error, CustomStringConvertible {
    /// The line.
    package let description: String

    /// A failure.
    package init(_ description: String) {
        self.description = description
    }
}

/// Tells how far long work has come, on one line of a terminal, and says nothing where standard error is a file.
package struct Progress: ~Copyable {
    private static let standardError: Int32 = 2

    private let label: String
    private let isShown: Bool
    private var lastShown = 0

    /// Progress of the work that `label` names.
    package init(_ label: String) {
        self.label = label
        isShown = Terminal.isTerminal(descriptor: Self.standardError)
    }

    deinit {
        if lastShown > 0 { try? StandardStreams.write("\n", to: .error) }
    }

    /// Says that `done` pieces are done; shown every 32 pieces.
    package mutating func update(_ done: Int) {
        guard isShown, done - lastShown >= 32 else { return }
        lastShown = done
        try? StandardStreams.write("\r\(label): \(done)", to: .error)
    }
}
