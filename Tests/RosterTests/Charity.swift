import Minisign
import Records
import Roster
import Sodium
import Testing

/// Somebody with keys and a card.
final class Person: Sendable {
    let name: String
    let key: SigningKey
    let card: Card

    init(_ name: String, _ role: Role = .worker, key: consuming SigningKey? = nil, recordKey: BoxPublicKey? = nil) throws {
        self.name = name
        if let key {
            self.key = key
        } else {
            self.key = try SigningKey(seed: .random(SigningKey.seedBytes, from: SystemRandom()))
        }
        let record = try role.isHolder ? recordKey ?? Self.recordKey() : nil
        let recipients = try role.isHolder ? [DatedRecipient(text: Self.recipient(), from: Charity.start.day, to: nil)] : []
        card = try Card.sign(name: name, role: role, recordKey: record, recipients: recipients, with: self.key)
    }

    /// Another card of the same person: all keys are the same, but the last byte of it is the recipients'.
    func renewed(role: Role? = nil) throws -> Card {
        let recipient = try DatedRecipient(text: Self.recipient(), from: Charity.start.day, to: nil)
        return try Card.sign(name: name, role: role ?? card.role, recordKey: card.recordKey, recipients: [recipient], with: key)
    }

    static func recordKey() throws -> BoxPublicKey {
        var bytes = SystemRandom().bytes(32)
        bytes[31] &= 0x7F
        return try BoxPublicKey(bytes)
    }

    /// What looks like a recipient.
    static func recipient() -> String {
        let alphabet = Array("qpzry9x8gf2tvdw0s3jn54khce6mua7l")
        return "age1" + String(SystemRandom().bytes(58).map { alphabet[Int($0 & 31)] })
    }
}

/// An organisation with its key, its leads and its roster of the moment.
struct Charity {
    static let start = Timestamp(seconds: 1_795_000_000)
    static let policy = try? Policy(
        defaultRetention: .oneYear,
        disclosureRetention: #require(RetentionPeriod(text: "P7Y")),
        notices: ["2026-1 en"]
    )

    let organisation: Person
    let leads: [Person]
    var roster: VerifiedRoster
    var now = Charity.start

    init(leads count: Int = 3, others: [Person] = []) throws {
        organisation = try Person("organisation", .keeper)
        leads = try (0..<count).map { try Person("lead-\($0)", .lead) }
        let vault = try #require(VaultID(SystemRandom().bytes(16)))
        let unsigned = try VerifiedRoster.first(
            organisation: "Kinder-Chat e. V. ☎",
            vault: vault,
            policy: #require(Self.policy),
            cards: (leads + others).map(\.card),
            at: Self.start,
            organisationKey: organisation.key.publicKey
        )
        roster = try VerifiedRoster(
            first: unsigned.sign(with: organisation.key),
            organisationKey: MinisignPublicKey(organisation.key.publicKey)
        )
    }

    /// The approvals of these people for a change of the roster as it is.
    func approvals(_ change: RosterChange, by people: [Person], of roster: VerifiedRoster? = nil) throws -> [UnverifiedApproval] {
        let roster = roster ?? self.roster
        let requests = try roster.requests(for: change, expires: now.later(days: 7))
        return try requests.flatMap { request in
            let review = try Request(parsing: request.bytes).review(in: roster, at: now)
            return people.map { review.approval.sign(with: $0.key) }
        }
    }

    /// The next roster's file, made by the rules.
    func next(_ change: RosterChange, by people: [Person]) throws -> UnverifiedRoster {
        try roster.changed(by: change, approvals: approvals(change, by: people), at: now).sign(with: organisation.key)
    }

    /// Makes a change and goes on from it.
    mutating func make(_ change: RosterChange, by people: [Person]) throws {
        roster = try roster.successor(next(change, by: people))
    }

    /// A file signed with the organisation's key, whatever it says: what its custodian can make alone.
    func sign(_ bytes: [UInt8]) -> UnverifiedRoster {
        let signature = MinisignSignature.sign(bytes.rawSpan, with: organisation.key, trustedComment: "transcript-vault roster 1")
        return UnverifiedRoster(bytes: bytes, signature: signature.fileBytes)
    }
}

extension Timestamp {
    func later(days: Int = 0, seconds: Int = 0) -> Timestamp {
        Timestamp(seconds: self.seconds + Int64(days) * Day.seconds + Int64(seconds))
    }
}

/// The code with which `body` fails; nil where it does not.
func code(_ body: () throws -> Void) throws -> RosterError.Code? {
    do {
        try body()
        return nil
    } catch let error as RosterError {
        return error.code
    }
}
