internal import Ledger
internal import Records
internal import Sodium
internal import System
internal import TestVault

/// The ledger's file.
let ledgerTargets = [
    FuzzTarget("ledger", maximumBytes: 8192, seeds: { try [entries(in: $0), entries(in: $0) + Array("torn".utf8)] }) { world, input in
        try judgeLedger(input, in: world)
    }
]

private let layout = VaultLayout(root: "/ledger-of")
private let vault = VaultID(repeatElement(7, count: 16)) ?? .zero

private func keeper(_ world: FuzzWorld) throws -> SigningKey {
    let seed = world.vault.service.seed()
    return try SigningKey(seed: seed)
}

/// The entries of a ledger of our own, without their signatures, a line each.
private func entries(in world: FuzzWorld) throws -> [UInt8] {
    let disk = MemoryFileSystem()
    let ledger = try Ledger(fileSystem: disk, layout: layout, vault: vault, keeper: keeper(world))
    for state in [LedgerEvent.State.intent, .done] {
        let event = try LedgerEvent(
            state, act: "sweep", serial: 4, until: TestVault.today, approvals: [[UInt8](repeating: 1, count: 32)], cells: ["L1"])
        try ledger.append(event, at: TestVault.start)
    }
    let lines = try disk.readFile(layout.ledgerActs, limitBytes: 1 << 20).split(separator: 0x0A)
    // {"entry":…,"signature":"…"}
    return lines.flatMap { Array($0.dropFirst(9).dropLast(104)) + [0x0A] }
}

/// Lines that the keeper signs, whatever they say, wherever they look like entries; others as they are.
private func judgeLedger(_ input: [UInt8], in world: FuzzWorld) throws -> FuzzTarget.Verdict {
    let context = Array("transcript-vault ledger entry 1\n".utf8)
    let lines = input.split(separator: 0x0A, omittingEmptySubsequences: false).map { line -> [UInt8] in
        guard line.first == UInt8(ascii: "{") else { return Array(line) }
        let signature = Base64.encode(world.vault.service.sign(context + line))
        return Array("{\"entry\":".utf8) + line + Array(",\"signature\":\"\(signature)\"}".utf8)
    }
    let bytes = Array(lines.joined(separator: [0x0A]))
    let disk = MemoryFileSystem()
    try disk.createDirectories(layout.ledger, mode: VaultLayout.directoryMode)
    try disk.writeDurably(layout.ledgerActs, bytes.rawSpan, mode: VaultLayout.fileMode)
    guard let reading = try? read(disk, world) else { return .refused }
    try demand(reading.entries.map(\.number) == Array(0..<reading.entries.count).map { $0 + 1 }, "entries are not in their order")
    try demand(reading.entries.count <= lines.count && reading.tornBytes <= bytes.count, "more is read than is there")
    // It goes on from whatever was read, and nothing that was there is lost or changed.
    let ledger = try Ledger(fileSystem: disk, layout: layout, vault: vault, keeper: keeper(world))
    let event = try LedgerEvent(.done, act: "fuzz", serial: 1)
    guard (try? ledger.append(event, at: TestVault.start)) != nil else { return .refused }
    let after = try read(disk, world)
    try demand(after.entries.starts(with: reading.entries) && after.tornBytes == 0, "a ledger does not go on as it was")
    try demand(try disk.readFile(layout.ledgerActs, limitBytes: 1 << 20).starts(with: bytes), "a ledger was changed")
    return reading.entries.isEmpty ? .refused : .accepted
}

private func read(_ disk: MemoryFileSystem, _ world: FuzzWorld) throws -> LedgerReading {
    try LedgerReading.read(fileSystem: disk, layout: layout, vault: vault, keys: [world.vault.service.publicKey])
}
