internal import Refusals

/// Why bytes from outside are not what they should be.
package struct RecordsError: Refusal, Equatable, Sendable {
    /// The kinds of refusal.
    package enum Code: RefusalCode {
        /// What the module is called in codes.
        package static let module = "records"

        /// The bytes are not in the format, or changed.
        case malformed
        /// The format is of a version that this program does not know.
        case unsupportedVersion
        /// A named limit is exceeded.
        case tooLarge
    }

    /// The kind of refusal.
    package let code: Code
    /// The code for programs.
    package var refusalCode: String { code.refusalCode }
    /// One line: what is wrong; never content.
    package let message: String

    /// One line for a person.
    package var description: String { message }

    /// A refusal.
    package init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }
}
