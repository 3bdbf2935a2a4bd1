internal import Refusals

/// Why a copy was not made, or not believed.
package struct SharingError: Refusal, Equatable, Sendable {
    /// The kinds of refusal.
    package enum Code: RefusalCode {
        /// What the module is called in codes.
        package static let module = "sharing"

        /// The form leaves out what a consent needs, or names a message that is not there.
        case incomplete
        /// There is no real name: a team gets no copy without one.
        case noRealName
        /// No such consent is recorded in this worker's conversations.
        case noConsent
        /// The consent was not given, was taken back, or its time is over.
        case notGiven
        /// The team is not in the roster, or its card is no longer the one that was agreed to.
        case otherTeam
        /// The bundle was changed, is damaged, or is not one: one opaque refusal.
        case notGenuine
        /// The bundle is for somebody else.
        case notForYou
        /// The sender is not somebody whom this team's pinned roster knows.
        case unknownSender
        /// The bundle was signed under a later roster than the one that is pinned here.
        case newerRoster
        /// The copy's time is over.
        case expired
        /// A file, the keeper or the vault failed.
        case failed
    }

    /// The kind of refusal.
    package let code: Code
    /// The code for programs.
    package var refusalCode: String { code.refusalCode }
    /// One line: what, why, what to do.
    package let message: String

    /// One line for a person.
    package var description: String { message }

    /// A refusal.
    package init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }

    /// The one answer to every kind of tampering.
    static let notGenuine = SharingError(
        .notGenuine, "the bundle is not genuine: it was changed, is damaged, or is not a share bundle; nothing of it was kept")
}
