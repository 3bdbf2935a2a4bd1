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
        try bytes(jsonLine(value))
    }

    /// A result as one line of JSON with sorted keys, its LF included.
    package static func jsonLine(_ value: some Encodable) throws(ConsoleError) -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        guard let data = try? encoder.encode(value) else { throw ConsoleError("the result cannot be written as JSON") }
        return Array(data) + [UInt8(ascii: "\n")]
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
    /// To the beginning of the line, which is then erased (ECMA-48, EL).
    private static let eraseLine = "\r\u{1B}[K"

    private let label: String
    private let total: String
    private let isShown: Bool
    private var lastShown = 0
    private var isOnLine = false

    /// Progress of the work that `label` names, of so many pieces where that is known.
    package init(_ label: String, of total: Int? = nil) {
        self.label = label
        self.total = total.map { " of \($0)" } ?? ""
        isShown = Terminal.isTerminal(descriptor: Self.standardError)
    }

    deinit {
        if isOnLine { try? StandardStreams.write("\n", to: .error) }
    }

    /// Says that `done` pieces are done; shown every 32 pieces.
    package mutating func update(_ done: Int) {
        guard isShown, done - lastShown >= 32 else { return }
        lastShown = done
        isOnLine = true
        try? StandardStreams.write("\r\(label): \(done)\(total)", to: .error)
    }

    /// Makes room on the line for something else to be shown.
    package mutating func clear() {
        guard isOnLine else { return }
        isOnLine = false
        try? StandardStreams.write(Self.eraseLine, to: .error)
    }
}
