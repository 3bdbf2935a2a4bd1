/// Why nothing was searched for.
package struct SearchingError: Error, Sendable, CustomStringConvertible {
    /// The kinds of failure.
    package enum Code: Equatable, Sendable {
        /// What was given holds nothing that can be found.
        case nothingSought
        /// It is longer than anybody searches for.
        case tooLong
    }

    /// The kind of failure.
    package let code: Code
    /// One line: what, why, what to do; never what was searched for.
    package let message: String

    /// One line for a person.
    package var description: String { message }

    init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }

    static let nothingSought = SearchingError(.nothingSought, "there is nothing to search for: give at least one word or name")
}
