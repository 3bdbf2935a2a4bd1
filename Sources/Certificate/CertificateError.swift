internal import Refusals
package import System

/// Why a certificate was not written, or is not believed.
package struct CertificateError: Refusal, Equatable, Sendable {
    /// The kinds of failure.
    package enum Code: Equatable, Sendable {
        /// It is not in its one form, was not signed by a keeper of this vault, or was changed. Deliberately tells nothing more.
        case refused
        /// It would be larger than a certificate may be.
        case tooLarge
        /// The files could not be read or written.
        case storage(FileError.Code)
    }

    /// The kind of failure.
    package let code: Code
    /// The code for programs.
    package var refusalCode: String { code.refusalCode }
    /// One line for a person.
    package let description: String

    /// The one answer to everything that is not authentic.
    package static let refused = CertificateError(
        code: .refused,
        description: "the certificate is not one that a keeper of this vault signed, or it was changed: compare it with a copy")

    /// Too long.
    static let tooLarge = CertificateError(
        code: .tooLarge, description: "a certificate is longer than it may be: this is an error of the program")

    /// A failure of the file system.
    package init(_ error: FileError) {
        self.init(code: .storage(error.code), description: error.description)
    }

    private init(code: Code, description: String) {
        self.code = code
        self.description = description
    }
}

extension CertificateError.Code {
    /// The module's own kinds, without what came with them.
    package enum Kind: RefusalCode {
        /// What the module is called in codes.
        package static let module = "certificate"

        case refused, tooLarge
    }

    /// The code for programs.
    package var refusalCode: String {
        switch self {
        case .refused: Kind.refused.refusalCode
        case .tooLarge: Kind.tooLarge.refusalCode
        case .storage(let code): code.refusalCode
        }
    }
}
