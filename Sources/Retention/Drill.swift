package import Keeper
internal import KeyCalendar
internal import Ledger
internal import Logging
internal import Records
internal import RecordStore
internal import Roster
internal import Sodium
internal import Synchronization
internal import System

/// Tries, aside, whether the vault would come back from a backup and each cell alone.
///
/// Nobody waits for the backup's medium: the calendar's lock is held only while a cell is compared with the calendar in force. What is done
/// meanwhile, and is marked in the ledger, makes nothing fail: what was there when the drill began is what must come back.
///
/// The keeper does it itself, for nobody else reads cells. Nothing of a cell, and no plaintext, is ever written; what is written is public or
/// ciphertext, in a directory of the keeper's own that is removed again.
struct Drill {
    /// How many records are tried with each cell.
    private static let sampleCount = 16

    let keeper: RetentionKeeper
    let backup: VaultLayout?
    let scratch: String

    private var place: KeeperPlace { keeper.place }
    private var fileSystem: any FileSystem { keeper.place.fileSystem }

    /// So many of the items, chosen by chance, in no order.
    static func sample<Item>(_ items: [Item], _ count: Int, _ random: any RandomSource) -> [Item] {
        var items = items
        for index in items.indices.prefix(count) {
            let bytes = random.bytes(8).reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
            items.swapAt(index, index + Int(bytes % UInt64(items.count - index)))
        }
        return Array(items.prefix(count))
    }

    /// All of it.
    func run() throws(RetentionError) -> [DrillReport.Check] {
        let source = backup ?? place.layout
        var checks: [DrillReport.Check] = []
        let names = try sampleOfRecords(in: source)
        for (index, cell) in keeper.presence.cells.enumerated() {
            let label = "cell \(index + 1)"
            guard keeper.presence.isHere(cell) else {
                checks.append(.init(with: label, "it is away, so nothing was tried with it", passed: false))
                continue
            }
            do throws(RetentionError) {
                checks += try tryCell(cell, source, names).map { .init(with: label, $0.0, passed: $0.1) }
            } catch {
                checks.append(.init(with: label, keeper.presence.naming(error.message), passed: false))
            }
        }
        for (index, replica) in place.replicas.enumerated() {
            // One that hangs is said to, like one that is away.
            let files = PatientFileSystem(fileSystem)
            checks.append(tryReplica(ReplicaDirectory(replica, number: index + 1, in: files), files))
        }
        return checks
    }

    /// Records of the backup whose keys should be there, by their names; held ones among them only by chance.
    private func sampleOfRecords(in source: VaultLayout) throws(RetentionError) -> [LeafName] {
        let store = RecordStore(fileSystem: fileSystem, layout: source)
        let today = keeper.today
        let found = try RetentionError.onFiles { () throws(FileError) in
            var found: [LeafName] = []
            for day in try store.expiryDays() where day >= today {
                found += try store.parts(in: source.records(expiring: day), isOpen: false).map {
                    LeafName(expiry: day, conversation: $0.conversation)
                }
            }
            return found
        }
        let erased = keeper.states(of: found.map { RecordName($0.conversation, expiry: $0.expiry) })
        return Self.sample(zip(found, erased).filter { $1 == .found }.map(\.0), Self.sampleCount, place.random)
    }

    /// Brings the vault back with one cell and what lies beside it, and compares it with the calendar in force.
    private func tryCell(_ cell: String, _ source: VaultLayout, _ names: [LeafName]) throws(RetentionError) -> [(String, Bool)] {
        let directory = "\(scratch)/vault-drill-\(Hex.encode(place.random.bytes(16)))"
        try RetentionError.onFiles { () throws(FileError) in try fileSystem.createDirectory(directory, mode: 0o700) }
        defer { ScratchDirectory(path: directory, fileSystem: fileSystem).remove() }
        let aside = KeeperPlace(
            layout: VaultLayout(root: "\(directory)/vault"), cells: [cell], fileSystem: fileSystem, clock: place.clock,
            random: place.random,
            examine: place.examine, log: place.log)
        let (roster, known) = (keeper.roster, keeper.ledger.head)
        let papers = try RestorePapers(from: source, to: aside, keeper: keeper.signer)
        let ledger = papers.ledger
        var found = [
            (
                "roster \(papers.roster.number) is the one that the keeper goes by",
                papers.roster.pin == roster.pin || papers.roster.number > roster.number
            ),
            (
                "the ledger's \(ledger.reading.entries.count) entries verify, and continue the backup's \(ledger.backup.entries.count)",
                (try? ledger.reading.check(continues: known)) != nil
            ),
        ]
        let whole = try writeAside(papers, names)
        // No act may come between what the cell says and what the keeper says.
        let cells = try keeper.calendar.withLock { store throws(RetentionError) in
            let cells = try inspect(papers, [])
            found.append(
                (
                    "it opens the calendar beside it, number \(cells.calendar.serial), which is in force",
                    cells.calendar.serial == store.serial
                ))
            let (same, pages) = compare(cells.calendar, store)
            found.append(("\(same) of \(pages) pages give the same keys as the keeper's own", same == pages && pages > 0))
            found.append(try openedAside(cells, papers, names, whole, store))
            return cells
        }
        found.append(yesterday(cells.calendar))
        found.append(olderCalendars(cells, source))
        return found
    }

    /// What the cell opens, of what lies beside it or in these folders.
    private func inspect(_ papers: RestorePapers, _ folders: [String]) throws(RetentionError) -> CellInspection {
        try RetentionError.onCalendar { () throws(KeyCalendarError) in
            try CellInspection(
                of: papers.place.cells, folders: folders, vault: papers.roster.vault, lastDone: papers.ledger.reading.lastDone,
                in: fileSystem)
        }
    }

    /// A key of each page, of a conversation that chance names, from both calendars.
    private func compare(_ calendar: borrowing Calendar, _ store: CalendarStore) -> (same: Int, pages: Int) {
        var same = 0
        let pages = calendar.pages
        let day = place.clock.day
        for page in pages {
            let chance = ConversationID(place.random.bytes(ConversationID.lengthBytes)) ?? .zero
            if Self.isSame(
                calendar.leaf(day: page.day, conversation: chance, today: day), store.leaf(day: page.day, conversation: chance, today: day))
            {
                same += 1
            }
        }
        return (calendar.keptLeaves == store.keptLeaves ? same : 0, pages.count)
    }

    private static func isSame(_ first: consuming LeafAnswer, _ second: consuming LeafAnswer) -> Bool {
        switch consume first {
        case .leaf(let first):
            guard case .leaf(let second) = consume second else { return false }
            return first.equals(second)
        case .expired: if case .expired = consume second { return true } else { return false }
        case .erased: if case .erased = consume second { return true } else { return false }
        case .noPage: if case .noPage = consume second { return true } else { return false }
        }
    }

    /// Writes the vault with the sample aside, all but its calendar; returns which of the sample are whole.
    private func writeAside(_ papers: RestorePapers, _ names: [LeafName]) throws(RetentionError) -> [Bool] {
        let (layout, writer) = (papers.place.layout, RestoreWriter(fileSystem: fileSystem))
        return try RetentionError.onFiles { () throws(FileError) in
            for directory in layout.directories { try fileSystem.createDirectories(directory, mode: 0o700) }
            try writer.write(papers.ledger.lines, to: layout.ledgerActs)
            try writer.copyRosters(papers.roster.number, from: papers.rosters, organisationKey: papers.backup.organisationKey, to: layout)
            var whole: [Bool] = []
            for name in names { whole.append(try copyParts(of: name, from: papers.backup, to: layout, writer)) }
            return whole
        }
    }

    /// Puts the calendar to it, and opens it from there.
    private func openedAside(
        _ cells: borrowing CellInspection, _ papers: RestorePapers, _ names: [LeafName], _ whole: [Bool], _ store: CalendarStore
    ) throws(RetentionError) -> (String, Bool) {
        let (folder, day) = (papers.place.layout.calendar, place.clock.day)
        try RetentionError.onFiles { () throws(FileError) in
            try RestoreWriter(fileSystem: fileSystem).write(cells.file, to: "\(folder)/\(cells.name)")
        }
        let again = try inspect(papers, [folder])
        var (tried, same, read) = (0, 0, 0)
        for (name, isWhole) in zip(names, whole) {
            // What was erased or torn off since chance chose it is not to come back.
            guard case .leaf(let leaf) = store.leaf(day: name.expiry, conversation: name.conversation, today: day) else { continue }
            tried += 1
            if isWhole { read += 1 }
            guard case .leaf(let found) = again.calendar.leaf(day: name.expiry, conversation: name.conversation, today: day) else {
                continue
            }
            if found.equals(leaf) { same += 1 }
        }
        let words =
            tried == 0
            ? "there are no records yet to try"
            : "\(same) of \(tried) records that chance chose give their keys from the vault that was written aside; \(read) of them are whole"
        return (words, same == tried && read == tried)
    }

    /// Copies a conversation's parts; whether there is one, and each one's header says what its name says.
    private func copyParts(of name: LeafName, from: VaultLayout, to: VaultLayout, _ writer: RestoreWriter) throws(FileError) -> Bool {
        let store = RecordStore(fileSystem: fileSystem, layout: from)
        let parts = try store.parts(in: from.records(expiring: name.expiry), isOpen: false).filter { $0.conversation == name.conversation }
        for part in parts {
            let path = to.part(part.part, of: part.conversation, expiring: name.expiry)
            if try fileSystem.status(path) == nil { try writer.copy(part.path, to: path) }
            let copied = RecordStore.StoredPart(conversation: part.conversation, part: part.part, path: path, isOpen: false)
            guard let header = try? store.header(of: copied), header.expiry == name.expiry, header.conversation == name.conversation,
                header.part == part.part
            else { return false }
        }
        return !parts.isEmpty
    }

    /// Nothing of the day before everything was destroyed comes back.
    private func yesterday(_ calendar: borrowing Calendar) -> (String, Bool) {
        let day = Day(number: calendar.highWater.number - 1)
        let chance = ConversationID(place.random.bytes(ConversationID.lengthBytes)) ?? .zero
        let isGone = calendar.pages.allSatisfy { $0.day > day }
        guard case .expired = calendar.leaf(day: day, conversation: chance, today: day) else {
            return ("the calendar still opens \(day), which is over", false)
        }
        return ("no page of \(day) or before is in the calendar, and none of its records gets a key", isGone)
    }

    /// No calendar that lies in the backup, a replica or elsewhere in the vault is opened by the cell, but the one in force.
    private func olderCalendars(_ cells: borrowing CellInspection, _ source: VaultLayout) -> (String, Bool) {
        var (tried, opened) = (0, 0)
        for folder in Set([source.calendar, place.layout.calendar] + place.replicas + keeper.presence.here) {
            let files = PatientFileSystem(fileSystem)
            for name in (try? files.list(folder)) ?? [] where CalendarFile.isName(name) && name != cells.name {
                guard let file = try? files.readFile("\(folder)/\(name)", limitBytes: Limits.calendarBytes) else { continue }
                tried += 1
                if cells.decrypts(file) { opened += 1 }
            }
        }
        return (
            "\(tried) other calendar file(s) that still lie about were tried; the cell opens \(opened == 0 ? "none" : "\(opened)") of them",
            opened == 0
        )
    }

    private func tryReplica(_ replica: ReplicaDirectory, _ files: PatientFileSystem) -> DrillReport.Check {
        if let absence = replica.absence(for: keeper.vault) { return .init(with: replica.label, absence, passed: false) }
        let names = (try? fileSystem.list(place.layout.calendar).filter(CalendarFile.isName)) ?? []
        let isSame = names.contains { name in
            guard let file = try? files.readFile("\(replica.path)/\(name)", limitBytes: Limits.calendarBytes) else { return false }
            return (try? fileSystem.readFile("\(place.layout.calendar)/\(name)", limitBytes: Limits.calendarBytes)) == file
        }
        return .init(with: replica.label, "it has the calendar that lies in the vault", passed: isSame)
    }
}

extension RetentionKeeper {
    /// Tries whether the vault would come back; the ledger has it where everything was as it should be.
    package func drill(_ question: DrillQuestion, in scratch: String) throws(RetentionError) -> DrillReport {
        // One at a time: it reads much.
        try drilling.withLock { _ throws(RetentionError) in
            if let from = question.from {
                guard from.hasPrefix("/"), try RetentionError.onFiles({ () throws(FileError) in try place.fileSystem.status(from) }) != nil
                else {
                    throw RetentionError(.missing, "there is no backup at \(from): name its whole path with --from")
                }
            }
            // Or a change of the roster that the keeper has not looked for yet would look like a fault.
            _ = try? reloadRoster()
            let checks = try Drill(keeper: self, backup: question.from.map { VaultLayout(root: $0) }, scratch: scratch).run()
            let (serial, cells) = calendar.withLock { ($0.serial, $0.status().cells.map(\.level)) }
            let report = DrillReport(
                at: place.clock.timestamp, vault: vault, serial: serial, withoutBackup: question.from == nil, checks: checks)
            place.log.tell(report.passed ? .notice : .error, .drill, "recovery drill: \(report.passed ? "passed" : "failed")")
            if report.passed {
                try RetentionError.onLedger { () throws(LedgerError) in
                    let event = try LedgerEvent(.done, act: LedgerEvent.drillAct, until: today, cells: cells)
                    try ledger.append(event, at: place.clock.timestamp)
                }
            }
            return report
        }
    }
}

/// A directory that is removed with all that is in it.
struct ScratchDirectory {
    let path: String
    let fileSystem: any FileSystem

    /// Removes it, as far as that can be done.
    func remove() {
        remove(path)
    }

    private func remove(_ directory: String) {
        for name in (try? fileSystem.list(directory)) ?? [] {
            let path = "\(directory)/\(name)"
            if (try? fileSystem.status(path))??.kind == .directory { remove(path) } else { try? fileSystem.remove(path) }
        }
        try? fileSystem.removeDirectory(directory)
    }
}
