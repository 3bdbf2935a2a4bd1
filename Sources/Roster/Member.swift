package import Records

/// An entry of a verified roster: a card and the days on which it counts. Only a verified roster gives one.
package struct Member: Hashable, Sendable {
    /// The card.
    package let card: Card
    /// The day of its enrolment.
    package let validFrom: Day
    /// The day of its retirement, the last on which what it signed counts; nil while it is in force.
    package let validTo: Day?

    init(card: Card, validFrom: Day, validTo: Day?) {
        self.card = card
        self.validFrom = validFrom
        self.validTo = validTo
    }

    /// Whether something new may be sealed, sent or entrusted to it: not retired.
    ///
    /// No day is asked: entries begin and end on the day of a roster, so the roster at hand knows, whatever the clock says.
    package var isInForce: Bool { validTo == nil }

    /// Whether what it signed on `day` counts: the day of its retirement included.
    package func couldSign(on day: Day) -> Bool {
        validFrom <= day && (validTo.map { day <= $0 } ?? true)
    }

    /// The same entry, retired on `day`.
    func retired(on day: Day) -> Member {
        Member(card: card, validFrom: validFrom, validTo: day)
    }
}
