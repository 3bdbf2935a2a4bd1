internal import Refusals

/// A failure that is told to a person in one line: what, why, what to do.
package struct ConsoleError: Refusal {
    /// What the programs themselves refuse; what a module refused keeps that module's code.
    package enum Code: RefusalCode {
        /// What the module is called in codes.
        package static let module = "console"

        /// The command line is wrong: exit code 64.
        case usage
        /// What was asked may not be done, or cannot be done as things are.
        case refused
        /// There is no vault at that place, or none that this user may use.
        case noVault
        /// There is no identity, key or keeper at that place.
        case noIdentity
        /// The identity, or the card, is of another role or another organisation.
        case wrongIdentity
        /// Something lies already where something new was to be written.
        case exists
        /// A place for a new file was named that cannot be one.
        case noPlace
        /// No passphrase was given, or it could not be read.
        case noPassphrase
        /// The new passphrase is too short, or was not repeated.
        case badPassphrase
        /// What came on standard input or in a file is not in its form.
        case badInput
        /// Nobody of that name is in the roster, or not in that role.
        case unknownName
        /// The person did not say yes.
        case notAgreed
        /// There is nothing of what was asked for.
        case nothing
        /// Some of it was done, and some was not.
        case incomplete
        /// Standard output cannot be written.
        case output
        /// Nobody reads standard output any more: nothing is said.
        case outputClosed
        /// Something failed that has no code of its own.
        case failed
    }

    /// The line.
    package let description: String
    /// The code for programs.
    package let refusalCode: String

    /// A refusal of this kind.
    package init(_ code: Code, _ description: String) {
        self.description = description
        refusalCode = code.refusalCode
    }

    /// A refusal without a kind of its own.
    package init(_ description: String) {
        self.init(.refused, description)
    }

    /// What a module refused, under its own code; `words`, where they say more than the module's line.
    package init(_ error: any Error, _ words: String? = nil) {
        description = words ?? "\(error)"
        refusalCode = (error as? any Refusal)?.refusalCode ?? Code.failed.refusalCode
    }
}
