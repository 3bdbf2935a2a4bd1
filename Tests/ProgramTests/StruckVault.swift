import Foundation
import Glibc
import Keeper
import KeyCalendar
import Ledger
import Opening
import ProgramRunner
import Records
import Roster
import Sodium
import System
import Testing

/// A vault of which each try gets a fresh copy, at one place; with acts that were asked for and approved, and records that they are about.
final class StruckVault {
    /// What is done while the keeper is struck.
    enum Act: String, CaseIterable {
        case sweep
        case erase
        case hold
    }

    /// A sealed record, and its file.
    private struct Sealed {
        let id: String
        let path: String
        let bytes: Data

        var name: LeafName {
            let day = path.split(separator: "/").dropLast().last.flatMap { Day(text: String($0)) } ?? .init(number: 0)
            return LeafName(expiry: day, conversation: ConversationID(text: id) ?? .zero)
        }
    }

    let charity: Charity
    let place: Place
    private let template: Place
    private let vault: VaultID
    private let keys: [SigningPublicKey]
    private let reader: Reader
    private let client: KeeperClient
    /// Records: over when the sweep is done, and held or not; to be erased; to be held; and one that nothing is done to.
    private let (over, held, erased, holding, plain): (Sealed, Sealed, Sealed, Sealed, Sealed)
    private let papers: [Act: [String]]
    /// Every calendar that ever was, by its name: until the copies were made, and of the copy that is tried.
    private let calendarsBefore: [String: Data]
    private var calendars: [String: Data] = [:]

    init(in charity: Charity) throws {
        self.charity = charity
        place = Place("struck", in: charity.root)
        template = Place("struck-template", in: charity.root)
        var calendars: [String: Data] = [:]
        let copy = try charity.copy("struck")
        let at = copy.place
        func keepCalendars() throws { calendars.merge(try Self.calendars(at)) { $1 } }
        func sealed(_ age: Int) throws -> Sealed {
            try keepCalendars()
            let lines = (0..<3).map { Event(text: "line \($0)", at: Event.time(days: -age)).line } + [Event.end("c")]
            let outcome = try charity.seal(lines.lines, at: at)
            let id = try #require(outcome.lines.first, "\(outcome)")
            let path = try #require(try Tree("\(at.vault)/records").files.first { $0.contains("/\(id).") })
            return Sealed(id: id, path: path, bytes: try Data(contentsOf: URL(fileURLWithPath: path)))
        }
        (over, held, erased, holding, plain) = (
            try sealed(300), try sealed(310), try sealed(3), try sealed(2), try sealed(1)
        )
        func asked(_ name: String, _ arguments: [String]) throws -> [String] {
            try keepCalendars()
            let file = "\(charity.root)/struck-\(name).request"
            let outcome = try Charity.retention.run(arguments + ["--request-out", file, "--keeper", at.socket])
            try #require(outcome.code == 0, "\(outcome)")
            return try [arguments[0]] + charity.approvals(of: file, at: at) + ["--keeper", at.socket]
        }
        func day(_ days: Int) -> String { String(Event.time(days: days).prefix(10)) }
        let hold = try Charity.retention.run(try asked("held", ["hold", held.id, "--until", day(300)]))
        try #require(hold.code == 0, "\(hold)")
        papers = [
            .sweep: try asked("sweep", ["sweep", "--as-of", day(100)]), .erase: try asked("erase", ["erase", erased.id]),
            .hold: try asked("hold", ["hold", holding.id, "--until", day(500)]),
        ]
        try keepCalendars()
        let roster = try RosterStore(fileSystem: DiskFileSystem(), layout: VaultLayout(root: at.vault))
            .load(pinnedAt: "\(charity.root)/people/anna.pin")
        (vault, keys) = (roster.vault, roster.keeperKeys)
        reader = try Reader("anna", at: at, in: charity)
        client = KeeperClient(socket: at.socket, vault: roster.vault)
        copy.stop(SIGTERM)
        try Self.shell("cp -a \(at.vault) \(template.vault) && cp -a \(at.cell) \(template.cell)")
        calendarsBefore = calendars
        _ = consume copy
    }

    deinit {
        for path in [place.vault, place.cell, place.socket, template.vault, template.cell] {
            try? FileManager.default.removeItem(atPath: path)
        }
    }

    private static func shell(_ command: String) throws {
        let outcome = try RunningProgram(["sh", "-c", command]).end()
        try #require(outcome.code == 0, "\(outcome)")
    }

    /// The calendar files in a vault and beside its cell, unfinished ones too.
    private static func calendars(_ place: Place) throws -> [String: Data] {
        var found: [String: Data] = [:]
        for folder in ["\(place.vault)/calendar", place.cell] {
            for name in try FileManager.default.contentsOfDirectory(atPath: folder) where name.contains(".calendar") {
                // It may be gone by now.
                found[name] = (try? Data(contentsOf: URL(fileURLWithPath: "\(folder)/\(name)"))) ?? found[name]
            }
        }
        return found
    }

    /// A keeper of a fresh copy.
    func begin() throws -> RunningProgram {
        calendars = calendarsBefore
        let (from, to) = (template, place)
        try Self.shell("rm -rf \(to.vault) \(to.cell) && cp -a \(from.vault) \(to.vault) && cp -a \(from.cell) \(to.cell)")
        return try Charity.startKeeper(place)
    }

    /// Starts a keeper that is struck before it answers; false where it came through.
    func isKilledAtStart(by strike: Strike) throws -> Bool {
        let keeper = try Charity.retention.start(
            ["run", "--cell", place.cell] + place.arguments,
            prefix: ["strace", "-D", "-f", "-o", "/dev/null", "-e", "trace=\(strike.call.name)", "-e", strike.injection])
        let hasCome = keeper.wait { String(decoding: $0.output, as: UTF8.self).contains("ready") }
        keeper.signal(SIGKILL)
        keeper.end()
        try keepCalendars()
        return !hasCome
    }

    /// Has an act done, as people do.
    func ask(_ act: Act) throws -> Outcome {
        try Charity.retention.run(try #require(papers[act]))
    }

    /// Whether the keeper that answers now has done an act.
    func isDone(_ act: Act) throws -> Bool {
        func state(_ record: Sealed) throws -> LeafState? { try client.leaves([record.name], for: .reading).states.first }
        switch act {
        case .sweep: return try state(over) == .expired
        case .erase: return try state(erased) == .erased
        case .hold: return try status().kept.held == 2
        }
    }

    private func status() throws -> KeeperStatus {
        try KeeperStatus.reading(client.status())
    }

    /// Expects that every record reads that an act leaves, and none that it takes, once it is done.
    func expectRecords(after act: Act, isDone: Bool, _ why: Comment) throws {
        for record in [over, held, erased, holding, plain] where record.id != taken(by: act)?.id || !isDone {
            let lines = (try? reader.read(record.id))?.lines.count
            #expect(lines == 4, "\(why): a record is lost")
        }
    }

    private func taken(by act: Act) -> Sealed? {
        switch act {
        case .sweep: over
        case .erase: erased
        case .hold: nil
        }
    }

    /// Expects that the file of what an act took is removed, and that it opens nothing when it is brought back.
    func expectGone(after act: Act, _ why: Comment) throws {
        guard let record = taken(by: act) else { return }
        expectRemoved(record, why)
        try bringBack(record)
        let wanted: OpeningError.Code = act == .sweep ? .expired : .erased
        do {
            _ = try reader.read(record.id)
            Issue.record("\(why): it is back")
        } catch let error as OpeningError {
            #expect(error.code == wanted, "\(why): \(error)")
        }
    }

    /// Files are removed after an act, and after a start, while the keeper answers.
    private func expectRemoved(_ record: Sealed, _ why: Comment) {
        let deadline = Date() + 10
        while FileManager.default.fileExists(atPath: record.path), Date() < deadline { usleep(2_000) }
        #expect(!FileManager.default.fileExists(atPath: record.path), "\(why): the file is left")
    }

    private func bringBack(_ record: Sealed) throws {
        let file = URL(fileURLWithPath: record.path)
        try FileManager.default.createDirectory(at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
        try record.bytes.write(to: file)
    }

    /// Keeps the calendars that are there now, as somebody may.
    func keepCalendars() throws {
        calendars.merge(try Self.calendars(place)) { $1 }
    }

    /// Expects that the cell opens one calendar alone of all that ever were, and that one has no key of what an act took.
    func expectOneCalendar(after act: Act, _ why: Comment) throws {
        let cell = Array(try Data(contentsOf: URL(fileURLWithPath: "\(place.cell)/cell")))
        let slots = (0..<CellFile.slotCount).compactMap { index in
            CellSlot(Array(cell[(index * CellSlot.sizeBytes)..<((index + 1) * CellSlot.sizeBytes)]).rawSpan)
        }
        let slot = try #require(slots.first)
        #expect(slots.count == 1, "\(why): an old value is left")
        var opened: [String] = []
        for (name, file) in calendars {
            guard let calendar = try? CalendarFile.open(Array(file), under: slot.value) else { continue }
            opened.append(name)
            #expect(calendar.serial == slot.serial, "\(why)")
            func isThere(_ record: Sealed) -> Bool {
                switch calendar.leaf(day: record.name.expiry, conversation: record.name.conversation, today: Day(number: 0)) {
                case .leaf: true
                default: false
                }
            }
            #expect(isThere(plain) && isThere(held), "\(why)")
            if let record = taken(by: act) { #expect(!isThere(record), "\(why): the key is there") }
        }
        #expect(opened == [CalendarFile.name(under: slot.value)], "\(why)")
    }

    /// Expects that the ledger verifies, and says that the act was begun before it was done, and done once.
    func expectLedger(after act: Act, _ why: Comment) throws {
        let reading = try LedgerReading.read(
            fileSystem: DiskFileSystem(), layout: VaultLayout(root: place.vault), vault: vault, keys: keys)
        let entries = reading.entries.filter { $0.event.act == act.rawValue && $0.event.serial != nil }
        #expect(entries.count { $0.event.state == .done } == (act == .hold ? 2 : 1), "\(why)")
        #expect(
            entries.filter { $0.event.state == .done }.map(\.event.serial)
                == entries.filter { $0.event.state == .intent }.map(\.event.serial))
        #expect(try reading.lastDone == UInt64(status().serial) && reading.uncovered == 0, "\(why)")
    }

    /// Expects that nothing comes back when the files, and all calendars that ever were, are put where they were, and the keeper starts on them.
    func expectNothingReturns(after act: Act, _ why: Comment) throws {
        let serial = try status().serial
        try keepCalendars()
        try withKeeperStopped {
            for (name, file) in calendars {
                for folder in ["\(place.vault)/calendar", place.cell] { try file.write(to: URL(fileURLWithPath: "\(folder)/\(name)")) }
            }
            if let record = taken(by: act) { try bringBack(record) }
        } then: {
            // At its start it may have drawn the pages of days to come.
            #expect(try status().serial >= serial && isDone(act), "\(why)")
            if let record = taken(by: act) {
                #expect(throws: OpeningError.self, "\(why): it is back") { try reader.read(record.id) }
                expectRemoved(record, why)
            }
            try expectRecords(after: act, isDone: true, why)
            let check = try Charity.admin.run(["check"] + place.arguments)
            #expect(check.code == 0, "\(why): \(check)")
        }
    }

    /// Whoever keeps it while it is judged.
    var keeper: RunningProgram?

    private func withKeeperStopped(_ work: () throws -> Void, then: () throws -> Void) throws {
        keeper?.signal(SIGKILL)
        keeper?.end()
        try work()
        keeper = try Charity.startKeeper(place)
        try then()
    }
}
