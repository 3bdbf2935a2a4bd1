internal import Refusals

/// Why a handover was not made, not recorded, or not believed.
package struct HandoverError: Refusal, Equatable, Sendable {
    /// The kinds of refusal.
    package enum Code: RefusalCode {
        /// What the module is called in codes.
        package static let module = "handover"

        /// A text, signature or file is not authentic, not in its one form, or not of this record. Deliberately tells nothing more.
        case refused
        /// What is to be written breaks a rule: the caller's argument, not a file.
        case invalid
        /// It is for another vault.
        case otherVault
        /// Whoever signed as the holder does not hold the record.
        case notHeld
        /// Somebody who signed may not hand this on: not a lead, or for a holder neither worker nor lead.
        case notEntitled
        /// Somebody who signed is retired.
        case retired
        /// One person stands for both leads.
        case repeatedSigner
        /// The record has no pair of these two leads.
        case notPrepared
        /// The new holder is no worker or lead in force.
        case unknownRecipient
        /// Its time is over.
        case expired
        /// It would count longer than any may.
        case expiresTooLate
        /// The keeper's receipt is not for this.
        case notRecorded
        /// It was handed on too often without two leads.
        case tooManySteps
    }

    /// The kind of refusal.
    package let code: Code
    /// The code for programs.
    package var refusalCode: String { code.refusalCode }

    /// A refusal of this kind.
    package init(_ code: Code) {
        self.code = code
    }

    /// One line for a person: what failed and what to do.
    package var description: String {
        switch code {
        case .refused: "the handover is not authentic, not in its one form, or not of this record: have it made again"
        case .invalid: "this handover cannot be written: it names no part, too many, or the same person twice"
        case .otherVault: "the handover is for another vault: name the vault that it was made in"
        case .notHeld: "the record is not held by whoever signed this: only its holder, or two leads together, can hand it over"
        case .notEntitled: "somebody signed this who may not: it takes two safeguarding leads, or the record's holder"
        case .retired: "somebody who signed this is retired: it takes people who are in force in the roster"
        case .repeatedSigner: "one person stands for both leads: two different leads must sign"
        case .notPrepared: "the record was not prepared for these two leads: another pair of leads must hand it over"
        case .unknownRecipient: "the new holder is no worker or lead in force in the roster: have the card enrolled"
        case .expired: "the time of this handover is over: have it made again"
        case .expiresTooLate: "this handover would count too long: have it made again"
        case .notRecorded: "the keeper's receipt is not for this handover: have it made again"
        case .tooManySteps: "the record was handed on too often by its holders: let two leads hand it over"
        }
    }
}
