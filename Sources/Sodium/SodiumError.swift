internal import Refusals

/// What can go wrong with bytes from outside in the cryptographic primitives.
package struct SodiumError: Refusal, Equatable, Sendable {
    /// The kinds of failure.
    package enum Code: RefusalCode {
        /// What the module is called in codes.
        package static let module = "sodium"

        /// A tag, signature or tag sequence did not verify. Deliberately tells nothing more.
        case authentication
        /// A key, nonce or text has a length or value that no correct writer produces.
        case malformed
        /// A stream was used after its end.
        case finished
        /// The machine has too little memory for the work factor asked.
        case memory
    }

    /// The kind of failure.
    package let code: Code
    /// The code for programs.
    package var refusalCode: String { code.refusalCode }

    /// One line for a person.
    package var description: String {
        switch code {
        case .authentication: "the data is not authentic"
        case .malformed: "the data is malformed"
        case .finished: "the stream has already ended"
        case .memory: "there is not enough memory to derive the key"
        }
    }

    /// An error of this kind.
    package init(_ code: Code) {
        self.code = code
    }
}
