import Foundation
import Identity
import Minisign
import Opening
import Records
import Roster
import Sodium
import SodiumIdentity
import System
import TestVault
import Testing

/// The administrator has the organisation's key, every file with the right to replace it, and every leaf; no lead's key.
extension P1ConfidentialTests {
    /// Somebody whom no lead has seen.
    private static func mallory(_ name: String = "mallory", _ role: Role = .worker) throws -> (card: Card, key: BoxKeyPairHolder) {
        let identity = try PersonalIdentity.generate(name: name, role: role, random: SystemRandom())
        let card = try identity.card(from: TestVault.today)
        return (card, try BoxKeyPairHolder(identity))
    }

    /// A key pair in a reference.
    final class BoxKeyPairHolder: Sendable {
        let identity: PersonalIdentity
        init(_ identity: consuming PersonalIdentity) throws { self.identity = identity }
    }

    @Test("the administrator's key opens nothing")
    func administratorReads() throws {
        let part = try vault.steal(id)
        let seed = vault.organisation.signingKey.seed()
        let own = copy(of: seed)
        let pair = try BoxKeyPair(secretKey: SecretBytes(copying: own.rawSpan))
        let boxes = [try #require(part.header.holder).box] + part.header.leadPairs.map(\.box)
        #expect(boxes.count == 4 && boxes.allSatisfy { pair.content(of: $0) == nil })
        #expect(part.tryWindows(of: own).opened == 0)
        // Nothing in the vault is sealed to a key that the administrator could have: every box is for somebody in the roster.
        let known = Set(vault.roster.members.compactMap(\.card.keyID))
        #expect(
            ([try #require(part.header.holder).key] + part.header.leadPairs.flatMap { [$0.first, $0.second] }).allSatisfy(known.contains))
    }

    /// What the administrator tries to do to the roster.
    enum Change: CaseIterable {
        case enrolWorker
        case enrolLead
        case enrolService
        case exchangeAnna
        case exchangeLead
        case retireLead
    }

    private func change(_ change: Change) throws -> (RosterChange, Card?) {
        switch change {
        case .enrolWorker:
            let card = try Self.mallory().card
            return (RosterChange(enrol: [card]), card)
        case .enrolLead:
            let card = try Self.mallory("mallory", .lead).card
            return (RosterChange(enrol: [card]), card)
        case .enrolService:
            let key = try SigningKey(seed: SecretBytes.random(SigningKey.seedBytes, from: SystemRandom()))
            let card = try Card.sign(name: "second-service", role: .service, recordKey: nil, recipients: [], with: key)
            return (RosterChange(enrol: [card]), card)
        case .exchangeAnna:
            let card = try Self.mallory("anna").card
            return (RosterChange(enrol: [card], retire: ["anna"]), card)
        case .exchangeLead:
            let card = try Self.mallory("lena", .lead).card
            return (RosterChange(enrol: [card], retire: ["lena"]), card)
        case .retireLead: return (RosterChange(retire: ["lena"]), nil)
        }
    }

    /// The file of a changed roster with any approvals, made without asking the rules, and signed with the organisation's key.
    private func forgedRoster(_ change: RosterChange, approvals: [UnverifiedApproval]) throws -> UnverifiedRoster {
        let now = TestVault.start
        let file = try forge(vault.roster.file.bytes, lineFeed: true) { roster in
            var entries = try #require(roster["entries"] as? [[String: Any]])
            for (index, member) in vault.roster.members.enumerated() where change.retire.contains(member.card.name) {
                entries[index]["valid_to"] = now.day.description
            }
            for card in change.enrol {
                entries.append([
                    "card": String(decoding: card.text, as: UTF8.self), "signature": String(decoding: card.signature, as: UTF8.self),
                    "valid_from": now.day.description, "valid_to": NSNull(),
                ])
            }
            roster["entries"] = entries
            roster["number"] = vault.roster.number + 1
            roster["predecessor"] = vault.roster.digest.description
            roster["created"] = now.description
            roster["approvals"] = approvals.map {
                ["text": String(decoding: $0.text, as: UTF8.self), "signature": String(decoding: $0.signature, as: UTF8.self)]
            }
        }
        return signedByOrganisation(file)
    }

    private func signedByOrganisation(_ file: [UInt8]) -> UnverifiedRoster {
        let signature = MinisignSignature.sign(
            file.rawSpan, with: vault.organisation.signingKey, trustedComment: "transcript-vault roster 1")
        return UnverifiedRoster(bytes: file, signature: signature.fileBytes)
    }

    /// Puts a roster into the vault as the administrator can, and asks everybody who has pinned the one before.
    private func everybody(sees file: UnverifiedRoster) throws -> [Result<VerifiedRoster, RosterError>] {
        let number = vault.roster.number + 1
        try vault.overwrite(vault.layout.roster(number: number), with: file.bytes)
        try vault.overwrite(vault.layout.rosterSignature(number: number), with: file.signature)
        try vault.overwrite(vault.layout.roster, with: file.bytes)
        try vault.overwrite(vault.layout.rosterSignature, with: file.signature)
        return try ["/anna.pin", "/chat-service.pin", "/keeper.pin"].map { try load(pinnedAt: $0) }
    }

    private func load(pinnedAt path: String) throws -> Result<VerifiedRoster, RosterError> {
        let store = RosterStore(fileSystem: disk, layout: vault.layout)
        if try store.pin(at: path) == nil { try store.store(vault.roster.pin, at: path) }
        do throws(RosterError) {
            return .success(try store.load(pinnedAt: path))
        } catch {
            return .failure(error)
        }
    }

    @Test("the administrator alone enrols, exchanges or retires nobody, whatever approvals are forged", arguments: Change.allCases)
    func administratorChangesRoster(attempt: Change) throws {
        let (change, card) = try change(attempt)
        #expect { try vault.roster.changed(by: change, approvals: [], at: TestVault.start) } throws: {
            ($0 as? RosterError)?.code == .tooFewApprovals
        }
        let old = try JSONDecoder().decode(OldApprovals.self, from: Data(vault.roster.file.bytes)).approvals
        #expect(old.count == 1)
        let forgeries: [[UnverifiedApproval]] = try [
            [], old.map { UnverifiedApproval(text: Array($0.text.utf8), signature: Array($0.signature.utf8)) },
            approvals(of: change) { vault.organisation.signingKey.sign($0) }, approvals(of: change) { vault.anna.signingKey.sign($0) },
            approvals(of: change) { vault.service.sign($0) },
        ]
        var refused = 0
        for forged in forgeries {
            for answer in try everybody(sees: forgedRoster(change, approvals: forged)) {
                #expect(throws: RosterError.self) { try answer.get() }
                refused += 1
            }
        }
        #expect(refused == 15)
        // With the leads' yes the very same file is accepted: it was only theirs that was missing.
        let genuine = try vault.roster.requests(for: change, expires: TestVault.start.adding(days: 1)).flatMap { request in
            let approval = try request.review(in: vault.roster, at: TestVault.start).approval
            let needsTwo = attempt == .enrolLead || attempt == .exchangeLead || attempt == .retireLead
            return [approval.sign(with: vault.luis.signingKey)] + (needsTwo ? [approval.sign(with: vault.lara.signingKey)] : [])
        }
        for answer in try everybody(sees: forgedRoster(change, approvals: genuine)) {
            let roster = try answer.get()
            #expect(card.map { roster.membersInForce.map(\.card).contains($0) } ?? true)
        }
    }

    private struct OldApprovals: Decodable {
        struct Approval: Decodable {
            let text: String
            let signature: String
        }
        let approvals: [Approval]
    }

    /// Approvals of a change, well made but for who signs them.
    private func approvals(of change: RosterChange, signing: ([UInt8]) -> [UInt8]) throws -> [UnverifiedApproval] {
        try vault.roster.requests(for: change, expires: TestVault.start.adding(days: 1)).map { request in
            let approval = try request.review(in: vault.roster, at: TestVault.start).approval.sign(with: vault.lena.signingKey)
            // The signature file of the lead, with both signatures exchanged.
            let lines = String(decoding: approval.signature, as: UTF8.self).split(separator: "\n", omittingEmptySubsequences: false).map(
                String.init)
            let head = try Array(Base64.decode(lines[1]).prefix(10))
            let signature = signing(BLAKE2b.hash(approval.text, digestBytes: 64))
            let comment = Array(lines[2].dropFirst("trusted comment: ".count).utf8)
            let global = signing(signature + comment)
            let file = [lines[0], Base64.encode(head + signature), lines[2], Base64.encode(global), ""].joined(separator: "\n")
            return UnverifiedApproval(text: approval.text, signature: Array(file.utf8))
        }
    }

    @Test("a card put in the place of anna's is refused by everybody, and nothing is sealed to it")
    func swappedCard() throws {
        let (card, thief) = try Self.mallory("anna")
        let file = try forge(vault.roster.file.bytes, lineFeed: true) { roster in
            var entries = try #require(roster["entries"] as? [[String: Any]])
            let index = try #require(vault.roster.members.firstIndex { $0.card.name == "anna" })
            entries[index]["card"] = String(decoding: card.text, as: UTF8.self)
            entries[index]["signature"] = String(decoding: card.signature, as: UTF8.self)
            roster["entries"] = entries
        }
        // In the place of the roster that is pinned, and as the one after it.
        let number = vault.roster.number
        let store = RosterStore(fileSystem: disk, layout: vault.layout)
        try store.store(vault.roster.pin, at: "/chat-service.pin")
        let forged = signedByOrganisation(file)
        try vault.overwrite(vault.layout.roster(number: number), with: forged.bytes)
        try vault.overwrite(vault.layout.rosterSignature(number: number), with: forged.signature)
        #expect { try load(pinnedAt: "/chat-service.pin").get() } throws: { ($0 as? RosterError)?.code == .refused }
        // The service goes on with the roster that it has verified: what it seals is anna's, and the thief's key opens nothing.
        let next = try vault.steal(vault.seal([TestData.message("still to anna", id: "1")]))
        #expect(next.header.holder?.key == Card.id(of: vault.annaKey.bytes))
        let boxes = [try #require(next.header.holder).box] + next.header.leadPairs.map(\.box)
        #expect(boxes.allSatisfy { thief.identity.record.content(of: $0) == nil })
    }

    @Test("another history of the vault is refused: a new first roster, or the end of the old one cut off")
    func otherHistory() throws {
        let store = RosterStore(fileSystem: disk, layout: vault.layout)
        try store.store(vault.roster.pin, at: "/anna.pin")
        // Cut off: the vault as it was before anna was enrolled.
        let latest = try disk.readFile(vault.layout.roster(number: 2), limitBytes: Limits.rosterBytes)
        try disk.remove(vault.layout.roster(number: 2))
        #expect { try load(pinnedAt: "/anna.pin").get() } throws: { ($0 as? RosterError)?.code == .rollback }
        // New: the organisation's key, the vault's own id, and leads and an anna whom nobody but the administrator has.
        let cards = try ["lena", "luis", "lara"].map { try Self.mallory($0, .lead).card }
        let first = try VerifiedRoster(
            first: VerifiedRoster.first(
                organisation: vault.roster.organisation, vault: vault.roster.vault, policy: vault.roster.policy, cards: cards,
                at: TestVault.start,
                organisationKey: vault.organisation.signingKey.publicKey
            ).sign(with: vault.organisation.signingKey), organisationKey: vault.roster.organisationKey)
        for number in 1...2 {
            try vault.overwrite(vault.layout.roster(number: number), with: first.file.bytes)
            try vault.overwrite(vault.layout.rosterSignature(number: number), with: first.file.signature)
            #expect { try load(pinnedAt: "/anna.pin").get() } throws: { ($0 as? RosterError)?.code == (number == 1 ? .rollback : .refused) }
        }
        #expect(throws: RosterError.self) { try vault.roster.successor(first.file) }
        // Anna herself, on a machine that has pinned nothing, is told that the card is not hers.
        let stranger = try Self.mallory("anna").card
        let trusting = try VerifiedRoster(
            first: VerifiedRoster.first(
                organisation: "The Charity", vault: vault.roster.vault, policy: vault.roster.policy, cards: [stranger], at: TestVault.start,
                organisationKey: vault.organisation.signingKey.publicKey
            ).sign(with: vault.organisation.signingKey), organisationKey: vault.roster.organisationKey)
        #expect { try owner(in: trusting) } throws: { ($0 as? RosterError)?.code == .notYourCard }
        // With the files as they were, all is well.
        let signature = vault.roster.file.signature
        try vault.overwrite(vault.layout.roster(number: 2), with: latest)
        try vault.overwrite(vault.layout.rosterSignature(number: 2), with: signature)
        #expect(try load(pinnedAt: "/anna.pin").get().digest == vault.roster.digest)
        #expect(throws: Never.self) { try owner(in: vault.roster) }
    }

    /// What anna's programs ask before they do anything.
    private func owner(in roster: VerifiedRoster) throws {
        _ = try roster.owner(
            named: "anna", role: .worker, recordKey: vault.anna.record.publicKey, signingKey: vault.anna.signingKey.publicKey)
    }
}

/// A JSON text with something changed, in the one form again; the test has to sign it anew where that matters.
func forge(_ file: [UInt8], lineFeed: Bool = false, _ change: (inout [String: Any]) throws -> Void) throws -> [UInt8] {
    var object = try #require(JSONSerialization.jsonObject(with: Data(file)) as? [String: Any])
    try change(&object)
    let text = [UInt8](try JSONSerialization.data(withJSONObject: object, options: [.sortedKeys, .withoutEscapingSlashes]))
    return lineFeed ? text + [10] : text
}
