internal import FoundationEssentials
internal import Records
internal import Roster
internal import System
internal import TestVault

/// Lines, forms and small values.
let recordTargets = [
    FuzzTarget("event-line", seeds: { _ in FuzzWorld.lines + eventLines }) { _, input in
        guard let event = try? EventLine(input) else { return .refused }
        try demand(input.count <= Limits.lineBytes && (1...1024).contains(event.conversation.utf8.count), "an event is too long")
        // RFC 8259: inside of a string they are escaped, and outside of one there is white space at most. So a line is one line, of UTF-8.
        try demand(input.allSatisfy { $0 >= 0x20 || $0 == 0x09 || $0 == 0x0A || $0 == 0x0D }, "a control character is read as JSON")
        let kept = Consent.Scope.transcript(of: [input], from: 1, to: 1, redacted: [], includesInternal: false)
        try demand(event.isInternal ? kept.isEmpty : kept == input + [0x0A], "a line among workers would be passed on")
        return .accepted
    },
    FuzzTarget("consent-form", seeds: { _ in [Array(FuzzWorld.form.utf8)] }) { _, input in
        let form: ConsentForm
        do throws(RecordsError) {
            form = try ConsentForm(json: input)
        } catch {
            try demand(isOneLine(error.message) && error.message.utf8.count < 200, "a refusal is no line for a person")
            return .refused
        }
        let evidence = Consent.Evidence(asked: form.asked, askedDigest: "", answered: form.answered, answeredDigest: "", answer: "yes")
        let scope = Consent.Scope(from: 1, to: 1, redacted: [], includesInternal: false, digest: "")
        let consent = form.consent(
            id: .zero, conversation: .zero, pseudonym: form.pseudonym ?? "", evidence: evidence, scope: scope, card: "",
            given: TestVault.start, validUntil: TestVault.today)
        let line = try CanonicalJSON.line(consent)
        try demand(
            try CanonicalJSON.value(Consent.self, fromLine: line, limitBytes: .max) == consent, "a consent is not read as it is written")
        return .accepted
    },
    FuzzTarget("act-line", seeds: { try [acts(in: $0)].flatMap { $0 } }) { _, input in
        let isAct = try [isOneForm(Consent.self, input), isOneForm(SpentConsent.self, input), isOneForm(ReceivedCopy.self, input)]
        return isAct.contains(true) ? .accepted : .refused
    },
    FuzzTarget("value", maximumBytes: 128, seeds: { _ in values.map { Array($0.utf8) } }) { _, input in
        guard let text = String(validating: input, as: UTF8.self) else { return .refused }
        return try judgeValue(text)
    },
    FuzzTarget("line-reader", maximumBytes: 600, seeds: { _ in [[7, 3] + Array("one\ntwo\r\n\nthree".utf8), [255, 255, 10]] }) { _, input in
        try judgeLines(input)
    },
]

/// Whether the bytes are a value's one form; what is read through `CanonicalJSON` is written again as it was.
func isOneForm<Value: Codable & Equatable>(_ type: Value.Type, _ input: [UInt8]) throws -> Bool {
    guard let value = try? CanonicalJSON.value(type, fromLine: input, limitBytes: Limits.recordBytes) else { return false }
    try demand(try CanonicalJSON.line(value) == input, "a \(type) has a second form")
    try demand(input.allSatisfy { $0 >= 0x20 }, "a \(type) is more than a line")
    return true
}

/// Whether a text is one line that shows what it says.
func isOneLine(_ text: String) -> Bool { SignedText.isValue(text) }

private let eventLines = [
    #"{"v":1,"kind":"other","conversation":"c","received_at":"2026-11-02T09:00:02.533+01:00","relation":{"replaces":"x"}}"#,
    #"{"v":1,"kind":"edit","conversation":"ü","id":null,"at":null,"author":null,"body":{"text":null},"relation":7,"visibility":"all"}"#,
].map { Array($0.utf8) }

private func acts(in world: FuzzWorld) throws -> [[UInt8]] {
    let bundle = try world.bundle.get()
    let texts = [bundle.statement, bundle.signature, bundle.consent].map { String(decoding: $0, as: UTF8.self) }
    let received = ReceivedCopy(
        bundle: "b", statement: texts[0], signature: texts[1], consent: texts[2], importedAt: TestVault.start.description)
    let spent = SpentConsent(consent: "c", bundle: "b", statement: texts[0], signature: texts[1])
    return [bundle.consent, try CanonicalJSON.line(spent), try CanonicalJSON.line(received)]
}

private let values = [
    "2026-11-23", "2024-02-29", "2026-11-23T12:00:00Z", "1970-01-01t00:00:60.123456789+23:59", "P1Y", "P999D",
    "0123456789abcdef0123456789abcdef", "0123456789abcdef0123456789abcdef.0123456789abcdef0123456789abcdef.transcript",
    "0123456789abcdef0123456789abcdef expiring 2026-11-23 until 2027-01-01 now 2026-12-01", "anna", "Robin",
    "0123456789abcdef0123456789abcdef expiring 2026-11-23 class disclosure until 2033-11-23 reason inquiry",
    "0123456789abcdef0123456789abcdef expiring 2026-11-23 holder 0123456789abcdef0123456789abcdef",
]

private func judgeValue(_ text: String) throws -> FuzzTarget.Verdict {
    var isSomething = false
    func same(_ written: String?, _ what: String) throws {
        guard let written else { return }
        isSomething = true
        try demand(written.utf8.elementsEqual(text.utf8), "\(what) has a second form")
    }
    try same(Day(text: text)?.description, "a day")
    try same(ConversationID(text: text)?.description, "an id")
    try same(VaultLayout.parsePartName(text).map { VaultLayout.partName($0.part, of: $0.conversation) }, "a part's name")
    try same(ConversationTarget(text: text)?.text, "a conversation's target")
    try same(Hex.decode(text).map { Hex.encode($0) }, "hexadecimal")
    if let period = RetentionPeriod(text: text) {
        isSomething = true
        try demand(RetentionPeriod(text: period.description) == period, "a period is not read as it is written")
        try demand(period.expiry(from: TestVault.today) > TestVault.today && period.expiry(from: .last) == .last, "a period is no time")
    }
    if let moment = Timestamp(text: text) {
        isSomething = true
        try demand(moment.day <= .last && moment.nanoseconds < 1_000_000_000, "a moment is outside of time")
        let written = Timestamp(text: moment.description)
        try demand(moment.seconds < 0 || moment.day == .last || written?.seconds == moment.seconds, "a moment is not read as it is written")
    }
    if Card.isName(text) { try demand(isOneLine(text) && text.utf8.count <= Limits.nameBytes, "a name is no line") }
    return isSomething || Card.isName(text) || Consent.isRealName(text) ? .accepted : .refused
}

/// Lines as the reader finds them in pieces of any size, and as they plainly are.
private func judgeLines(_ input: [UInt8]) throws -> FuzzTarget.Verdict {
    var pieces = Pieces(input)
    let (limit, chunk) = (Int(pieces.byte()), Int(pieces.byte()) + 1)
    let bytes = pieces.rest()
    var expected: [LineReader.Line] = []
    let parts = bytes.split(separator: 0x0A, omittingEmptySubsequences: false)
    for (index, part) in parts.enumerated() where index < parts.count - 1 || !part.isEmpty {
        expected.append(part.count <= limit ? .line(Array(part), number: index + 1) : .tooLong(number: index + 1))
    }
    let file = try ScratchFile(bytes)
    var reader = LineReader(descriptor: file.descriptor, lineLimitBytes: limit, chunkBytes: chunk)
    for line in expected { try demand(try reader.next() == line, "a line is not what stands there") }
    try demand(try reader.next() == nil, "there is a line too many")
    return .accepted
}
