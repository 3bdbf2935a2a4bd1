internal import Refusals
package import System

/// What can go wrong with cards, rosters and approvals.
package struct RosterError: Refusal, Equatable, Sendable {
    /// The kinds of failure.
    package enum Code: RefusalCode {
        /// What the module is called in codes.
        package static let module = "roster"

        /// A text, signature or chain is not authentic or not in its one form. Deliberately tells nothing more.
        case refused
        /// Something to be written breaks a rule of the format: the caller's argument, not a file.
        case invalid
        /// A file that should be there is not.
        case missing
        /// The file system failed.
        case storage
        /// This installation has not pinned a roster of this vault yet.
        case unpinned
        /// The roster is older than one that was seen before.
        case rollback
        /// It is another organisation's vault than the one that was pinned.
        case notPinnedVault

        /// Another roster of this number is there already.
        case numberTaken
        /// Two cards in force would have one name.
        case nameTaken
        /// A key or recipient would belong to two names.
        case keyTaken
        /// There would be a second keeper in force.
        case keeperTaken
        /// There would be more leads than a header has pairs for.
        case tooManyLeads
        /// There would be too few leads for the vault to go on.
        case tooFewLeads
        /// A first roster with leads would hold others too.
        case leadsFirst
        /// The clock is behind the roster.
        case clock
        /// Nobody of that name, key or digest is in force in the roster.
        case notInRoster
        /// The roster's card of this name is not the identity at hand.
        case notYourCard

        /// The vault has no leads, and this act needs one.
        case withoutLeads
        /// Fewer approvals than the act needs.
        case tooFewApprovals
        /// An approval is signed by nobody who was ever in the roster, or its signature is not valid.
        case unknownSigner
        /// An approval is signed by somebody who may not approve this.
        case notALead
        /// An approval is signed by somebody who is retired.
        case retiredSigner
        /// One person approved twice.
        case repeatedSigner
        /// The approval's time is over.
        case expired
        /// The approval expires later than any may.
        case expiresTooLate
        /// The approval is for another vault.
        case otherVault
        /// The approval is for another act.
        case otherAct
        /// The approval is for other targets.
        case otherTargets
        /// The approval answers another request.
        case otherRequest
        /// An act that this version does not know how to put into words.
        case unsupported
    }

    /// The kind of failure.
    package let code: Code
    /// The code for programs.
    package var refusalCode: String { code.refusalCode }
    /// What the file system said, where it is at fault.
    package let cause: FileError?

    /// One line for a person: what failed and what to do.
    package var description: String {
        cause.map { "\(message) (\($0))" } ?? message
    }

    private var message: String {
        switch code {
        case .refused: "the card, roster, request or approval is not authentic, or not in its one form: get it again from where it was made"
        case .invalid: "this cannot be written: a name, text or number breaks the rules of its format"
        case .missing: "a roster file is missing: let the copy of the vault finish, or get the file from the organisation"
        case .storage: "the roster files could not be read or written: check the disk and the permissions"
        case .unpinned:
            "this installation has not seen this vault before: make sure that it is the organisation's, then pin its first roster"
        case .rollback:
            "the roster is older than one seen here before: let the copy of the vault finish; if it is complete, ask the organisation"
        case .notPinnedVault:
            "it is another vault than the one that was seen here before: name the right one; if this is the right one it was replaced, so ask the organisation"
        case .numberTaken: "somebody else changed the roster meanwhile: make the change again from what it is now"
        case .nameTaken: "a card of this name is in force: retire it first, or choose another name"
        case .keyTaken: "a key of this card belongs to another name or role: make a new identity"
        case .keeperTaken: "there is a keeper in force: retire it first"
        case .tooManyLeads: "there would be more leads than a record can be sealed for: retire one first"
        case .tooFewLeads: "there would be too few leads: a vault begins with none or at least three, and never falls below two"
        case .leadsFirst: "a first roster holds the leads alone: enrol everybody else afterwards, with a lead's approval"
        case .clock: "the clock is behind the roster's last change: set it"
        case .notInRoster: "nobody of that name or key is in force in the roster: enrol the card, or take the roster of today"
        case .notYourCard: "the roster's card of this name is not this identity's: do not work with it, and tell the organisation"
        case .withoutLeads:
            "this vault was made without safeguarding leads, so what needs a lead's approval cannot be done in it: it takes a vault with leads"
        case .tooFewApprovals: "there are fewer approvals than this act needs: ask another lead to approve the same request"
        case .unknownSigner: "an approval is not, as it stands, signed by anybody in the roster: have it signed again by somebody in force"
        case .notALead: "an approval is signed by somebody who may not approve this act: ask whoever may"
        case .retiredSigner: "an approval is signed by somebody who is retired: ask somebody in force"
        case .repeatedSigner: "one person approved twice: different people must approve"
        case .expired: "the approval or request has expired: make a new request"
        case .expiresTooLate: "the approval or request would last too long: make a new request"
        case .otherVault: "the approval or request is for another vault: name the vault that it was made for"
        case .otherAct: "the approval is for another act: give the approvals of this request"
        case .otherTargets: "the approval is for something else than what is to be done: give the approvals of this request"
        case .otherRequest: "the approval or request is for another state of things, or was made for another request: make a new one"
        case .unsupported: "this version does not know this act: use a newer one"
        }
    }

    /// An error of this kind.
    package init(_ code: Code) {
        self.code = code
        cause = nil
    }

    /// A failure of the file system.
    init(_ cause: FileError) {
        code = cause.code == .notFound ? .missing : .storage
        self.cause = cause
    }
}
