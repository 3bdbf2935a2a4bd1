internal import KeyCalendar
internal import Records
internal import Sodium

/// What the keeper reads from its disk: calendars, cells, intents.
let calendarTargets = [
    FuzzTarget("calendar", seeds: { _ in try calendars() }) { _, input in
        // As a file it opens only where it was sealed under the value, which no input was.
        let value = SecretBytes(copying: cellValue.rawSpan)
        if (try? CalendarFile.open(input, under: value)) != nil { throw Finding("a calendar opens that nobody sealed") }
        guard let calendar = try? Calendar(content: SecretBytes(copying: input.rawSpan)) else { return .refused }
        try demand(written(calendar, like: input) == input, "a calendar has a second form")
        try judgeActs(on: calendar)
        let file = CalendarFile.seal(calendar, under: value, random: SystemRandom())
        let again = try CalendarFile.open(file, under: value)
        try demand(again.pages == calendar.pages && again.keptLeaves == calendar.keptLeaves, "a calendar is not read as it was sealed")
        return .accepted
    },
    FuzzTarget("cell-slot", maximumBytes: CellSlot.sizeBytes, seeds: { _ in [slot()] }) { _, input in
        if let found = CellSlot(input.rawSpan) { try demand(input.starts(with: checked(found)), "a slot has a second form") }
        guard input.count >= checkedBytes else { return .refused }
        // With the check that fits, so that it is the rest of the slot that decides.
        let checkedPart = Array(input.prefix(checkedBytes))
        let whole = checkedPart + BLAKE2b.hash(checkedPart, digestBytes: 16) + [UInt8](repeating: 0, count: 4096 - 80)
        guard let found = CellSlot(whole.rawSpan) else { return .refused }
        try demand(checked(found) == Array(whole.prefix(80)), "a slot has a second form")
        return .accepted
    },
    FuzzTarget("intent", seeds: { _ in try intents() }) { world, input in
        // Signed by the keeper, so that it is the text that decides.
        let signature = world.vault.service.sign(input)
        let signed = input + Array("signature: \(Hex.encode(signature))\n".utf8)
        guard let intent = try? Intent(signedText: signed, keeper: world.vault.service.publicKey) else { return .refused }
        try demand(try intent.signed(by: world.vault.service) == signed, "an intent has a second form")
        return .accepted
    },
]

private let checkedBytes = 64
private let cellValue = [UInt8](repeating: 0xC5, count: 32)
private let vault = VaultID(repeatElement(7, count: 16)) ?? .zero
private let firstDay = Day(number: 20_000)

private func conversation(_ number: UInt8) -> ConversationID { ConversationID(repeatElement(number, count: 16)) ?? .zero }

private let acts: [[CalendarChange]] = [
    [.addPages([firstDay, firstDay.adding(days: 2)])],
    [.addPages([firstDay]), .puncture(conversation(1), day: firstDay)],
    [
        .addPages([firstDay]), .keep(conversation(2), day: firstDay, until: firstDay.adding(days: 9), .held),
        .spend(SpentRequest(RequestID(repeatElement(3, count: 16)) ?? .zero, until: firstDay)),
    ],
    [
        .addPages([]),
        .tearOff(before: firstDay, budget: TimeBudget(full: TimeMark(boot: BootID(repeatElement(1, count: 16)) ?? .zero, seconds: 1))),
    ],
]

private func calendars() throws -> [[UInt8]] {
    try acts.map { changes in
        let calendar = try Calendar.first(vault: vault, by: CalendarAct(.draw, changes), random: SeededRandom(seed: 5))
        let file = CalendarFile.seal(calendar, under: SecretBytes(copying: cellValue.rawSpan), random: SeededRandom(seed: 6))
        let key = HKDF.derive(
            from: SecretBytes(copying: cellValue.rawSpan), info: Array("transcript-vault/v1/calendar\0".utf8), count: 32)
        let content = try XChaCha20Poly1305.open(file.rawSpan.extracting(10..<file.count), authenticating: Array(file[..<10]), key: key)
        return content.bytes.array
    }
}

private func intents() throws -> [[UInt8]] {
    let digest = [UInt8](repeating: 0xAB, count: 32)
    return try (acts + [[.release(conversation(1), day: firstDay, .disclosure)]]).map { changes in
        let act = try CalendarAct(.hold, changes, approvals: [digest])
        let seed = SecretBytes(zeros: SigningKey.seedBytes)
        let text = try Intent(vault: vault, serial: 17, act: act).signed(by: SigningKey(seed: seed))
        return Array(text.dropLast("signature: \n".utf8.count + 128))
    }
}

private func slot() -> [UInt8] {
    let value = SecretBytes(copying: cellValue.rawSpan)
    let bytes = CellSlot(vault: vault, serial: 9, value: value).written(random: SeededRandom(seed: 7))
    return bytes.bytes.array
}

private func checked(_ slot: CellSlot) -> [UInt8] {
    let bytes = slot.written(random: SeededRandom(seed: 7))
    return Array(bytes.bytes.array.prefix(80))
}

/// A calendar written again field by field, as `Docs/Spec/Calendar.md` says, with the keys that stand in `content`.
private func written(_ calendar: borrowing Calendar, like content: [UInt8]) -> [UInt8] {
    var bytes = calendar.vault.bytes
    bytes.append(littleEndian: calendar.serial)
    bytes.append(littleEndian: calendar.highWater.number)
    bytes.append(littleEndian: calendar.budget.days)
    bytes += calendar.budget.mark.boot.bytes
    bytes.append(littleEndian: calendar.budget.mark.seconds)
    bytes.append(littleEndian: UInt32(calendar.pages.count))
    bytes.append(littleEndian: UInt32(calendar.keptLeaves.count))
    bytes.append(littleEndian: UInt32(calendar.spentRequests.count))
    func copy(_ count: Int) { bytes += content.dropFirst(bytes.count).prefix(count) }
    for page in calendar.pages {
        bytes.append(littleEndian: page.day.number)
        bytes.append(littleEndian: UInt16(page.nodeCount))
        copy(page.nodeCount * KeyTree.nodeBytes)
    }
    for leaf in calendar.keptLeaves {
        bytes += leaf.conversation.bytes
        bytes.append(littleEndian: leaf.day.number)
        bytes.append(littleEndian: leaf.until.number)
        bytes.append(leaf.retention.rawValue)
        copy(KeyTree.keyBytes)
    }
    for spent in calendar.spentRequests {
        bytes += spent.request.bytes
        bytes.append(littleEndian: spent.until.number)
    }
    return bytes
}

/// What was read answers, and can be changed into what is read again.
private func judgeActs(on calendar: borrowing Calendar) throws {
    let (day, today) = (calendar.pages.last?.day ?? firstDay, calendar.highWater)
    let wanted = conversation(1)
    if case .expired = calendar.leaf(day: day, conversation: wanted, today: today), calendar.page(for: day) != nil {
        throw Finding("a page that is there has expired")
    }
    let changes: [CalendarChange] = [
        .puncture(wanted, day: day), .addPages([today.adding(days: 1)]), .keep(conversation(2), day: day, until: today, .disclosure),
        .tearOff(before: day.adding(days: 1), budget: calendar.budget),
    ]
    guard calendar.serial < .max - 1 else { return }
    for change in changes {
        guard let next = try? calendar.applying(CalendarAct(.draw, [change]), random: SystemRandom()) else { continue }
        try demand(next.serial == calendar.serial + 1 && next.highWater >= calendar.highWater, "a calendar goes back")
        if case .puncture = change, case .leaf = next.leaf(day: day, conversation: wanted, today: today) {
            try demand(calendar.keptLeaves.contains { $0.conversation == wanted }, "what was erased has a leaf")
        }
    }
}
