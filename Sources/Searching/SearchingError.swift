internal import Refusals

/// Why nothing was searched for.
package struct SearchingError: Refusal, Sendable {
    /// The kinds of failure.
    package enum Code: RefusalCode {
        /// What the module is called in codes.
        package static let module = "searching"

        /// What was given holds nothing that can be found.
        case nothingSought
        /// It is longer than anybody searches for.
        case tooLong
    }

    /// The kind of failure.
    package let code: Code
    /// The code for programs.
    package var refusalCode: String { code.refusalCode }
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
