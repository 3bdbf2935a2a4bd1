import KeyCalendar
import Records
import Sodium
import System

private let vault = "/files/vault"

private func secret(_ hex: String) -> SecretBytes? {
    Hex.decode(hex).map { SecretBytes(copying: $0.rawSpan) }
}

/// Secret bytes of a test in hexadecimal.
func hex(_ secret: borrowing SecretBytes) -> String {
    Hex.encode(secret.bytes.array)
}

private func secretField(_ answer: KnownAnswer, _ name: String) throws -> SecretBytes {
    guard let value = secret(try answer.value(name)) else { throw KnownAnswer.FormError(what: name) }
    return value
}

/// What a calendar file holds, and what it answers.
@Sendable func judgeCalendar(_ answer: KnownAnswer) throws -> [KnownAnswer.Field] {
    let value = try secretField(answer, "cell-value")
    guard let file = answer.files.first, answer.files.count == 1, file.name == CalendarFile.name(under: value) else {
        throw KnownAnswer.FormError(what: "the calendar has another name than its cell value gives")
    }
    let calendar: Calendar
    do {
        calendar = try CalendarFile.open(file.bytes, under: value)
    } catch {
        return refused
    }
    let today = try answer.value("today") { Day(text: $0) }
    var found: [KnownAnswer.Field] = [
        ("expect", "opened"), ("vault", "\(calendar.vault)"), ("serial", "\(calendar.serial)"), ("high-water", "\(calendar.highWater)"),
        ("counts", "\(calendar.pages.count) \(calendar.keptLeaves.count) \(calendar.spentRequests.count)"),
    ]
    var asked: [ConversationID] = []
    for question in answer.values("question") {
        let words = question.split(separator: " ")
        guard words.count == 2, let day = Day(text: words[0]), let conversation = ConversationID(text: words[1]) else {
            throw KnownAnswer.FormError(what: "a question")
        }
        found.append(("answer", "\(question) \(text(of: calendar.leaf(day: day, conversation: conversation, today: today)))"))
        if !asked.contains(conversation) { asked.append(conversation) }
    }
    for conversation in asked {
        found.append(("erased", "\(conversation) \(calendar.isErased(conversation, today: today) ? "yes" : "no")"))
    }
    return found
}

private func text(of answer: consuming LeafAnswer) -> String {
    switch consume answer {
    case .leaf(let leaf): hex(leaf)
    case .noPage: "no-page"
    case .expired: "expired"
    case .erased: "erased"
    }
}

/// Whether a slot of a cell is valid.
@Sendable func judgeSlot(_ answer: KnownAnswer) throws -> [KnownAnswer.Field] {
    let bytes = try answer.file("slot")
    if let slot = CellSlot(bytes.rawSpan) {
        return [
            ("expect", "valid"), ("vault", "\(slot.vault)"), ("serial", "\(slot.serial)"),
            ("cell-value", hex(slot.value)),
        ]
    }
    return [("expect", "not-valid")]
}

/// Which calendar the cells of a vault open.
@Sendable func judgeCell(_ answer: KnownAnswer) throws -> [KnownAnswer.Field] {
    let disk = try answer.disk(root: "/files")
    for directory in VaultLayout(root: vault).directories { try disk.createDirectories(directory, mode: VaultLayout.directoryMode) }
    let cells = (1...(try answer.value("cells") { Int($0) })).map { "/files/cells/\($0)" }
    for cell in cells { try disk.createDirectories(cell, mode: CellDirectory.mode) }
    let place = StorePlace(
        vault: try answer.value("vault") { VaultID(text: $0) }, cells: cells, layout: VaultLayout(root: vault), fileSystem: disk,
        random: SystemRandom(), observer: NoObserver())
    do {
        let store = try CalendarStore.open(place, keeper: SigningKey(seed: SecretBytes(zeros: SigningKey.seedBytes)), lastDone: 0)
        return [("expect", "in-force"), ("serial", "\(store.serial)")]
    } catch let error as KeyCalendarError {
        switch error.code {
        case .calendarMissing: return [("expect", "calendar-missing")]
        case .corrupt: return [("expect", "calendar-damaged")]
        case .cellMissing, .noValidSlot, .cellFromAnotherVault, .cellsDiffer: return refused
        default: throw error
        }
    }
}

/// Keeps no ledger and removes no files.
private final class NoObserver: ActObserver {
    func recordIntent(_ act: RecordedAct) throws(KeyCalendarError) {}
    func recordDone(_ act: RecordedAct) throws(KeyCalendarError) {}
}

/// What an intent says.
@Sendable func judgeIntent(_ answer: KnownAnswer) throws -> [KnownAnswer.Field] {
    let key = try SigningPublicKey(answer.value("keeper-key") { Hex.decode($0) })
    do {
        let intent = try Intent(signedText: answer.file("intent"), keeper: key)
        return [
            ("expect", "accepted"), ("vault", "\(intent.vault)"), ("serial", "\(intent.serial)"), ("act", intent.act.name.rawValue),
        ] + intent.act.changes.map { ("change", $0.text) } + intent.act.approvals.map { ("approval", Hex.encode($0)) }
    } catch is KeyCalendarError {
        return refused
    }
}
