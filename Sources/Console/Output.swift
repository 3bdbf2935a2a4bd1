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
        Screen.erase()
        do {
            try StandardStreams.write(bytes.rawSpan, to: .output)
        } catch {
            throw ConsoleError(
                error.code == .closed ? .outputClosed : .output, "\(error.message); send it where there is room")
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
        guard let data = try? encoder.encode(value) else { throw ConsoleError(.failed, "the result cannot be written as JSON") }
        return Array(data) + [UInt8(ascii: "\n")]
    }

    /// Tells a person something on standard error; that nobody listens there is fine.
    package static func note(_ text: String) {
        Screen.erase()
        try? StandardStreams.write(text + "\n", to: .error)
    }

    /// Tells a person what they must not overlook.
    package static func warning(_ text: String) {
        note("\(Screen.emphasised("warning:", .warning)) \(text)")
    }
}
