import Glibc
import Keeper
import KeyCalendar
import Opening
import RecordStore
import Records
import Retention
import Roster
import Sealing
import Sodium
import Synchronization
import System

/// Many who seal, read, erase, hold, release and sweep in one vault at once, through the keeper's socket; and what each was told.
final class Crowd: Sendable {
    /// A record that was sealed and acknowledged, and what was asked and acknowledged since.
    struct Record: Sendable {
        let id: ConversationID
        let expiry: Day
        let lines: [[UInt8]]
        /// The last day of a hold: acknowledged, and the most that can be.
        var heldUntil: Day?
        var mayBeHeldUntil: Day?
        var isErased = false
        var mayBeErased = false
        /// Somebody asks for an act on it.
        var isBusy = false

        /// The last day on which it must open, unless it was erased.
        var certainDay: Day { max(expiry, heldUntil ?? expiry) }
        /// The last day on which it may open.
        var possibleDay: Day { max(certainDay, mayBeHeldUntil ?? expiry) }
        /// Whether it must open on a day.
        func mustOpen(on day: Day) -> Bool { !mayBeErased && certainDay >= day }
        /// Whether it must not.
        func mustNotOpen(on day: Day) -> Bool { isErased || possibleDay < day }
    }

    /// What was done.
    struct Counts: Sendable {
        var seals = 0
        var tooOld = 0
        var reads = 0
        var readsRefused = 0
        var erasures = 0
        var holds = 0
        var releases = 0
        var sweeps = 0
        var actsRefused = 0
        var days = 0

        var isSomethingOfEverything: Bool {
            min(seals, reads, readsRefused, erasures, holds, releases, sweeps) > 0
        }
    }

    let fileSystem: any FileSystem
    let layout: VaultLayout
    let roster: VerifiedRoster
    let clock: ManualClock
    let socket: String
    let worker: Person
    let leads: [Person]
    let service: SigningKey
    private let holder: Holder
    private let records = Mutex<[Record]>([])
    private let counts = Mutex(Counts())
    private let complaintsFound = Mutex<[String]>([])
    private let isOver = Atomic(false)

    init(_ ground: Ground, socket: String, service: consuming SigningKey, fileSystem: any FileSystem) throws {
        (self.fileSystem, layout, roster, clock) = (fileSystem, ground.layout, ground.roster, ground.clock)
        self.service = service
        (self.socket, worker) = (socket, ground.worker)
        leads = [ground.leads[0], ground.leads[1]]
        holder = try ground.roster.holder(named: "worker")
    }

    var known: [Record] { records.withLock { $0 } }
    var done: Counts { counts.withLock { $0 } }
    /// What was not as it must be.
    var complaints: [String] { complaintsFound.withLock { $0 } }

    func complain(_ text: String) { complaintsFound.withLock { if $0.count < 20 { $0.append(text) } } }

    /// All at once, for so many seconds; a day goes by in each so many milliseconds, and the keeper attends to its duties all the time.
    func work(seconds: Int, dayMilliseconds: UInt32, keeper: RetentionKeeper) throws {
        let parts: [@Sendable (inout Seeded, KeeperClient) throws -> Void] = [seal, seal, read, read, erase, hold, release, sweep]
        var threads: [RunningThread] = []
        for (number, part) in parts.enumerated() {
            threads.append(
                try Threads.start(name: "crowd-\(number)", stackBytes: 2 << 20) { [self] in
                    var random = Seeded(UInt64.random(in: .min ... .max))
                    let client = KeeperClient(socket: socket, vault: roster.vault)
                    while !isOver.load(ordering: .relaxed) {
                        do { try part(&random, client) } catch { complain("\(error)") }
                    }
                })
        }
        threads.append(
            try Threads.start(name: "crowd-duties") { [self] in
                while !isOver.load(ordering: .relaxed) {
                    keeper.attend()
                    OwnProcess.pause(milliseconds: 20)
                }
            })
        // Where the machine is busy it takes longer, until something of everything was done.
        let days = seconds * 1_000 / Int(dayMilliseconds)
        while done.days < days || (!done.isSomethingOfEverything && done.days < days + 400) {
            OwnProcess.pause(milliseconds: dayMilliseconds)
            clock.advance(seconds: Day.seconds)
            counts.withLock { $0.days += 1 }
        }
        isOver.store(true, ordering: .relaxed)
        for thread in threads { thread.join() }
    }

    /// The parts in the vault.
    var store: RecordStore { RecordStore(fileSystem: fileSystem, layout: layout) }

    /// Opens a record, of parts that were found before where they are given.
    func open(
        _ id: ConversationID, _ parts: [RecordStore.StoredPart]? = nil, by client: KeeperClient
    ) throws(OpeningError) -> OpenedConversation {
        let reader = ConversationReader(store: store, leaves: client, roster: roster)
        let found = if let parts { parts } else { try reader.parts(of: id) }
        return try reader.open(id, parts: found, reader: worker.identity.record)
    }

    private func seal(_ random: inout Seeded, _ client: KeeperClient) throws {
        OwnProcess.pause(milliseconds: 5)
        let day = try client.today()
        // Over within two months, some of them at once.
        let start = day.number - UInt32.random(in: 300...366, using: &random)
        let expiry = Ground.expiry(Day(number: start))
        let lines = (0..<3).map { Array("{\"n\":\($0),\"text\":\"\(random.next())\"}".utf8) }
        let sealer = TranscriptSealer(fileSystem: fileSystem, layout: layout, leaves: client, roster: roster, random: SystemRandom())
        do throws(SealingError) {
            let id = try sealer.seal(lines: lines, start: Day(number: start), retention: .oneYear, for: holder, signer: service)
            records.withLock { $0.append(Record(id: id, expiry: expiry, lines: lines)) }
            counts.withLock { $0.seals += 1 }
        } catch {
            counts.withLock { $0.tooOld += 1 }
            if try expiry >= client.today() { complain("not sealed: \(error)") }
        }
    }

    private func read(_ random: inout Seeded, _ client: KeeperClient) throws {
        // First the day: whatever is over by then, and not held when it is picked, cannot be held any more.
        let first = try client.today()
        guard let (index, before) = pick(&random, where: { _ in true }) else { return OwnProcess.pause(milliseconds: 5) }
        do throws(OpeningError) {
            let opened = try open(before.id, by: client)
            counts.withLock { $0.reads += 1 }
            if opened.lines != before.lines { complain("other lines were read than were sealed") }
            if before.mustNotOpen(on: first) { complain("read on \(first): \(before)") }
        } catch {
            counts.withLock { $0.readsRefused += 1 }
            let last = try client.today()
            let after = records.withLock { $0[index] }
            // In between it may have been erased, or a hold may have ended.
            if before.mustOpen(on: last), after.mustOpen(on: last) { complain("not read on \(first) to \(last): \(error.code) \(after)") }
            switch error.code {
            case .expired, .erased, .missing: break
            default: complain("refused in another way than it must be: \(error.code) \(error) \(after)")
            }
        }
    }

    private func erase(_ random: inout Seeded, _ client: KeeperClient) throws {
        OwnProcess.pause(milliseconds: 40)
        try act(.erase, &random, client, where: { $0.mayBeHeldUntil == nil && !$0.mayBeErased }) { record in
            record.mayBeErased = true
            return ConversationTarget(record.id, expiry: record.expiry)
        } settled: { record, result in
            (record.isErased, record.mayBeErased) = (result != nil, result != nil)
            if result == .done { self.counts.withLock { $0.erasures += 1 } }
        }
    }

    private func hold(_ random: inout Seeded, _ client: KeeperClient) throws {
        OwnProcess.pause(milliseconds: 60)
        let days = UInt32.random(in: 5...60, using: &random)
        try act(.hold, &random, client, where: { $0.mayBeHeldUntil == nil && !$0.mayBeErased }) { record in
            record.mayBeHeldUntil = record.expiry.adding(days: days)
            return ConversationTarget(record.id, expiry: record.expiry, until: record.mayBeHeldUntil)
        } settled: { record, result in
            if result != nil { record.heldUntil = record.mayBeHeldUntil } else { record.mayBeHeldUntil = nil }
            if result == .done { self.counts.withLock { $0.holds += 1 } }
        }
    }

    private func release(_ random: inout Seeded, _ client: KeeperClient) throws {
        OwnProcess.pause(milliseconds: 150)
        try act(.release, &random, client, where: { $0.heldUntil != nil }) { record in
            record.heldUntil = nil
            return ConversationTarget(record.id, expiry: record.expiry)
        } settled: { record, result in
            if result != nil { record.mayBeHeldUntil = nil } else { record.heldUntil = record.mayBeHeldUntil }
            if result == .done { self.counts.withLock { $0.releases += 1 } }
        }
    }

    /// What the clock says is over; and now and then, by two leads, what it does not.
    private func sweep(_ random: inout Seeded, _ client: KeeperClient) throws {
        OwnProcess.pause(milliseconds: 300)
        let ahead = Int.random(in: 0..<4, using: &random) == 0 ? UInt32.random(in: 1...3, using: &random) : 0
        let result = try have(client) { () throws(KeeperError) in
            ahead == 0 ? .sweep : try approved(.sweep, client.today().adding(days: ahead).description, client)
        }
        if result != nil { counts.withLock { $0.sweeps += 1 } }
    }

    /// Has an act done on a record that nobody else acts on, and notes what was told.
    private func act(
        _ act: Act, _ random: inout Seeded, _ client: KeeperClient, where isWanted: (Record) -> Bool,
        asking: (inout Record) -> ConversationTarget, settled: (inout Record, KeeperOutcome.Result?) -> Void
    ) throws {
        guard let (index, _) = pick(&random, where: { !$0.isBusy && isWanted($0) }) else { return }
        let target = records.withLock { records -> ConversationTarget? in
            guard !records[index].isBusy, isWanted(records[index]) else { return nil }
            records[index].isBusy = true
            return asking(&records[index])
        }
        guard let target else { return }
        let result = try have(client, do: { () throws(KeeperError) in try approved(act, target.text, client) })
        records.withLock { records in
            records[index].isBusy = false
            settled(&records[index], result)
        }
    }

    /// What an order came to; nil where it was refused: a day may have gone by, or too many since the approval.
    private func have(_ client: KeeperClient, do order: () throws(KeeperError) -> KeeperOrder) throws -> KeeperOutcome.Result? {
        let answer: [UInt8]
        do {
            answer = try client.act(order().json)
        } catch let error as KeeperError {
            counts.withLock { $0.actsRefused += 1 }
            if error.code != .refused { complain("an act failed: \(error)") }
            return nil
        }
        return try CanonicalJSON.value(KeeperOutcome.self, fromLine: answer, limitBytes: KeeperFrame.maximumBytes).result
    }

    private func approved(_ act: Act, _ target: String, _ client: KeeperClient) throws(KeeperError) -> KeeperOrder {
        do {
            let text = try client.request(CanonicalJSON.line(KeeperQuestion(act: act.rawValue, targets: [target])))
            let approval = try Request(parsing: text).review(in: roster, at: Timestamp(seconds: clock.now().seconds)).approval
            let approvals = leads.map { lead in
                let signed = approval.sign(with: lead.identity.signingKey)
                return KeeperOrder.Approval(
                    text: String(decoding: signed.text, as: UTF8.self), signature: String(decoding: signed.signature, as: UTF8.self))
            }
            return .approved(request: String(decoding: text, as: UTF8.self), approvals: approvals)
        } catch let error as KeeperError {
            throw error
        } catch {
            throw KeeperError(.refused, "\(error)")
        }
    }

    /// One of the last that were sealed, mostly; of all, now and then.
    private func pick(_ random: inout Seeded, where isWanted: (Record) -> Bool) -> (Int, Record)? {
        records.withLock { records in
            guard !records.isEmpty else { return nil }
            let from = Int.random(in: 0..<4, using: &random) == 0 ? 0 : max(0, records.count - 400)
            for _ in 0..<10 {
                let index = Int.random(in: from..<records.count, using: &random)
                if isWanted(records[index]) { return (index, records[index]) }
            }
            return nil
        }
    }
}
