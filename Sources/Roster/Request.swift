internal import Minisign
package import Records

/// Something that leads are asked to approve, as the keeper or the custodian's program gave it out. It is not signed: nothing is done
/// because of it alone.
package struct Request: Hashable, Sendable {
    /// What is to be done.
    package let act: Act
    /// The vault in which.
    package let vault: VaultID
    /// The request's number: of a change of the roster, `VerifiedRoster.changeID`; of a keeper's act, random and spent by it.
    package let id: RequestID
    /// From this moment on its approvals do not count.
    package let expires: Timestamp
    /// What it is to be done to, sorted.
    package let targets: [String]
    /// The cards to be enrolled, in the order of the targets; none for another act.
    package let cards: [Card]
    /// The exact file.
    package let bytes: [UInt8]

    /// A request for an act of the keeper; throws `invalid` for targets that are not the act's, or an act of the roster.
    package init(act: Act, targets: [String], vault: VaultID, id: RequestID, expires: Timestamp) throws(RosterError) {
        guard !act.changesRoster else { throw RosterError(.invalid) }
        try self.init(act: act, targets: targets, cards: [], vault: vault, id: id, expires: expires)
    }

    /// A request of any kind; the cards are those of an enrolment.
    init(act: Act, targets: [String], cards: [Card], vault: VaultID, id: RequestID, expires: Timestamp) throws(RosterError) {
        self.act = act
        self.vault = vault
        self.id = id
        self.expires = expires.wholeSeconds
        self.targets = targets.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
        self.cards = cards.sorted { $0.digest < $1.digest }
        let document = RequestDocument(
            type: RequestDocument.type,
            act: act.rawValue,
            vault: vault.description,
            request: id.description,
            expires: self.expires.description,
            targets: self.targets,
            cards: self.cards.map { CardDocument($0) }
        )
        guard let file = try? CanonicalJSON.file(document), file.count <= Limits.signedTextBytes else { throw RosterError(.invalid) }
        bytes = file
        guard try isConsistent else { throw RosterError(.invalid) }
    }

    /// The request in `bytes`; throws `refused` for anything but its one form, `unsupported` for an act without words.
    package init(parsing bytes: [UInt8]) throws(RosterError) {
        guard let document = try? CanonicalJSON.value(RequestDocument.self, fromFile: bytes, limitBytes: Limits.signedTextBytes),
            document.type == RequestDocument.type, let act = Act(rawValue: document.act), let vault = VaultID(text: document.vault),
            let id = RequestID(text: document.request), let expires = Timestamp(canonical: document.expires)
        else { throw RosterError(.refused) }
        self.act = act
        self.vault = vault
        self.id = id
        self.expires = expires
        targets = document.targets
        var cards: [Card] = []
        for card in document.cards {
            cards.append(try card.unverified.verified())
        }
        self.cards = cards
        self.bytes = bytes
        guard try isConsistent else { throw RosterError(.refused) }
    }

    /// Whether the targets are the act's, and the cards those that the targets name.
    private var isConsistent: Bool {
        get throws(RosterError) {
            guard try act.areTargets(targets) else { return false }
            return act == .enrol ? cards.map(\.digest.description) == targets : cards.isEmpty
        }
    }
}

/// A request as it stands in its file.
struct RequestDocument: Codable {
    static let type = "transcript-vault request 1"

    let type: String
    let act: String
    let vault: String
    let request: String
    let expires: String
    let targets: [String]
    let cards: [CardDocument]
}

/// A card and its signature inside of a JSON document.
struct CardDocument: Codable {
    let card: String
    let signature: String

    init(_ card: Card) {
        self.card = String(decoding: card.text, as: UTF8.self)
        signature = String(decoding: card.signature, as: UTF8.self)
    }

    var unverified: UnverifiedCard {
        UnverifiedCard(text: Array(card.utf8), signature: Array(signature.utf8))
    }
}
