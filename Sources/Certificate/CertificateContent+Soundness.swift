internal import Records

extension CertificateContent {
    private static let digestBytes = 32

    /// Whether every value is one that a keeper writes, and none contradicts another: what is said to be complete was seen to be.
    var isSound: Bool { type == Self.context && isNumbered && isDated && isCounted && isConsistent }

    /// Whether a certificate of this act, with this verification, can complete this one.
    ///
    /// Keys that were found after a sweep are looked for again by each later one, and by each catching up. Which conversations' keys were found
    /// stands nowhere, so nobody can look for them again.
    package func isCompletable(by act: String, _ later: Verified) -> Bool {
        verified.keysFound == 0 || (mayBeCompleted && [Self.sweep, Self.catchUp].contains(act) && later.keysSought > 0)
    }

    /// Whether, incomplete, it is not so for ever.
    package var mayBeCompleted: Bool { verified.keysFound == 0 || act == Self.sweep }

    private var isNumbered: Bool {
        let hasPrevious = previous.map(Self.isDigest) ?? false
        let mayBeFirst = Self.beginsAnew(number)
        return number > 0 && (number == 1 || previous == nil ? mayBeFirst && previous == nil : hasPrevious) && calendar > 0
            && zip(completes, completes.dropFirst()).allSatisfy { $0 < $1 } && completes.allSatisfy { $0 > 0 && $0 < number }
    }

    private var isDated: Bool {
        let isDone = done.map(Self.isMoment) ?? (act == Self.catchUp)
        return Self.isMoment(time.clock) && isDone && Day(text: destroyed.from) != nil && Day(text: destroyed.until) != nil
            && (ledger.entry == nil) == (act == Self.catchUp) && (done == nil) == (act == Self.catchUp)
    }

    private var isCounted: Bool {
        let counts = [
            destroyed.pages, destroyed.erased, destroyed.conversations ?? 0, files.removed ?? 0, files.left, remaining.overdue,
            remaining.pages, remaining.calendars, time.drawn, time.left, verified.cells, verified.readBack, verified.earlierTried,
            verified.earlierOpened, verified.keysSought, verified.keysFound,
        ]
        return counts.allSatisfy { $0 >= 0 } && destroyed.kept.isSound && remaining.kept.isSound
            && ledger.entry.map { $0 > 0 } ?? true && (approvals + [program.sha256]).allSatisfy(Self.isDigest)
    }

    /// A state that what was seen does not bear out is never believed, whoever signed it.
    private var isConsistent: Bool {
        (state == .complete) == lagging.isEmpty && (state == .incomplete || verified.isPassed) && (state == .complete || completes.isEmpty)
            && verified.cells == cells.count && !cells.isEmpty && lines.allSatisfy(Self.isLine)
    }

    private var lines: [String] {
        [organisation, act, program.name, program.version, keeper] + lagging + warnings + cells.flatMap { [$0.label, $0.level, $0.reason] }
    }

    private static func isLine(_ text: String) -> Bool {
        !text.isEmpty
            && text.unicodeScalars.allSatisfy { $0.properties.generalCategory != .control && $0 != "\u{2028}" && $0 != "\u{2029}" }
    }

    private static func isDigest(_ text: String) -> Bool { Hex.decode(text)?.count == digestBytes }

    private static func isMoment(_ text: String) -> Bool { Timestamp(text: text)?.description == text }
}
