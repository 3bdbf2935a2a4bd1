/// A recorded yes: who gets what, why and until when, with the words that gave it. See `Docs/Spec/Acts.md`; fields after ISO/IEC TS 27560.
///
/// It is an act: one canonical JSON line, sealed into the conversation that it is about by the worker who heard it.
package struct Consent: Codable, Hashable, Sendable {
    /// What the line says it is.
    package static let type = "transcript-vault consent 1"

    /// Where a permission stands.
    package enum State: String, Codable, Sendable {
        /// The question was put.
        case asked
        /// The person said yes.
        case given
        /// The person said no.
        case refused
        /// The person took a yes back.
        case withdrawn
        /// Nobody used it in time.
        case expired
    }

    /// A message that was said in the conversation, named so that it cannot be exchanged.
    package struct Evidence: Codable, Hashable, Sendable {
        /// The platform's id of the message that asked.
        package let asked: String
        /// BLAKE2b-256 of its line, hexadecimal.
        package let asked_digest: String
        /// The platform's id of the message that answered.
        package let answered: String
        /// BLAKE2b-256 of its line, hexadecimal.
        package let answered_digest: String
        /// What was answered, word for word.
        package let answer: String

        /// The two messages and the answer.
        package init(asked: String, askedDigest: String, answered: String, answeredDigest: String, answer: String) {
            self.asked = asked
            asked_digest = askedDigest
            self.answered = answered
            answered_digest = answeredDigest
            self.answer = answer
        }
    }

    /// The words that were shown about what will happen.
    package struct Notice: Codable, Hashable, Sendable {
        /// Its version, as the policy names it.
        package let version: String
        /// Its language (BCP 47).
        package let language: String
        /// Its full text: the words shown at the time, not a pointer to today's.
        package let text: String

        /// A notice.
        package init(version: String, language: String, text: String) {
            self.version = version
            self.language = language
            self.text = text
        }
    }

    /// What is passed on: lines of the conversation, counted from 1.
    package struct Scope: Codable, Hashable, Sendable {
        /// The first line.
        package let from: Int
        /// The last line.
        package let to: Int
        /// Lines between them that are left out.
        package let redacted: [Int]
        /// Whether workers' notes among themselves go too; they stay unless the person was asked about them.
        package let includes_internal: Bool
        /// BLAKE2b-256 of the lines that go, each with its line feed, hexadecimal: these words and no others.
        package let digest: String

        /// A range of lines, and the digest of those that go.
        package init(from: Int, to: Int, redacted: [Int], includesInternal: Bool, digest: String) {
            self.from = from
            self.to = to
            self.redacted = redacted
            includes_internal = includesInternal
            self.digest = digest
        }

        /// Whether the lines left out ascend, each once, and none is before the first or after the last: what is left out has one form.
        package var hasItsForm: Bool {
            zip(redacted, redacted.dropFirst()).allSatisfy(<) && redacted.allSatisfy { from <= $0 && $0 <= to }
        }

        /// Which of `lines` go, each with its line feed.
        package static func transcript(of lines: [[UInt8]], from: Int, to: Int, redacted: [Int], includesInternal: Bool) -> [UInt8] {
            let redacted = Set(redacted)
            var bytes: [UInt8] = []
            for (index, line) in lines.enumerated() where from <= index + 1 && index + 1 <= to && !redacted.contains(index + 1) {
                // A line that cannot be read cannot be shown to be meant for the young person: it stays.
                guard let event = try? EventLine(line), includesInternal || !event.isInternal else { continue }
                bytes += line + [UInt8(ascii: "\n")]
            }
            return bytes
        }
    }

    /// Who gets the copy.
    package struct Recipient: Codable, Hashable, Sendable {
        /// The team's name in the roster.
        package let team: String
        /// The digest of the team's card: the copy goes to this card's keys and no others.
        package let card: String
        /// How the person can reach the team.
        package let contact: String

        /// A team.
        package init(team: String, card: String, contact: String) {
            self.team = team
            self.card = card
            self.contact = contact
        }
    }

    /// `Consent.type`.
    package let type: String
    /// Names this consent.
    package let id: String
    /// The conversation it is about.
    package let conversation: String
    /// Where the permission stands.
    package let state: State
    /// BLAKE2b-256 of the consent that this one follows; nil for the first.
    @Nullable package var previous: String?
    /// The name the young person uses here.
    package let pseudonym: String
    /// The real name: no copy for a team without it. See `isRealName`.
    package let real_name: String
    /// Who said it: the young person, or whoever may for them.
    package let expressed_by: String
    /// How: in the chat, by telephone, in person.
    package let expressed_how: String
    /// The messages in which it was asked and answered.
    package let evidence: Evidence
    /// The words shown.
    package let notice: Notice
    /// The worker's judgement that this decision was understood.
    package let understanding: String
    /// Why the copy is made.
    package let purpose: String
    /// What is passed on.
    package let scope: Scope
    /// Who gets it.
    package let recipient: Recipient
    /// The lawful basis, apart from the permission itself.
    package let lawful_basis: String
    /// When it was given.
    package let given_at: String
    /// The last day on which it may be used.
    package let valid_until: String
    /// The last day on which the team's copy may be opened.
    package let copy_expires: String
    /// How to take it back.
    package let how_to_withdraw: String
    /// That the person was told so.
    package let withdrawal_explained: Bool
    /// A separate permission: that this may be counted.
    package let may_be_counted: Bool

    /// Whether `text` can be somebody's name: there is at least one letter in it, of any script, that is shown.
    ///
    /// So neither blanks nor characters that look like nothing (U+200B, the Hangul fillers), nor a dash or a question mark, get a team a copy
    /// without a name. That it is the right name, only the worker can judge.
    package static func isRealName(_ text: String) -> Bool {
        text.unicodeScalars.contains { scalar in
            switch scalar.properties.generalCategory {
            case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter:
                !scalar.properties.isDefaultIgnorableCodePoint
            default: false
            }
        }
    }
}

/// A consent was used: the finished statement of the copy, sealed before the bundle is written, so that one yes gives one copy.
package struct SpentConsent: Codable, Hashable, Sendable {
    /// What the line says it is.
    package static let type = "transcript-vault spent 1"

    /// `SpentConsent.type`.
    package let type: String
    /// The consent that was used.
    package let consent: String
    /// The bundle.
    package let bundle: String
    /// The exact statement.
    package let statement: String
    /// Its exact signature file.
    package let signature: String

    /// A used consent.
    package init(consent: String, bundle: String, statement: String, signature: String) {
        type = Self.type
        self.consent = consent
        self.bundle = bundle
        self.statement = statement
        self.signature = signature
    }
}

/// A copy was received and believed: sealed by the team beside the copy itself.
package struct ReceivedCopy: Codable, Hashable, Sendable {
    /// What the line says it is.
    package static let type = "transcript-vault received 1"

    /// `ReceivedCopy.type`.
    package let type: String
    /// The bundle.
    package let bundle: String
    /// The exact statement that came with it.
    package let statement: String
    /// Its exact signature file.
    package let signature: String
    /// The exact consent that came with it.
    package let consent: String
    /// When it was imported.
    package let imported_at: String

    /// A received copy.
    package init(bundle: String, statement: String, signature: String, consent: String, importedAt: String) {
        type = Self.type
        self.bundle = bundle
        self.statement = statement
        self.signature = signature
        self.consent = consent
        imported_at = importedAt
    }
}

/// What kind of act a line is, without reading the rest.
package struct ActType: Decodable, Sendable {
    /// The line's `type`.
    package let type: String
}
