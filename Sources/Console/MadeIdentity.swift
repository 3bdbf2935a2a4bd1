package import Roster

/// A new identity, as `--json` tells it in every program that makes one.
package struct MadeIdentity: Encodable {
    private let name: String
    private let role: String
    private let identity: String?
    private let card: String
    private let card_signature: String
    private let fingerprint: String

    /// The identity at a path, where it lies in one place, and its card at another.
    package init(_ card: Card, at identity: String?, card path: String) {
        name = card.name
        role = card.role.rawValue
        self.identity = identity
        self.card = path
        card_signature = "\(path).minisig"
        fingerprint = card.fingerprint
    }
}
