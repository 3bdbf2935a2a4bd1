internal import FoundationEssentials

/// What a worker fills in to record a yes; everything else of the consent is taken from the conversation, the roster and the clock.
package struct ConsentForm: Decodable, Sendable {
    /// The team's name in the roster.
    package let team: String
    /// The platform's id of the message that asked.
    package let asked: String
    /// The platform's id of the message that answered.
    package let answered: String
    /// The real name.
    package let real_name: String
    /// The name used here; where it is left out, the visitor's name in the conversation.
    package let pseudonym: String?
    /// Why the copy is made.
    package let purpose: String
    /// The platform's id of the first message that is passed on; where it is left out, the first.
    package let from: String?
    /// The platform's id of the last; where it is left out, the last.
    package let to: String?
    /// The platform's ids of messages between them that are left out.
    package let redacted: [String]?
    /// Whether workers' notes among themselves go too; no where it is left out.
    package let includes_internal: Bool?
    /// The last day on which the team's copy may be opened.
    package let copy_expires: String
    /// The last day on which the consent may be used; 14 days from today where it is left out.
    package let valid_until: String?
    /// How the person can reach the team.
    package let contact: String
    /// The words shown.
    package let notice: Consent.Notice
    /// The worker's judgement that this decision was understood.
    package let understanding: String
    /// The lawful basis, apart from the permission itself.
    package let lawful_basis: String
    /// Who said it; the young person where it is left out.
    package let expressed_by: String?
    /// How; in the chat where it is left out.
    package let expressed_how: String?
    /// How to take it back.
    package let how_to_withdraw: String
    /// That the person was told so.
    package let withdrawal_explained: Bool
    /// That this may be counted; no where it is left out.
    package let may_be_counted: Bool?

    /// The largest form, in bytes.
    package static let limitBytes = 256 << 10

    /// Reads a form; the message names the field that is missing or wrong, never what stands in it.
    package init(json bytes: [UInt8]) throws(RecordsError) {
        guard bytes.count <= Self.limitBytes else { throw RecordsError(.tooLarge, "the consent form is longer than 256 KiB") }
        do {
            let decoder = JSONDecoder()
            self = try decoder.decode(Self.self, from: Data(bytes))
            // A "redacted" that is misspelt must not pass on what was to be left out.
            guard Set(try decoder.decode(Fields.self, from: Data(bytes)).names).isSubset(of: CodingKeys.allCases.map(\.rawValue)) else {
                throw RecordsError(
                    .malformed,
                    "the consent form has a field that does not exist, and nothing was recorded: compare its fields with "
                        + "'vault-worker help consent'")
            }
        } catch let error as RecordsError {
            throw error
        } catch DecodingError.keyNotFound(let key, let context) {
            let path = (context.codingPath + [key]).map(\.stringValue).joined(separator: ".")
            throw RecordsError(.malformed, "the consent form lacks \"\(path)\"")
        } catch DecodingError.typeMismatch(_, let context), DecodingError.valueNotFound(_, let context) {
            let path = context.codingPath.map(\.stringValue).joined(separator: ".")
            throw RecordsError(.malformed, "\"\(path)\" in the consent form has the wrong type or is empty")
        } catch {
            throw RecordsError(.malformed, "the consent form is not a JSON object: 'vault-worker consent --help' shows one")
        }
    }
}

extension ConsentForm {
    private enum CodingKeys: String, CodingKey, CaseIterable {
        case team, asked, answered, real_name, pseudonym, purpose, from, to, redacted, includes_internal, copy_expires, valid_until
        case contact, notice, understanding, lawful_basis, expressed_by, expressed_how, how_to_withdraw, withdrawal_explained
        case may_be_counted
    }

    /// The names of all fields that there are.
    private struct Fields: Decodable {
        private struct Name: CodingKey {
            let stringValue: String
            var intValue: Int? { nil }

            init(stringValue: String) { self.stringValue = stringValue }
            init?(intValue: Int) { nil }
        }

        let names: [String]

        init(from decoder: any Decoder) throws {
            names = try decoder.container(keyedBy: Name.self).allKeys.map(\.stringValue)
        }
    }

    /// The consent that this form makes, once everything that it does not say itself was found and checked.
    package func consent(
        id: ActID, conversation: ConversationID, pseudonym: String, evidence: Consent.Evidence, scope: Consent.Scope,
        card: String, given: Timestamp, validUntil: Day
    ) -> Consent {
        Consent(
            type: Consent.type, id: id.description, conversation: conversation.description, state: .given, previous: nil,
            pseudonym: pseudonym, real_name: real_name, expressed_by: expressed_by ?? "the young person",
            expressed_how: expressed_how ?? "in the chat", evidence: evidence, notice: notice, understanding: understanding,
            purpose: purpose, scope: scope, recipient: Consent.Recipient(team: team, card: card, contact: contact),
            lawful_basis: lawful_basis, given_at: given.description, valid_until: validUntil.description, copy_expires: copy_expires,
            how_to_withdraw: how_to_withdraw, withdrawal_explained: withdrawal_explained, may_be_counted: may_be_counted ?? false)
    }
}
