internal import Refusals

/// What can go wrong with minisign's files.
package struct MinisignError: Refusal, Equatable, Sendable {
    /// The kinds of failure.
    package enum Code: RefusalCode {
        /// What the module is called in codes.
        package static let module = "minisign"

        /// A signature file is not in its one form, or does not verify. Deliberately tells nothing more.
        case refused
        /// A public key file or its text is not in its one form.
        case malformedKey
    }

    /// The kind of failure.
    package let code: Code
    /// The code for programs.
    package var refusalCode: String { code.refusalCode }

    /// One line for a person.
    package var description: String {
        switch code {
        case .refused: "the signature is not valid for this file, key and purpose: get both files again from where they were made"
        case .malformedKey: "this is not a minisign public key: give the .pub file, or its second line, exactly as it was made"
        }
    }

    /// An error of this kind.
    package init(_ code: Code) {
        self.code = code
    }
}
