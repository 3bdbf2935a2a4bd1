package import Records

/// An age recipient and the days on which copies may be encrypted to it.
package struct DatedRecipient: Hashable, Sendable {
    /// `age1…`, whose form was checked but not its checksum: that is the age module's business.
    package let text: String
    /// The first day of its use.
    package let from: Day
    /// The last day of its use; nil where it has no end.
    package let to: Day?

    /// Length of an X25519 recipient in characters.
    package static let textBytes = 62

    /// A recipient with its days; throws `invalid` where the text is not an age X25519 recipient or the days are the wrong way round.
    package init(text: String, from: Day, to: Day?) throws(RosterError) {
        guard Self.isRecipient(text), to.map({ from <= $0 }) ?? true else { throw RosterError(.invalid) }
        self.text = text
        self.from = from
        self.to = to
    }

    /// Whether copies may be encrypted to it on `day`.
    package func isValid(on day: Day) -> Bool {
        from <= day && (to.map { day <= $0 } ?? true)
    }

    /// The value of a card's `age-recipient` line.
    var line: String {
        "\(text) from \(from) to \(to?.description ?? "-")"
    }

    /// The recipient that a card's line names; nil for anything else.
    init?(line: String) {
        let words = line.split(separator: " ", omittingEmptySubsequences: false)
        guard words.count == 5, words[1] == "from", words[3] == "to", let from = Day(text: words[2]) else { return nil }
        let to = Day(text: words[4])
        guard to != nil || words[4] == "-", let recipient = try? DatedRecipient(text: String(words[0]), from: from, to: to) else {
            return nil
        }
        self = recipient
    }

    /// Cards list their recipients in this order, each line once.
    func precedes(_ other: DatedRecipient) -> Bool {
        (from, text) < (other.from, other.text)
    }

    /// Whether a text is an age X25519 recipient, its checksum apart.
    package static func isRecipient(_ text: String) -> Bool {
        // Plugins' recipients have a second "1", which is not in Bech32's alphabet.
        let alphabet = Array("qpzry9x8gf2tvdw0s3jn54khce6mua7l".utf8)
        let bytes = Array(text.utf8)
        return bytes.count == textBytes && bytes.starts(with: Array("age1".utf8)) && bytes.dropFirst(4).allSatisfy(alphabet.contains)
    }
}
