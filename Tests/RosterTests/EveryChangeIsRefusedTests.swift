import Minisign
import Records
import Roster
import Sodium
import Tampering
import Testing

@Suite("A card, roster or approval in which anything was changed is refused; a request asks for what it says, or for nothing")
struct EveryChangeIsRefusedTests {
    let charity: Charity

    init() throws {
        charity = try Charity()
    }

    /// Changes of a text and of its signature file, each with the other as it was made.
    private func tamper(
        with text: [UInt8], _ signature: [UInt8], called name: String, extent: Tampering.Extent = .every,
        _ refusal: ([UInt8], [UInt8]) throws -> RosterError.Code?
    ) throws {
        #expect(try refusal(text, signature) == nil)
        try Tampering(of: text, called: name, extent: extent).forEach { change, changed in
            let code = try refusal(changed, signature)
            #expect(code == .refused || code == .unknownSigner, "\(name): \(change)")
        }
        try Tampering(of: signature, called: "the signature of \(name)").forEach { change, changed in
            let code = try refusal(text, changed)
            #expect(code == .refused || code == .unknownSigner, "the signature of \(name): \(change)")
        }
    }

    @Test("a card")
    func card() throws {
        let card = charity.leads[0].card
        try tamper(with: card.text, card.signature, called: "a card") { text, signature in
            try code { _ = try UnverifiedCard(text: text, signature: signature).verified() }
        }
    }

    @Test("a roster: as the first, as the one that was pinned, and as the next")
    func roster() throws {
        let change = RosterChange(enrol: [try Person("anna").card])
        let (pin, key) = (charity.roster.pin, charity.roster.organisationKey)
        let first = charity.roster.file
        try tamper(with: first.bytes, first.signature, called: "a first roster", extent: .aBitOfEveryByte) { bytes, signature in
            try code { _ = try VerifiedRoster(first: UnverifiedRoster(bytes: bytes, signature: signature), organisationKey: key) }
        }
        try tamper(with: first.bytes, first.signature, called: "a pinned roster", extent: .aBitOfEveryByte) { bytes, signature in
            try code { _ = try VerifiedRoster(UnverifiedRoster(bytes: bytes, signature: signature), pinnedBy: pin) }
        }
        let next = try charity.next(change, by: [charity.leads[0]])
        try tamper(with: next.bytes, next.signature, called: "a next roster") { bytes, signature in
            try code { _ = try charity.roster.successor(UnverifiedRoster(bytes: bytes, signature: signature)) }
        }
    }

    @Test("the same by the organisation itself, which signs whatever it changed: the cards and approvals in it still tell")
    func signedByTheOrganisation() throws {
        let next = try charity.next(RosterChange(enrol: [Person("anna").card]), by: [charity.leads[0]])
        let created = try #require(Self.place(of: #""created":""#, in: next.bytes))
        var accepted = 0
        try Tampering(of: next.bytes, called: "a next roster, signed again", extent: .aBitOfEveryByte).forEach { change, changed in
            guard let code = try code({ _ = try charity.roster.successor(charity.sign(changed)) }) else {
                // The moment of a change within what its approvals allow is the organisation's to say.
                if case .flip(let byte, _) = change { #expect(created.contains(byte), "\(change)") } else { Issue.record("\(change)") }
                accepted += 1
                return
            }
            #expect(code != .storage && code != .missing, "\(change)")
        }
        #expect(accepted < created.count)
    }

    /// Where the value behind `key` stands, without its closing quotation mark.
    private static func place(of key: String, in bytes: [UInt8]) -> Range<Int>? {
        let key = Array(key.utf8)
        guard let start = bytes.indices.first(where: { bytes[$0...].starts(with: key) }) else { return nil }
        let from = start + key.count
        return bytes[from...].firstIndex(of: UInt8(ascii: "\"")).map { from..<$0 }
    }

    /// A request to hold a conversation, which one lead may approve.
    private func request() throws -> Request {
        let conversation = try #require(ConversationID(SystemRandom().bytes(16)))
        return try Request(
            act: .hold,
            targets: [
                ConversationTarget(conversation, expiry: charity.now.later(days: 3).day, until: charity.now.later(days: 10).day).text
            ], vault: charity.roster.vault,
            id: #require(RequestID(SystemRandom().bytes(16))), expires: charity.now.later(days: 7))
    }

    private func question(_ request: Request) -> ApprovalQuestion {
        ApprovalQuestion(act: request.act, targets: request.targets, request: request.id, subject: .hold(days: 10))
    }

    @Test("an approval")
    func approval() throws {
        let request = try request()
        let signed = try request.review(in: charity.roster, at: charity.now).approval.sign(with: charity.leads[0].key)
        try tamper(with: signed.text, signed.signature, called: "an approval") { text, signature in
            try code {
                let approval = UnverifiedApproval(text: text, signature: signature)
                _ = try charity.roster.check([approval], answer: question(request), at: charity.now)
            }
        }
    }

    @Test("a request, which nobody signed, is not one any more, or asks for something else in its words and in its approval")
    func changedRequest() throws {
        let request = try request()
        let words = try request.review(in: charity.roster, at: charity.now).words
        var reviewed = 0
        try Tampering(of: request.bytes, called: "a request").forEach { change, changed in
            guard let other = try? Request(parsing: changed) else { return }
            #expect(other != request && other.bytes == changed, "\(change)")
            guard let review = try? other.review(in: charity.roster, at: charity.now) else { return }
            reviewed += 1
            // What the lead reads and signs is what the changed file says, in its one form.
            let isSame = other.id == request.id && other.targets == request.targets
            #expect(review.words != words || other.id != request.id, "\(change)")
            let approval = review.approval.sign(with: charity.leads[0].key)
            let answer = try code { _ = try charity.roster.check([approval], answer: question(request), at: charity.now) }
            #expect((answer == nil) == isSame, "\(change)")
            #expect(isSame ? other.expires != request.expires : answer == .otherRequest || answer == .otherTargets, "\(change)")
        }
        #expect(reviewed > 0)
    }

    @Test("a request to enrol somebody: the card in it is still that person's, or it is refused")
    func changedEnrolment() throws {
        let anna = try Person("anna")
        let request = try charity.roster.requests(for: RosterChange(enrol: [anna.card]), expires: charity.now.later(days: 7))[0]
        Tampering(of: request.bytes, called: "a request to enrol").forEach { change, changed in
            guard let other = try? Request(parsing: changed) else { return }
            #expect(other.cards == [anna.card] && other.targets == request.targets && other != request, "\(change)")
        }
    }
}
