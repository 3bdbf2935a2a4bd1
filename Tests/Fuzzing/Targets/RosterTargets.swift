internal import Identity
internal import Minisign
internal import Records
internal import Roster
internal import Sodium
internal import SodiumIdentity
internal import TestVault

/// Signed texts: cards, rosters, requests, approvals, pins, and the signatures themselves.
let rosterTargets = [
    FuzzTarget("minisign", maximumBytes: 1200, seeds: { try signatures(in: $0) }) { world, input in
        try judgeSignature(input, in: world)
    },
    FuzzTarget("card", seeds: { world in try cards(in: world).map(\.text) }) { world, input in
        try judgeCard(input, in: world)
    },
    FuzzTarget("pin", maximumBytes: 1100, seeds: { [$0.vault.roster.pin.fileBytes] }) { _, input in
        guard let pin = try? Pin(file: input) else { return .refused }
        try demand(pin.fileBytes == input, "a pin has a second form")
        return .accepted
    },
    FuzzTarget("request", maximumBytes: 8192, seeds: { world in try requests(in: world).map(\.bytes) }) { world, input in
        try judgeRequest(input, in: world)
    },
    FuzzTarget("approval", seeds: { world in try approvals(in: world) }) { world, input in
        try judgeApproval(input, in: world)
    },
    FuzzTarget("roster", maximumBytes: 16_384, seeds: { try rosters(in: $0) }) { world, input in
        try judgeRoster(input, in: world)
    },
]

// MARK: - Signatures

private let signedMessage = Array("what was signed".utf8)
private let signedComment = "transcript-vault approval 1"

private func signature(in world: FuzzWorld) -> [UInt8] {
    MinisignSignature.sign(signedMessage.rawSpan, with: world.vault.lena.signingKey, trustedComment: signedComment).fileBytes
}

private func signatures(in world: FuzzWorld) throws -> [[UInt8]] {
    let key = MinisignPublicKey(world.vault.lena.signingKey.publicKey)
    return [signature(in: world), key.fileBytes, Array(key.text.utf8)]
}

private func judgeSignature(_ input: [UInt8], in world: FuzzWorld) throws -> FuzzTarget.Verdict {
    var isSomething = false
    let leadKey = MinisignPublicKey(world.vault.lena.signingKey.publicKey)
    if let found = try? MinisignSignature(file: input) {
        isSomething = true
        try demand(found.fileBytes == input, "a signature has a second form")
        let isValid = (try? found.verify(signedMessage.rawSpan, with: leadKey, expecting: signedComment)) != nil
        // Ed25519 signatures of one key and message are one: libsodium refuses every other.
        try demand(!isValid || input == signature(in: world), "a signature is valid that nobody made")
    }
    if let key = try? MinisignPublicKey(file: input) {
        isSomething = true
        try demand(key.fileBytes == input, "a public key has a second form")
    }
    if let key = String(validating: input, as: UTF8.self).flatMap({ try? MinisignPublicKey(text: $0) }) {
        isSomething = true
        try demand(key.text.utf8.elementsEqual(input), "a public key's text has a second form")
    }
    return isSomething ? .accepted : .refused
}

// MARK: - Cards

private func cards(in world: FuzzWorld) throws -> [Card] {
    let (anna, today) = (world.vault.lena.record.publicKey, TestVault.today)
    let recipient = world.vault.lena.age.recipient.description
    let dated = try [DatedRecipient(text: recipient, from: today, to: nil), DatedRecipient(text: recipient, from: .last, to: .last)]
    return [
        try Card.sign(name: "lena", role: .lead, recordKey: anna, recipients: dated, with: world.vault.lena.signingKey),
        try Card.sign(name: "keeper-2", role: .keeper, recordKey: nil, recipients: [], with: world.vault.lena.signingKey),
    ]
}

/// Somebody who is not in the roster yet.
private func newcomer() throws -> Card {
    let seed = SecretBytes(zeros: SigningKey.seedBytes)
    return try Card.sign(name: "service-2", role: .service, recordKey: nil, recipients: [], with: SigningKey(seed: seed))
}

/// A card that lena signs, whatever it says.
private func judgeCard(_ input: [UInt8], in world: FuzzWorld) throws -> FuzzTarget.Verdict {
    let signature = MinisignSignature.sign(
        input.rawSpan, with: world.vault.lena.signingKey, trustedComment: "transcript-vault card 1"
    ).fileBytes
    let card: Card
    do throws(RosterError) {
        card = try UnverifiedCard(text: input, signature: signature).verified()
    } catch {
        try demand(error.code == .refused, "a card is refused as something else")
        return .refused
    }
    let again = try Card.sign(
        name: card.name, role: card.role, recordKey: card.recordKey, recipients: card.recipients, with: world.vault.lena.signingKey)
    try demand(again.text == input, "a card has a second form")
    try demand(card.signingKey.key == world.vault.lena.signingKey.publicKey, "a card is of a key that did not sign it")
    try demand(Card.isName(card.name) && card.recipients.count <= Card.mostRecipients, "a card is beyond its limits")
    return .accepted
}

// MARK: - Requests and approvals

private let requestID = RequestID(repeatElement(4, count: 16)) ?? .zero

private func requests(in world: FuzzWorld) throws -> [Request] {
    let roster = world.vault.roster
    let conversation = ConversationID(repeatElement(5, count: 16)) ?? .zero
    let expires = TestVault.start.adding(days: 7)
    let day = TestVault.today.adding(days: 3)
    func keeper(_ act: Act, _ target: String) throws -> Request {
        try Request(act: act, targets: [target], vault: roster.vault, id: requestID, expires: expires)
    }
    let change = RosterChange(enrol: [try newcomer()], retire: ["ben"])
    return try roster.requests(for: change, expires: expires) + [
        keeper(.sweep, TestVault.today.description), keeper(.erase, "\(conversation) expiring \(day)"),
        keeper(.hold, "\(conversation) expiring \(day) until \(day.adding(days: 3)) now \(day)"),
        keeper(.release, "\(conversation) expiring \(day) until \(day)"),
        keeper(.changeClass, "\(conversation) expiring \(day) class disclosure until \(day.adding(days: 9)) reason inquiry"),
    ]
}

private func approvals(in world: FuzzWorld) throws -> [[UInt8]] {
    try requests(in: world).map { try $0.review(in: world.vault.roster, at: TestVault.start).approval.text }
}

/// A request as it came: in its one form, in words that show what they say, and approved as it reads.
private func judgeRequest(_ input: [UInt8], in world: FuzzWorld) throws -> FuzzTarget.Verdict {
    guard let request = try? Request(parsing: input) else { return .refused }
    let count = request.targets.count
    try demand(request.bytes == input && (1...Act.mostTargets).contains(count), "a request is beyond its limits")
    if !request.act.changesRoster {
        let again = try Request(
            act: request.act, targets: request.targets, vault: request.vault, id: request.id, expires: request.expires)
        try demand(again == request, "a request has a second form")
    }
    guard let review = try? request.review(in: world.vault.roster, at: TestVault.start) else { return .refused }
    try demand(review.words.allSatisfy(isOneLine) && review.words.count >= 3, "a request's words are not lines for people")
    try demand(review.approval.targets == request.targets && review.approval.act == request.act, "another thing is approved than was shown")
    return .accepted
}

/// An approval that lena signs, whatever it says: it counts for what it says and for nothing else.
private func judgeApproval(_ input: [UInt8], in world: FuzzWorld) throws -> FuzzTarget.Verdict {
    let signature = MinisignSignature.sign(
        input.rawSpan, with: world.vault.lena.signingKey, trustedComment: "transcript-vault approval 1"
    ).fileBytes
    let approval = UnverifiedApproval(text: input, signature: signature)
    var counted = 0
    for request in try requests(in: world) {
        let question = ApprovalQuestion(act: request.act, targets: request.targets, request: request.id, subject: .hold(days: 3))
        guard let people = try? world.vault.roster.check([approval], answer: question, at: TestVault.start) else { continue }
        counted += 1
        let words = try request.review(in: world.vault.roster, at: TestVault.start).approval
        // All but the moment until which it counts is the question's.
        let moment = words.expires.description
        let rest = String(decoding: words.text, as: UTF8.self).split(separator: moment, omittingEmptySubsequences: false)
        try demand(
            rest.count == 2 && input.starts(with: rest[0].utf8) && people.map(\.card.name) == ["lena"], "it counts for another thing")
    }
    try demand(counted <= 1, "an approval counts for two things")
    return counted == 1 ? .accepted : .refused
}

// MARK: - Rosters

private func rosters(in world: FuzzWorld) throws -> [[UInt8]] {
    let (roster, vault) = (world.vault.roster, world.vault)
    let change = RosterChange(enrol: [try newcomer()])
    let request = try roster.requests(for: change, expires: TestVault.start.adding(days: 1))[0]
    let approval = try request.review(in: roster, at: TestVault.start).approval.sign(with: vault.luis.signingKey)
    let first = try world.disk.readFile(vault.layout.roster(number: 1), limitBytes: Limits.rosterBytes)
    return [first, try roster.changed(by: change, approvals: [approval], at: TestVault.start).bytes]
}

/// A roster that the organisation signs, whatever it says: as a first one, and as the next.
private func judgeRoster(_ input: [UInt8], in world: FuzzWorld) throws -> FuzzTarget.Verdict {
    let signature = MinisignSignature.sign(
        input.rawSpan, with: world.vault.organisation.signingKey, trustedComment: "transcript-vault roster 1"
    ).fileBytes
    let file = UnverifiedRoster(bytes: input, signature: signature)
    let known = world.vault.roster
    if let first = try? VerifiedRoster(first: file, organisationKey: known.organisationKey) {
        try check(first)
        try demand(
            first.number == 1 && first.members.allSatisfy { $0.card.role == .lead } || first.leads.isEmpty, "a first roster has others")
        return .accepted
    }
    guard let next = try? known.successor(file) else { return .refused }
    try check(next)
    try demand(next.number == known.number + 1 && next.vault == known.vault && next.members.count >= known.members.count, "no successor")
    return .accepted
}

/// What holds for every roster that is believed.
private func check(_ roster: VerifiedRoster) throws {
    let names = roster.membersInForce.map(\.card.name)
    try demand(Set(names).count == names.count && names.allSatisfy(Card.isName), "two people have one name")
    try demand(isOneLine(roster.organisation) && roster.leadPairs.count <= Limits.leadPairs, "a roster is beyond its limits")
    let again = try VerifiedRoster(roster.file, pinnedBy: roster.pin)
    try demand(again.digest == roster.digest && again.members == roster.members, "a pinned roster is another")
}
