import Foundation
import Glibc
import Keeper
import KeyCalendar
import Ledger
import Records
import Retention
import Roster
import Sodium
import System
import Testing

/// Sealing, reading, erasing, holding, releasing and sweeping at once, through a keeper's socket and on a disk, while days go by.
///
/// Four seconds long, or as many as `CROWD_SECONDS` says.
@Suite final class EverythingAtOnceLosesNothingTests {
    /// In memory, where there is such a place: who need not wait for a device is more in each other's way.
    private let directory =
        "\(FileManager.default.isWritableFile(atPath: "/dev/shm") ? "/dev/shm" : "/tmp")/crowd-\(UUID().uuidString)"
    private let seconds = ProcessInfo.processInfo.environment["CROWD_SECONDS"].flatMap(Int.init) ?? 4
    private var aside: String { "\(directory)/aside" }

    deinit { try? FileManager.default.removeItem(atPath: directory) }

    @Test func `no acknowledged record is lost, and none comes back`() throws {
        try DiskFileSystem().createDirectories(aside, mode: 0o700)
        let keeping = WatchedFileSystem(base: DiskFileSystem()) { [aside] (moment, path) throws(FileError) in
            if moment == .removing { try Self.keep(path, in: aside) }
        }
        let ground = try Ground(fileSystem: keeping, root: "\(directory)/vault", cells: ["\(directory)/cell-a", "\(directory)/cell-b"])
        let service = try Ground.key()
        let card = try Card.sign(name: "chat-service", role: .service, recordKey: nil, recipients: [], with: service)
        try ground.change(RosterChange(enrol: [ground.worker.identity.card(from: ground.today), card]), by: [ground.leads[0]])
        let crowd: Crowd
        let serial: Int
        do {
            let keeper = try ground.newKeeper()
            let door = try Door(keeper, limits: KeeperServer.Limits())
            crowd = try Crowd(ground, socket: door.socket, service: service, fileSystem: DiskFileSystem())
            try crowd.work(seconds: seconds, dayMilliseconds: 250, keeper: keeper)
            keeper.attend()
            #expect(crowd.complaints == [])
            try expectRecords(crowd, door.client())
            serial = try expectCounts(crowd, keeper, ground)
            try bringFilesBack(ground.layout)
            try expectRecords(crowd, door.client(), oneOf: 16)
        }
        try expectOneCalendar(ground, serial)
        // Whatever was kept lies where it was, and a keeper begins with it.
        try bringCalendarsBack(ground)
        let door = try Door(ground.keeper(), limits: KeeperServer.Limits())
        try expectRecords(crowd, door.client(), oneOf: 16)
    }

    /// Keeps a part or a calendar that is about to be removed; the copies of a calendar beside the cells have its name and its bytes.
    private static func keep(_ path: String, in aside: String) throws(FileError) {
        let (disk, name) = (DiskFileSystem(), DiskFileSystem.name(of: path))
        guard CalendarFile.isName(name) || VaultLayout.parsePartName(name) != nil else { return }
        if try disk.status("\(aside)/\(name)") == nil { try disk.link(path, to: "\(aside)/\(name)") }
    }

    /// Every record that must open does, with the lines that were sealed, and no other; of those that must, one of so many is tried.
    private func expectRecords(_ crowd: Crowd, _ client: KeeperClient, oneOf: Int = 1) throws {
        let today = try client.today()
        let parts = try Dictionary(grouping: crowd.store.parts(), by: \.conversation)
        var (opened, refused, files, left) = (0, 0, 0, 0)
        for record in crowd.known {
            let mustOpen = record.mustOpen(on: today)
            if mustOpen {
                left += 1
                guard left % oneOf == 0 || left == 1 else { continue }
            }
            let found = parts[record.id] ?? []
            let lines = (try? crowd.open(record.id, found, by: client))?.lines
            if mustOpen {
                #expect(lines == record.lines, "lost: \(record)")
                opened += 1
            } else {
                #expect(record.mustNotOpen(on: today) && lines == nil, "came back: \(record)")
                refused += 1
                files += found.count
            }
        }
        #expect(opened > 0 && refused > 0)
        print("on \(today) \(opened) records open; \(refused) do not, and \(files) files of them are there")
    }

    /// What was told, what the ledger says and what the keeper counted are the same; returns the calendar's number.
    private func expectCounts(_ crowd: Crowd, _ keeper: RetentionKeeper, _ ground: Ground) throws -> Int {
        let (counts, status) = (crowd.done, keeper.status())
        print("in \(seconds) s: \(counts); \(status.serial) calendars")
        #expect(counts.seals == crowd.known.count && counts.seals == status.leaves.sealing)
        let reading = try LedgerReading.read(
            fileSystem: DiskFileSystem(), layout: ground.layout, vault: ground.roster.vault, keys: [ground.keeperKey.publicKey])
        func number(_ act: Act) -> Int {
            reading.entries.count { $0.event.act == act.rawValue && $0.event.state == .done && $0.event.serial != nil }
        }
        let written = [number(.erase), number(.hold), number(.release)]
        #expect(written == [counts.erasures, counts.holds, counts.releases])
        #expect(counts.isSomethingOfEverything && number(.sweep) > 0)
        for state in [LedgerEvent.State.intent, .done] {
            let serials = reading.entries.filter { $0.event.state == state }.compactMap(\.event.serial)
            #expect(serials == (1...UInt64(status.serial)).map { $0 }, "each change once, in order")
        }
        #expect(reading.uncovered == 0 && status.ledger.entries == reading.entries.count)
        let today = keeper.today
        let left = try DiskFileSystem().list(ground.layout.records).flatMap { try DiskFileSystem().list("\(ground.layout.records)/\($0)") }
        #expect(left.count == crowd.known.count { $0.mustOpen(on: today) }, "a file for each record that opens, and no other")
        return status.serial
    }

    /// Puts every part that was removed back where it was.
    private func bringFilesBack(_ layout: VaultLayout) throws {
        let disk = DiskFileSystem()
        var count = 0
        for name in try disk.list(aside) {
            guard VaultLayout.parsePartName(name) != nil else { continue }
            let header = try PartHeader.decode(disk.readFile("\(aside)/\(name)", limitBytes: Limits.partBytes)).header
            let folder = layout.records(expiring: header.expiry)
            try disk.createDirectories(folder, mode: VaultLayout.directoryMode)
            try disk.link("\(aside)/\(name)", to: "\(folder)/\(name)")
            count += 1
        }
        #expect(count > 0)
    }

    /// The cells open the last calendar, and none of all that were before it.
    private func expectOneCalendar(_ ground: Ground, _ serial: Int) throws {
        let disk = DiskFileSystem()
        var files: [String: [UInt8]] = [:]
        for folder in [aside, ground.layout.calendar] {
            for name in try disk.list(folder) where CalendarFile.isName(name) {
                files[name] = try disk.readFile("\(folder)/\(name)", limitBytes: Limits.calendarBytes)
            }
        }
        #expect(files.count == serial, "every calendar was kept")
        for (number, path) in ground.cells.enumerated() {
            let slots = try CellDirectory(path, number: number + 1, in: disk).openCell().slots().compactMap { $0 }
            #expect(slots.map(\.serial) == [UInt64(serial)])
            for slot in slots {
                let opened = files.filter { (try? CalendarFile.open($0.value, under: slot.value)) != nil }.map(\.key)
                #expect(opened == [CalendarFile.name(under: slot.value)])
            }
        }
        print("\(files.count) calendars were kept: each cell opens one")
    }

    private func bringCalendarsBack(_ ground: Ground) throws {
        let disk = DiskFileSystem()
        for name in try disk.list(aside) where CalendarFile.isName(name) {
            for folder in [ground.layout.calendar] + ground.cells { try disk.link("\(aside)/\(name)", to: "\(folder)/\(name)") }
        }
    }
}
