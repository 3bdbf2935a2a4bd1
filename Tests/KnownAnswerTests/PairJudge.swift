import HandingOver
import Identity
import Opening
import RecordStore
import Records
import Roster
import Sodium
import SodiumIdentity

/// What two leads find in their pair's boxes.
@Sendable func judgePair(_ answer: KnownAnswer) throws -> [KnownAnswer.Field] {
    let roster = try commonRoster(answer)
    let reader = try answeredReader(answer)
    let first = try openedIdentity(answer, "first-lead")
    let key = try answer.value("second-record-secret-key") { try? Base64.decode($0) }
    let second = try BoxKeyPair(secretKey: SecretBytes(copying: key.rawSpan))
    let conversation = try answer.value("conversation") { ConversationID(text: $0) }
    let secondID = Card.id(of: second.publicKey.bytes)
    guard let holder = roster.leads.first(where: { $0.keyID == secondID }) else { throw KnownAnswer.FormError(what: "no such lead") }
    let peeler = try LeadPeeler(
        reader, roster: roster, first: roster.holder(named: first.name), second: holder, to: roster.holder(named: "ben"),
        reason: .safeguarding, now: roster.created)
    do {
        let parts = try reader.parts(of: conversation)
        let (peels, unprepared) = try peeler.peel(parts, of: conversation, by: first)
        guard unprepared == 0 else { return [("expect", "no-pair")] }
        guard parts.count == 1, let box = peels.first?.boxes.first, let part = try reader.find(parts[0], of: conversation) else {
            throw KnownAnswer.FormError(what: "not one part")
        }
        let leaf = try reader.leaf(of: conversation, expiring: part.header.expiry)
        let opened = try PartSecret(of: part.file, leaf: leaf, innerBox: box, second: second)
        return [("expect", "opened"), ("w", hex(opened.secret))]
    } catch let error as HandingOverError where error.code == .corrupt {
        return [("expect", "changed")]
    } catch let error as OpeningError where error.code == .corrupt {
        return [("expect", "changed")]
    }
}
