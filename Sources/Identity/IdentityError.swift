internal import Age
internal import Refusals
internal import System

/// Why an identity file could not be made or opened.
package struct IdentityError: Refusal, Equatable, Sendable {
    /// The kinds of failure.
    package enum Code: Equatable, Sendable {
        /// The passphrase is wrong.
        case wrongPassphrase
        /// The passphrase is empty.
        case noPassphrase
        /// The file is damaged, or is something else.
        case malformed
        /// There is too little memory to derive the key.
        case memory
        /// The file is not there.
        case missing
        /// There is a file already, which is not overwritten.
        case exists
        /// The file could not be read or written, for this reason.
        case storage(String)
    }

    /// The kind of failure.
    package let code: Code
    /// The code for programs.
    package var refusalCode: String { code.refusalCode }

    /// A failure of this kind.
    package init(_ code: Code) {
        self.code = code
    }

    init(_ error: AgeError) {
        code =
            switch error.code {
            case .noMatch: .wrongPassphrase
            case .keyMalformed: .noPassphrase
            case .memory: .memory
            default: .malformed
            }
    }

    init(_ error: FileError) {
        code =
            switch error.code {
            case .notFound: .missing
            case .exists: .exists
            default: .storage(error.reasonAndAdvice)
            }
    }

    /// One line for a person.
    package var description: String {
        switch code {
        case .wrongPassphrase: "the passphrase does not open the identity file: try again; without it nobody can, not even the charity"
        case .noPassphrase: "the passphrase is empty: give one"
        case .malformed: "the identity file is damaged, or is not an identity of this kind: name the right file"
        case .memory: "there is not enough memory to derive the key from the passphrase: 256 MiB are needed"
        case .missing: "there is no identity file at that path: name yours with --identity"
        case .exists: "there is an identity file at that path already: it is not overwritten; choose another path"
        case .storage(let reason): "cannot read or write the identity file: \(reason)"
        }
    }
}

extension IdentityError.Code {
    /// The module's own kinds, without what came with them.
    package enum Kind: RefusalCode {
        /// What the module is called in codes.
        package static let module = "identity"

        case wrongPassphrase, noPassphrase, malformed, memory, missing, exists, storage
    }

    /// The code for programs.
    package var refusalCode: String {
        switch self {
        case .wrongPassphrase: Kind.wrongPassphrase.refusalCode
        case .noPassphrase: Kind.noPassphrase.refusalCode
        case .malformed: Kind.malformed.refusalCode
        case .memory: Kind.memory.refusalCode
        case .missing: Kind.missing.refusalCode
        case .exists: Kind.exists.refusalCode
        case .storage: Kind.storage.refusalCode
        }
    }
}
