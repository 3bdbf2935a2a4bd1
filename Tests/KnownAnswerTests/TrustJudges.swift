import Age
import Identity
import Minisign
import Records
import Roster
import Sodium
import SodiumIdentity
import System

/// Whether a card is one, and whose.
@Sendable func judgeCard(_ answer: KnownAnswer) throws -> [KnownAnswer.Field] {
    do {
        let card = try UnverifiedCard(text: answer.file("x.card"), signature: answer.file("x.card.minisig")).verified()
        return [
            ("expect", "accepted"), ("name", card.name), ("role", card.role.rawValue), ("digest", "\(card.digest)"),
            ("key-id", card.keyID.map { "\($0)" } ?? "-"), ("signer-id", "\(card.signerID)"),
        ]
    } catch is RosterError {
        return refused
    }
}

/// The latest roster of a chain, from a pin where there is one.
@Sendable func judgeRoster(_ answer: KnownAnswer) throws -> [KnownAnswer.Field] {
    let store = RosterStore(fileSystem: try answer.disk(root: "/vault"), layout: VaultLayout(root: "/vault"))
    do {
        let isPinned = answer.files.contains { $0.name == "pin" }
        let roster =
            isPinned ? try store.load(pinnedAt: "/vault/pin") : try store.loadFromFirst(organisationKey: store.organisationKey())
        return [("expect", "believed"), ("number", "\(roster.number)"), ("digest", "\(roster.digest)")]
    } catch {
        return refused
    }
}

/// Whether approvals are enough for an act of the keeper.
@Sendable func judgeApprovals(_ answer: KnownAnswer) throws -> [KnownAnswer.Field] {
    let names = answer.files.map(\.name).filter { !$0.hasSuffix(".minisig") }
    let approvals = try names.map { UnverifiedApproval(text: try answer.file($0), signature: try answer.file("\($0).minisig")) }
    let question = ApprovalQuestion(
        act: try answer.value("act") { Act(rawValue: $0) }, targets: answer.values("target"),
        request: try answer.value("request") { RequestID(text: $0) }, subject: try answer.value("subject", subject),
        holder: answer.values("holder").first.flatMap { KeyID(text: $0) })
    let moment = try answer.value("moment") { Timestamp(canonical: $0) }
    let roster = try commonRoster(answer)
    do {
        let signers = try roster.check(approvals, answer: question, at: moment)
        return [("expect", "approved"), ("signers", "\(signers.count)")]
    } catch {
        return refused
    }
}

private func subject(_ name: String) -> ApprovalRule.Subject? {
    switch name {
    case "sweep": .sweep
    case "erase": .erase
    case "erase-copy": .eraseCopy
    case "release": .release
    case "change-class": .changeClass
    case "short-hold": .hold(days: 14)
    case "long-hold": .hold(days: 15)
    default: nil
    }
}

/// Whether a request is one.
@Sendable func judgeRequest(_ answer: KnownAnswer) throws -> [KnownAnswer.Field] {
    do {
        return [("expect", "accepted"), ("act", try Request(parsing: answer.file("request")).act.rawValue)]
    } catch is RosterError {
        return refused
    }
}

/// Whose identity a file is.
@Sendable func judgeIdentity(_ answer: KnownAnswer) throws -> [KnownAnswer.Field] {
    do {
        let identity = try openedIdentity(answer, "identity")
        return [
            ("expect", "opened"), ("name", identity.name), ("role", identity.role.rawValue),
            ("key-id", "\(Card.id(of: identity.record.publicKey.bytes))"),
            ("signer-id", "\(Card.id(of: identity.signingKey.publicKey.bytes))"), ("recipient", "\(identity.age.recipient)"),
        ]
    } catch is IdentityError {
        return refused
    }
}

/// The identity in a file of a known answer.
func openedIdentity(_ answer: KnownAnswer, _ name: String) throws -> PersonalIdentity {
    let passphrase = try answer.value("passphrase") { try? Base64.decode($0) }
    return try IdentityFile.openIdentity(
        "/files/\(name)", passphrase: SecretBytes(copying: passphrase.rawSpan), fileSystem: answer.disk(root: "/files"))
}
