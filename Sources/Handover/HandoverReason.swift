/// Why a record gets another holder: a closed list, so that no reason says anything about a person.
package enum HandoverReason: String, CaseIterable, Sendable {
    /// The holder's key or passphrase is lost.
    case lostKey = "lost-key"
    /// The holder leaves, or works elsewhere.
    case leave
    /// The holder is ill.
    case illness
    /// The young person said yes to another worker.
    case agreed
    /// Somebody's safety.
    case safeguarding

    /// The reason in words.
    package var words: String {
        switch self {
        case .lostKey: "the holder's key or passphrase is lost"
        case .leave: "the holder leaves"
        case .illness: "the holder is ill"
        case .agreed: "the young person agreed to another worker"
        case .safeguarding: "somebody's safety"
        }
    }

    /// Whether the holder can give it: not that their own key is lost.
    package var isForHolders: Bool { self != .lostKey }
}
