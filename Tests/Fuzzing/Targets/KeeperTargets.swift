internal import Keeper
internal import KeyCalendar
internal import Logging
internal import Records
internal import Retention
internal import Sodium
internal import System
internal import TestVault

/// The keeper's socket, from both ends.
let keeperTargets = [
    FuzzTarget("keeper-request", seeds: { _ in requests.map { Array($0.encoded.dropFirst(KeeperFrame.lengthBytes)) } }) { _, input in
        guard let request = KeeperRequest(frame: input) else { return .refused }
        try demand(Array(request.encoded.dropFirst(KeeperFrame.lengthBytes)) == input, "a question has a second form")
        return .accepted
    },
    FuzzTarget("keeper-document", seeds: { try documents(in: $0) }) { _, input in
        try judgeDocument(input)
    },
    FuzzTarget("keeper-answer", maximumBytes: 1024, seeds: { _ in answers }) { world, input in
        try judgeAnswer(input, over: world.line.get())
    },
    FuzzTarget(
        "keeper-desk", maximumBytes: 600,
        seeds: { _ in requests.filter { $0 != unapproved }.map { [0] + $0.encoded.dropFirst(KeeperFrame.lengthBytes) } }
    ) { world, input in
        try judgeQuestion(input, at: world.keeper.get())
    },
]

private let name = LeafName(
    expiry: RetentionPeriod.oneYear.expiry(from: TestVault.today), conversation: ConversationID(repeatElement(6, count: 16)) ?? .zero)

/// An order with papers that are none: a question in its form, which the desk refuses.
private let unapproved = KeeperRequest.act(Array(#"{"approvals":[{"signature":"b","text":"a"}],"request":"c"}"#.utf8))

private let requests: [KeeperRequest] = [
    .leaves(.sealing, [name, name]), .leaves(.reading, [name]), .today, .pages([name.expiry, TestVault.today]), .status,
    .request(Array(#"{"act":"sweep","targets":["2027-01-01"]}"#.utf8)), .act(Array(#"{"act":"sweep"}"#.utf8)),
    unapproved,
    .states([RecordName(name.conversation, expiry: name.expiry), RecordName(name.conversation)]), .kept(after: .first), .metrics,
]

// MARK: - Documents

private func documents(in world: FuzzWorld) throws -> [[UInt8]] {
    let order = KeeperOrder.approved(request: "r", approvals: [.init(text: "t", signature: "s")])
    let outcome = KeeperOutcome(act: "sweep", result: .done, highWater: TestVault.today, serial: 3, overdue: 0, files: 1, left: 0)
    return [
        try KeeperOrder.sweep.json, try order.json, try CanonicalJSON.line(KeeperQuestion(act: "hold", targets: ["a", "b"])),
        try CanonicalJSON.line(outcome), try world.keeper.get().status(),
    ]
}

private func judgeDocument(_ input: [UInt8]) throws -> FuzzTarget.Verdict {
    var isSomething = false
    if let order = try? KeeperOrder(json: input) {
        isSomething = true
        try demand(try order.json == input, "an order has a second form")
        if case .approved(_, let approvals) = order { try demand(approvals.count <= KeeperOrder.mostApprovals, "too many approvals") }
    }
    for isRead in try [isOneForm(KeeperQuestion.self, input), isOneForm(KeeperStatus.self, input), isOneForm(KeeperOutcome.self, input)] {
        isSomething = isSomething || isRead
    }
    return isSomething ? .accepted : .refused
}

// MARK: - Answers

private let answers: [[UInt8]] = {
    let leaf = [UInt8](repeating: 0x1E, count: 32)
    let none = [UInt8](repeating: 0, count: 32)
    return [
        [0] + KeeperAnswer.leaves.frame([2, 0, 0] + leaf + [2] + none), [1] + KeeperAnswer.today.frame([1, 2, 0, 0] + leaf.prefix(16)),
        [2] + KeeperAnswer.pages.frame([0, 0]), [3] + KeeperAnswer.status.frame(Array("{}".utf8)),
    ]
}()

/// The other end of a program's connection: says one thing to whatever it is asked.
final class KeeperLine: Sendable {
    private let listener: LocalSocketListener
    let socket: String

    init() throws {
        socket = "/tmp/fuzz-\(Hex.encode(SystemRandom().bytes(8))).socket"
        listener = try LocalSocketListener(path: socket, mode: 0o600)
    }

    deinit {
        listener.close()
    }

    /// Waits for a question and answers it with these bytes.
    func answer(_ bytes: [UInt8]) {
        guard let connection = try? listener.accept(timeoutMilliseconds: 1000) else { return }
        _ = try? KeeperWire.readRequest(from: connection, idleMilliseconds: 1000, messageMilliseconds: 1000)
        try? connection.write(bytes.rawSpan)
        connection.close()
    }
}

private func judgeAnswer(_ input: [UInt8], over line: KeeperLine) throws -> FuzzTarget.Verdict {
    var pieces = Pieces(input)
    let question = pieces.byte() % 4
    let bytes = pieces.rest()
    // A keeper that holds leaves back is asked again for half a minute, which is right and too long here.
    if question == 0, bytes.count > 6, bytes[5] == KeeperAnswer.failure.rawValue, bytes[6] == KeeperError.Code.limited.rawValue {
        return .refused
    }
    let answering = try Threads.start(name: "line") { line.answer(bytes) }
    defer { answering.join() }
    let client = KeeperClient(socket: line.socket, vault: nil)
    do throws(KeeperError) {
        switch question {
        case 0: try checkLeaves(client.leaves([name, name], for: .reading), in: bytes)
        case 1: _ = try client.today()
        case 2: try client.preparePages([name.expiry])
        default: _ = try client.status()
        }
        return .accepted
    } catch {
        return .refused
    }
}

private func checkLeaves(_ batch: borrowing LeafBatch, in frame: [UInt8]) {
    precondition(batch.states.count == 2, "there are as many leaves as were asked for")
    for index in 0..<2 {
        let start = 8 + index * 33
        let isThere = batch.states[index] == .found
        guard let leaf = batch.leaf(at: index) else {
            precondition(!isThere, "a leaf that is there is given")
            continue
        }
        precondition(isThere && leaf.bytes.array.elementsEqual(frame[(start + 1)..<(start + 33)]), "a leaf is the one that was sent")
    }
}

// MARK: - The desk

/// A keeper with a vault of its own, whose questions nobody has to wait for.
final class FuzzKeeper {
    let desk: KeeperDesk
    private let keeper: RetentionKeeper

    /// Users: everything, sealing alone, reading alone.
    static let users: [UInt32] = [0, 1, 2]

    init(random: SeededRandom) throws {
        let disk = MemoryFileSystem()
        let vault = try TestVault(fileSystem: disk, random: random)
        let layout = VaultLayout(root: "/kept")
        for directory in layout.directories { try disk.createDirectories(directory, mode: VaultLayout.directoryMode) }
        for name in try disk.list(vault.layout.rosters) where !name.hasPrefix(".") {
            try disk.copyDurably(
                from: "\(vault.layout.rosters)/\(name)", to: "\(layout.rosters)/\(name)", mode: 0o600, limitBytes: Limits.rosterBytes)
        }
        let organisation = vault.roster.organisationKey.fileBytes
        try disk.writeDurably(layout.organisationKey, organisation.rawSpan, mode: 0o644)
        let place = KeeperPlace(
            layout: layout, cells: ["/cell-of-kept"], fileSystem: disk, clock: ManualClock(seconds: TestVault.start.seconds),
            random: random,
            examine: { _ in CellAssurance(.l0, "a test") }, log: Logger(label: "fuzz") { _ in SwiftLogNoOpLogHandler() })
        let setup = try KeeperSetup(place, mayHaveOneCell: true)
        try setup.pinRoster()
        _ = try setup.create(key: vault.service)
        keeper = try RetentionKeeper(opening: place, key: vault.service)
        let grants = [KeeperAccess.Grant(user: 1, rights: [.seal]), KeeperAccess.Grant(user: 2, rights: [.read])]
        desk = KeeperDesk(keeper, access: KeeperAccess(own: 0, grants: grants), limiter: LeafLimiter(burst: .max / 2, perSecond: 1))
    }

    /// What it says of itself.
    func status() throws -> [UInt8] {
        guard case .plain(let frame) = desk.answer(Array(KeeperRequest.status.encoded.dropFirst(4)), from: 0) else {
            throw Finding("a keeper does not say how it is")
        }
        return Array(frame.dropFirst(6))
    }
}

private func judgeQuestion(_ input: [UInt8], at keeper: FuzzKeeper) throws -> FuzzTarget.Verdict {
    var pieces = Pieces(input)
    let user = FuzzKeeper.users[Int(pieces.byte()) % FuzzKeeper.users.count]
    let question = pieces.rest()
    let request = KeeperRequest(frame: question)
    let frame: [UInt8]
    switch keeper.desk.answer(question, from: user) {
    case .leaves(let secret):
        frame = secret.bytes.array
        guard case .leaves(let purpose, let names) = request else { throw Finding("leaves are given that nobody asked for") }
        try demand(user == 0 || user == (purpose == .sealing ? 1 : 2), "leaves are given to a user who may not have them")
        try demand(frame.count == 8 + 33 * names.count, "not every leaf is answered")
    case .plain(let bytes): frame = bytes
    case .last(let bytes):
        frame = bytes
        try demand(request == nil, "a question is not understood")
    }
    var reader = ByteReader(frame)
    let (length, version, kind) = (reader.integer(UInt32.self), reader.integer(UInt8.self), reader.integer(UInt8.self))
    try demand(length.map(Int.init) == frame.count - 4 && version == KeeperFrame.version, "an answer is no frame")
    guard let kind = kind.flatMap(KeeperAnswer.init(rawValue:)), frame.count <= KeeperFrame.maximumBytes else { throw Finding("no answer") }
    guard kind == .failure else { return .accepted }
    let message = String(validating: frame.dropFirst(7), as: UTF8.self)
    try demand(message.map(isOneLine) ?? false, "a refusal is no line for a person")
    return .refused
}
