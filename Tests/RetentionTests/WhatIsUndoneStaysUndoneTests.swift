import Certificate
import Keeper
import KeyCalendar
import Ledger
import Records
import Retention
import Sodium
import System
import Testing

/// What a cell that is lost did alone is undone by a restoration: neither the cell, nor its notes, nor its numbers come back.
@Suite struct WhatIsUndoneStaysUndoneTests {
    private let fire: Fire
    private var ground: Ground { fire.ground }

    init() throws { fire = try Fire() }

    @Test func `a cell that returns with undone acts is not taken, neither while it is ahead nor when it is behind`() throws {
        try fire.liveOnWithOneCell()
        try fire.backUp()
        try fire.loseTheMachine()
        let report = try fire.restore(mayUndo: true)
        #expect(report.missing.undone.contains("sweep"))
        let keeper = try fire.keeper(["/cell-b", "/lost-a"])
        try fire.copy("/kept-a", to: "/lost-a")
        let bytes = try ground.fileSystem.readFile("/lost-a/cell", limitBytes: 1 << 20)
        // At first it is ahead. Then the day is torn off again, and it is behind: what it holds was undone all the same.
        for _ in 0..<2 {
            keeper.attend()
            let lost = try #require(keeper.status().cells.last)
            #expect(lost.label == "cell 2" && lost.level == "away" && lost.reason.contains("a restoration undid"), "\(lost)")
        }
        #expect(UInt64(keeper.status().serial) > UInt64(report.serial) + 1)
        #expect(try ground.fileSystem.readFile("/lost-a/cell", limitBytes: 1 << 20) == bytes, "nothing was written to it")
    }

    @Test func `nor does a start take it, nor another restoration`() throws {
        try fire.liveOnWithOneCell()
        try fire.backUp()
        try fire.loseTheMachine()
        _ = try fire.restore(mayUndo: true)
        try fire.copy("/kept-a", to: "/lost-a")
        // Before the keeper went on.
        #expect(try code { _ = try fire.keeper(["/lost-a", "/cell-b"]) } == .failed)
        try fire.copy("/new", to: "/backup-2")
        let again = VaultLayout(root: "/newer")
        let second = try Restoration(from: VaultLayout(root: "/backup-2"), to: fire.place(["/lost-a"], layout: again))
        #expect(try code { _ = try second.perform(key: ground.keeperKey, mayUndo: true) { _ in } } == .failed)
        #expect(try !ground.exists("/newer"))
        // And afterwards.
        try fire.keeper(["/cell-b"]).attend()
        #expect(try code { _ = try fire.keeper(["/lost-a", "/cell-b"]) } == .failed)
        #expect(try fire.keeper(["/cell-b"]).sweep().result == .already)
    }

    @Test func `what undone acts were to be certified of is not certified`() throws {
        // The notes of the act reach both cells, as they do when an act begins; the second one dies then.
        try fire.whileNoneIsWritten { try fire.liveOnWithOneCell() }
        try fire.write(fire.text("/cell-a/certificates.json"), to: "/cell-b/certificates.json")
        #expect(try fire.text("/cell-b/certificates.json").contains("\"due\":[{"))
        let used = try fire.ledger(ground.layout).lastCarriedOut
        try fire.backUp()
        try fire.loseTheMachine()
        _ = try fire.restore(mayUndo: true)
        try fire.keeper(["/cell-b"]).attend()
        let serials = try fire.chain().certificates.map(\.content.calendar)
        #expect(serials.count == 2 && !serials.contains(Int(used)), "\(serials)")
        #expect(try !fire.text("/cell-b/certificates.json").contains("\"due\":[{"))
        #expect(try fire.chain().findings.isEmpty, "of what was undone none is missing")
    }

    @Test func `the notes of a cell that was given up count no more, however often they were written`() throws {
        try fire.backUp()
        try fire.loseTheMachine()
        // It went on a while before it was lost: all that is left of that are its notes, which have more changes.
        let notes = try fire.text("/kept-a/certificates.json")
        let own = Hex.encode(SHA256.hash(Array(try fire.text(Fire.backup.certificate(1)).utf8)))
        let later = notes.replacing("\"revision\":", with: "\"revision\":9").replacing(own, with: String(repeating: "ab", count: 32))
        #expect(later != notes && notes.contains(own))
        try fire.write(later, to: "/kept-a/certificates.json")
        _ = try fire.restore()
        // It is named at once, before the keeper has changed anything.
        try fire.copy("/kept-a", to: "/lost-a")
        for _ in 0..<2 {
            ground.advance(days: 1)
            let keeper = try fire.keeper(["/cell-b", "/lost-a"])
            keeper.attend()
            #expect(keeper.status().cells.map(\.level) == ["L1", "L1"])
            #expect(try fire.text("/lost-a/certificates.json") == fire.text("/cell-b/certificates.json"))
        }
        let chain = try fire.chain()
        #expect(chain.findings.isEmpty, "\(chain.findings)")
        #expect(chain.certificates.map(\.content.number) == [1, 1_000_001, 1_000_002])
        #expect(chain.certificates[1].content.previous == chain.certificates[0].digest)
    }

    @Test func `nor do they where it comes back while the keeper runs`() throws {
        try fire.backUp()
        try fire.loseTheMachine()
        let notes = try fire.text("/kept-a/certificates.json")
        try fire.write(notes.replacing("\"revision\":", with: "\"revision\":9"), to: "/kept-a/certificates.json")
        _ = try fire.restore()
        let keeper = try fire.keeper(["/cell-b", "/lost-a"])
        try fire.copy("/kept-a", to: "/lost-a")
        keeper.attend()
        #expect(keeper.status().cells.map(\.level) == ["L1", "L1"])
        #expect(try fire.text("/lost-a/certificates.json") == fire.text("/cell-b/certificates.json"))
        #expect(try fire.text("/lost-a/certificates.json").contains("\"restorations\":1"))
    }

    @Test func `numbers of calendars and certificates that a lost cell may have used are not used again, though nobody knows of them`()
        throws
    {
        try fire.backUp()
        try fire.liveOnWithOneCell()
        let lost = try #require(try ground.chain().certificates.last)
        let serial = try fire.ledger(ground.layout).lastCarriedOut
        try fire.loseTheMachine()
        #expect(try fire.restore().missing.undone.isEmpty, "nobody knows what it did")
        let keeper = try fire.keeper(["/cell-b"])
        keeper.attend()
        ground.advance(days: 1)
        keeper.attend()
        let chain = try fire.chain()
        #expect(chain.findings.isEmpty && chain.remarks.isEmpty, "\(chain.findings)")
        let since = chain.certificates.dropFirst().map(\.content)
        #expect(since.map(\.number) == [1_000_001, 1_000_002] && !since.map(\.number).contains(lost.content.number))
        #expect(since.allSatisfy { UInt64($0.calendar) > serial })
        let text = try fire.text(Fire.new.certificateText(1_000_001))
        #expect(text.contains("the count began anew") && text.contains("It follows the last one before that"))
        // The two are of one key and one vault, and still this vault's ledger has nothing of the other.
        for (file, bytes) in zip(
            Fire.new.certificateFiles(lost.content.number), [lost.textSignature, lost.text, lost.documentSignature, lost.document])
        {
            try ground.fileSystem.writeDurably(file, bytes.rawSpan, mode: 0o660)
        }
        #expect(try fire.chain().findings.contains { $0.hasPrefix("certificate \(lost.content.number): the ledger does not have") })
        for file in Fire.new.certificateFiles(lost.content.number) { try ground.fileSystem.remove(file) }
        // A gap is none only where the digests go on.
        for file in Fire.new.certificateFiles(1) { try ground.fileSystem.remove(file) }
        #expect(try fire.chain().findings.contains { $0.hasPrefix("missing: one or more of the certificates 1 to 1000000") })
    }

    @Test func `a gap that no restoration made is one`() throws {
        let content = try #require(try ground.chain().certificates.first).content
        let jumped = CertificateContent(
            number: 1_000_001, previous: try SignedCertificate(content, by: ground.keeperKey).digest, organisation: content.organisation,
            vault: ground.roster.vault, keeper: content.keeper, act: CertificateContent.catchUp, lagging: [], completes: [], done: nil,
            calendar: UInt64(content.calendar), destroyed: content.destroyed, files: content.files, approvals: [], cells: content.cells,
            verified: content.verified, remaining: content.remaining, time: content.time,
            ledger: .init(entry: nil, checkpoint: content.ledger.checkpoint), program: content.program, warnings: [])
        try ground.certificates.write(SignedCertificate(jumped, by: ground.keeperKey))
        #expect(try ground.chain().findings.contains { $0.hasPrefix("missing: ") })
    }

    @Test func `a serial that was begun in the ledger alone is not used again, and the report tells of the act`() throws {
        try fire.backUp()
        // The last line that the first machine wrote into the vault; nobody knows whether its cell has what it tells of.
        let begun = try fire.ledger(Fire.backup).lastCarriedOut + 1
        let ledger = try Ledger(
            fileSystem: ground.fileSystem, layout: Fire.backup, vault: ground.roster.vault,
            keeper: SigningKey(seed: ground.keeperKey.seed()))
        try ledger.append(LedgerEvent(.intent, act: "erase", serial: begun, cells: ["L1"]), at: Ground.start)
        try fire.loseTheMachine()
        let report = try fire.restore()
        #expect(report.missing.begun == ["erase"] && report.missing.undone.isEmpty)
        #expect(report.lines.contains { $0.contains("begun and not known to be carried out: erase") })
        ground.advance(days: 1)
        let keeper = try fire.keeper(["/cell-b"])
        keeper.attend()
        #expect(UInt64(keeper.status().serial) > begun)
        #expect(try fire.ledger().undone.count == 1 && fire.ledger().undone[0].contains(begun))
        let later = try fire.ledger().entries.drop { $0.event.act != LedgerEvent.restoreAct }.dropFirst().compactMap(\.event.serial)
        #expect(!later.isEmpty && !later.contains(begun))
    }

    @Test func `what cannot be written beside a cell at the end of a restoration is told in its report`() throws {
        try fire.backUp()
        try fire.loseTheMachine()
        let broken = UnwritableFileSystem(base: ground.fileSystem, path: "/cell-b/ledger.jsonl")
        let report = try fire.restore(on: broken)
        #expect(report.warnings.contains { $0.hasPrefix("cells: ") }, "\(report.warnings)")
        #expect(!report.warnings.contains { $0.contains("/cell-b") })
        // It is a vault, and lacks nothing: the next start puts it right.
        let keeper = try fire.keeper(["/cell-b"])
        #expect(!keeper.status().warnings.contains { $0.hasPrefix("cells: ") })
        #expect(try fire.text("/cell-b/ledger.jsonl") == fire.text(Fire.new.ledgerActs))
    }
}

/// A file system on which one file can be read and not be written.
private struct UnwritableFileSystem: ForwardingFileSystem {
    let base: any FileSystem
    let path: String

    func open(_ path: String, for mode: OpenMode) throws(FileError) -> any File {
        guard path != self.path || mode == .reading else { throw FileError(.inputOutput, "open", path) }
        return try base.open(path, for: mode)
    }
}
