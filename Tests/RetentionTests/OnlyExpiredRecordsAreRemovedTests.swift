import Foundation
import Records
import Retention
import Sodium
import System
import TestVault
import Testing

/// What is removed after a day was torn off, and what never is.
@Suite struct OnlyExpiredRecordsAreRemovedTests {
    static let id = String(repeating: "0f", count: 16)

    @Test(arguments: [
        "\(id).\(id).transcript", "\(id).\(id).\(id).handover", ".tmp-\(id).\(id).transcript", ".tmp-\(id).\(id).\(id).handover",
    ]) func `a part's name names its conversation`(name: String) {
        #expect(ExpiredRecords.conversation(of: name)?.description == Self.id)
    }

    @Test(arguments: [
        "", ".", "cell", "lock", "keeper.identity", "roster.pin", "\(id).calendar", "\(id).transcript", "\(id).\(id).calendar",
        "\(id).\(id)",
        "\(id).\(id).\(id).transcript", "\(id).\(id).handover", "\(id).x.transcript", "x.\(id).transcript", "\(id).\(id).transcript.tmp",
        "\(id.uppercased()).\(id).transcript", ".tmp-cell",
    ]) func `nothing else is a part`(name: String) {
        #expect(ExpiredRecords.conversation(of: name) == nil)
    }

    @Test func `files that are not the vault's stay, are counted, and keep their folder`() throws {
        let ground = try Ground()
        let day = ground.today
        let part = try ground.addPart(expiring: day)
        let other = "\(ground.layout.records(expiring: day))/notes.txt"
        try ground.fileSystem.writeDurably(other, Array("mine".utf8).rawSpan, mode: 0o600)
        let records = ExpiredRecords(fileSystem: ground.fileSystem, layout: ground.layout)
        #expect(records.remove(before: day, keeping: []) == .init())
        #expect(try ground.exists(part))
        #expect(records.remove(before: day.adding(days: 1), keeping: []) == .init(files: 1, left: 1, conversations: 1))
        #expect(try !ground.exists(part) && ground.exists(other))
    }

    @Test func `the files of a conversation that is kept stay`() throws {
        let ground = try Ground()
        let kept = Ground.conversation()
        let parts = try (0..<3).map { _ in try ground.addPart(expiring: ground.today, of: kept) }
        let other = try ground.addPart(expiring: ground.today)
        let records = ExpiredRecords(fileSystem: ground.fileSystem, layout: ground.layout)
        #expect(records.remove(before: ground.today.adding(days: 9), keeping: [kept]) == .init(files: 1, left: 0, conversations: 1))
        #expect(try parts.allSatisfy { try ground.exists($0) } && !ground.exists(other))
        #expect(records.remove(before: ground.today.adding(days: 9), keeping: []) == .init(files: 3, left: 0, conversations: 1))
        #expect(try !ground.exists(ground.layout.records(expiring: ground.today)))
    }

    @Test func `an erased part that is closed meanwhile goes whenever that is`() throws {
        for number in 0... {
            let ground = try Ground()
            let (disk, erased) = (ground.fileSystem, Ground.conversation())
            try ground.addPart(expiring: ground.today)
            let open = try ground.addRecord(erased, expiring: ground.today, isOpen: true)
            let closed = "\(ground.layout.records(expiring: ground.today))/\(DiskFileSystem.name(of: open))"
            let fileSystem = EventfulFileSystem(disk, before: number) {
                // As it is closed; where it is removed already its writer finds nothing to close.
                try? disk.link(open, to: closed)
                try? disk.remove(open)
            }
            let removal = ExpiredRecords(fileSystem: fileSystem, layout: ground.layout).removeErased(from: ground.today) {
                $0.intersection([erased])
            }
            #expect(try !ground.exists(open) && !ground.exists(closed) && removal.left == 0, "before operation \(number)")
            if !fileSystem.hasHappened { return #expect(number > 5) }
        }
    }

    @Test func `an open part without a header that says so stays`() throws {
        let ground = try Ground()
        let path = "\(ground.layout.open)/\(Self.id).\(Self.id).transcript"
        try ground.fileSystem.writeDurably(path, Array("torn".utf8).rawSpan, mode: 0o660)
        let records = ExpiredRecords(fileSystem: ground.fileSystem, layout: ground.layout)
        #expect(records.remove(before: Day.last, keeping: []) == .init())
        #expect(try ground.exists(path))
    }

    @Test func `a link in the place of a folder or a file leads nowhere`() throws {
        let directory = FileManager.default.temporaryDirectory.appendingPathComponent("expired-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: directory) }
        let ground = try Ground(fileSystem: DiskFileSystem(), root: directory.appendingPathComponent("vault").path)
        let target = directory.appendingPathComponent("cell")
        try FileManager.default.createDirectory(at: target, withIntermediateDirectories: true)
        let inside = target.appendingPathComponent("\(Self.id).\(Self.id).transcript")
        try Data("cell".utf8).write(to: inside)
        try FileManager.default.createSymbolicLink(atPath: ground.layout.records(expiring: ground.today), withDestinationPath: target.path)
        let linked = try ground.addPart(expiring: ground.today.adding(days: 1))
        try FileManager.default.removeItem(atPath: linked)
        try FileManager.default.createSymbolicLink(atPath: linked, withDestinationPath: inside.path)
        let records = ExpiredRecords(fileSystem: DiskFileSystem(), layout: ground.layout)
        let removal = records.remove(before: ground.today.adding(days: 2), keeping: [])
        #expect(removal == .init(files: 1, left: 1, conversations: 1), "the linked file's own name is removed, the linked folder is left")
        #expect(FileManager.default.fileExists(atPath: inside.path))
    }

    @Test func `a file that cannot be removed is found again the next time`() throws {
        let ground = try Ground()
        for _ in 0..<5 { try ground.addPart(expiring: ground.today) }
        let keeper = try ground.newKeeper()
        ground.advance(days: 1)
        _ = try keeper.sweep()
        for _ in 0..<5 { try ground.addPart(expiring: Day(number: ground.today.number - 1)) }
        let outcome = try keeper.sweep()
        #expect(outcome.result == .already && outcome.files == 5)
    }

    @Test func `a removal can be ended between two files`() throws {
        let ground = try Ground()
        for _ in 0..<5 { try ground.addPart(expiring: ground.today) }
        var asked = 0
        let removal = ExpiredRecords(fileSystem: ground.fileSystem, layout: ground.layout).remove(
            before: Day.last, keeping: [],
            isStopping: {
                asked += 1
                return asked > 3
            })
        #expect((1...3).contains(removal.files))
    }

    @Test func `what will be forgotten is counted by day`() throws {
        let ground = try Ground()
        let conversation = Ground.conversation()
        for _ in 0..<2 { try ground.addPart(expiring: ground.today, of: conversation) }
        try ground.addPart(expiring: ground.today)
        try ground.addPart(expiring: ground.today.adding(days: 14))
        try ground.addPart(expiring: ground.today.adding(days: 15))
        let preview = try ExpiryPreview(
            fileSystem: ground.fileSystem, layout: ground.layout, from: ground.today, until: ground.today.adding(days: 14), calendar: nil)
        #expect(preview.days.map(\.day) == [ground.today.description, ground.today.adding(days: 14).description])
        #expect(preview.days.map(\.conversations) == [2, 1] && preview.days.map(\.files) == [3, 1])
    }
}
