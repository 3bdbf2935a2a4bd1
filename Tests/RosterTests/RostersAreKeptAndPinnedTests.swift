import Foundation
import Minisign
import Records
import Roster
import Sodium
import System
import Testing

@Suite("Rosters are kept and pinned")
final class RostersAreKeptAndPinnedTests {
    let root = FileManager.default.temporaryDirectory.appendingPathComponent("roster-\(UUID().uuidString)").path
    let disk = DiskFileSystem()
    let layout: VaultLayout
    let store: RosterStore
    var pinPath: String { "\(root)/pin" }

    init() throws {
        layout = VaultLayout(root: "\(root)/vault")
        store = RosterStore(fileSystem: disk, layout: layout)
        for directory in layout.directories { try disk.createDirectories(directory, mode: 0o700) }
    }

    deinit {
        try? FileManager.default.removeItem(atPath: root)
    }

    func write(_ bytes: [UInt8], _ path: String) throws {
        try disk.replaceDurably(path, bytes.rawSpan, mode: 0o600)
    }

    /// A charity whose vault has rosters 1 to `count`.
    func charity(_ count: Int) throws -> Charity {
        var charity = try Charity()
        try write(charity.roster.organisationKey.fileBytes, layout.organisationKey)
        try store.save(charity.roster)
        while charity.roster.number < count { try grow(&charity) }
        return charity
    }

    func grow(_ charity: inout Charity) throws {
        try charity.make(RosterChange(enrol: [Person("worker-\(charity.roster.number)").card]), by: [charity.leads[0]])
        try store.save(charity.roster)
    }

    @Test("the first sight pins, the next follows, and the pin goes on")
    func firstSight() throws {
        var charity = try charity(3)
        #expect(try code { _ = try self.store.load(pinnedAt: self.pinPath) } == .unpinned)
        #expect(try store.loadTrustingFirst(pinningAt: pinPath).digest == charity.roster.digest)
        #expect(try store.pin(at: pinPath) == charity.roster.pin)
        #expect(try disk.status(pinPath)?.mode == RosterStore.pinMode)
        #expect(try code { _ = try self.store.loadTrustingFirst(pinningAt: self.pinPath) } == .invalid)
        try grow(&charity)
        try grow(&charity)
        #expect(try store.load(pinnedAt: pinPath).members == charity.roster.members)
        #expect(try store.pin(at: pinPath)?.number == 5)
        #expect(try store.load(pinnedAt: pinPath).digest == charity.roster.digest)
        // The copies for tools are the latest.
        #expect(try disk.readFile(layout.roster, limitBytes: Limits.rosterBytes) == charity.roster.file.bytes)
        #expect(try disk.readFile(layout.rosterSignature, limitBytes: Limits.minisigBytes) == charity.roster.file.signature)
    }

    @Test("a vault that lost its latest rosters is refused")
    func rollback() throws {
        let charity = try charity(4)
        try store.store(charity.roster.pin, at: pinPath)
        for number in [4, 3] {
            try disk.remove(layout.roster(number: number))
            #expect(try code { _ = try self.store.load(pinnedAt: self.pinPath) } == .rollback)
        }
        try disk.remove(layout.roster(number: 1))
        try disk.remove(layout.roster(number: 2))
        #expect(try code { _ = try self.store.load(pinnedAt: self.pinPath) } == .missing)
        #expect(try store.pin(at: pinPath)?.number == 4)
    }

    @Test("a vault whose history was replaced is refused, be it under the same organisation key")
    func fork() throws {
        var charity = try charity(2)
        let before = charity
        try grow(&charity)
        try store.store(charity.roster.pin, at: pinPath)
        var other = before
        try other.make(RosterChange(enrol: [Person("mallory").card]), by: [other.leads[2]])
        for (path, bytes) in [
            (layout.roster(number: 3), other.roster.file.bytes), (layout.rosterSignature(number: 3), other.roster.file.signature),
        ] { try write(bytes, path) }
        #expect(try code { _ = try self.store.load(pinnedAt: self.pinPath) } == .refused)
        try other.make(RosterChange(enrol: [Person("eve").card]), by: [other.leads[2]])
        try store.save(other.roster)
        #expect(try code { _ = try self.store.load(pinnedAt: self.pinPath) } == .refused)
        #expect(try store.pin(at: pinPath) == charity.roster.pin)
    }

    @Test("a new chain by the same organisation key is refused to whoever has seen the old one")
    func newChain() throws {
        let charity = try charity(1)
        try store.store(charity.roster.pin, at: pinPath)
        let vault = charity.roster.vault
        let mallory = try (0..<3).map { try Person("lead-\($0)", .lead) }
        let unsigned = try VerifiedRoster.first(
            organisation: charity.roster.organisation,
            vault: vault,
            policy: charity.roster.policy,
            cards: mallory.map(\.card),
            at: charity.now,
            organisationKey: charity.organisation.key.publicKey
        )
        let forged = try unsigned.sign(with: charity.organisation.key)
        try write(forged.bytes, layout.roster(number: 1))
        try write(forged.signature, layout.rosterSignature(number: 1))
        #expect(try code { _ = try self.store.load(pinnedAt: self.pinPath) } == .refused)
    }

    @Test("a missing roster between is said to be missing, one still being copied is waited for")
    func gaps() throws {
        let charity = try charity(5)
        let first = try store.loadFromFirst(organisationKey: charity.roster.organisationKey)
        #expect(first.number == 5)
        let signature = try disk.readFile(layout.rosterSignature(number: 5), limitBytes: 1024)
        try disk.remove(layout.rosterSignature(number: 5))
        #expect(try store.loadFromFirst(organisationKey: charity.roster.organisationKey).number == 4)
        try write(signature, layout.rosterSignature(number: 5))
        try disk.remove(layout.roster(number: 3))
        #expect(try code { _ = try self.store.loadFromFirst(organisationKey: charity.roster.organisationKey) } == .missing)
    }

    @Test("names that are not a roster's are nothing to the store")
    func otherNames() throws {
        let charity = try charity(2)
        for name in [
            "007.json", "-3.json", "+3.json", "0.json", "x.json", ".json", "3.json.bak", "3", ".tmp-3.json", "9999999999999999999999.json",
        ] {
            try write([0], "\(layout.rosters)/\(name)")
            try write([0], "\(layout.rosters)/\(name).minisig")
        }
        #expect(try store.loadFromFirst(organisationKey: charity.roster.organisationKey).number == 2)
    }

    @Test("saving completes what a crash interrupted, and never replaces a roster by another")
    func saving() throws {
        let charity = try charity(2)
        try disk.remove(layout.roster)
        try disk.remove(layout.rosterSignature(number: 2))
        try store.save(charity.roster)
        #expect(try store.loadFromFirst(organisationKey: charity.roster.organisationKey).number == 2)
        #expect(try disk.readFile(layout.roster, limitBytes: Limits.rosterBytes) == charity.roster.file.bytes)
        let other = try Charity()
        #expect(try code { try self.store.save(other.roster) } == .numberTaken)
    }

    @Test("files over their limit, and things that are not files, are refused with the file system's reason")
    func otherFiles() throws {
        let charity = try charity(1)
        try write([UInt8](repeating: 32, count: Limits.rosterBytes + 1), layout.roster(number: 1))
        #expect(try code { _ = try self.store.loadFromFirst(organisationKey: charity.roster.organisationKey) } == .storage)
        try write([UInt8](repeating: 10, count: MinisignFile.limitBytes), layout.organisationKey)
        #expect(try code { _ = try self.store.organisationKey() } == .refused)
        try write([UInt8](repeating: 10, count: MinisignFile.limitBytes + 1), layout.organisationKey)
        #expect(try code { _ = try self.store.organisationKey() } == .storage)
        try disk.remove(layout.organisationKey)
        #expect(try code { _ = try self.store.organisationKey() } == .missing)
        do {
            _ = try store.organisationKey()
        } catch {
            #expect(error.cause?.code == .notFound && error.description.contains("does not exist"))
        }
    }

    enum MinisignFile {
        static let limitBytes = 128
    }
}
