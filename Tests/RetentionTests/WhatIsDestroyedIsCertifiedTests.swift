import Certificate
import Keeper
import KeyCalendar
import Ledger
import Minisign
import Records
import Retention
import Roster
import Sodium
import System
import Testing

extension Ground {
    var certificates: CertificateFolder { CertificateFolder(fileSystem: fileSystem, layout: layout) }

    /// The ledger, verified.
    func ledger() throws -> LedgerReading {
        try LedgerReading.read(fileSystem: fileSystem, layout: layout, vault: roster.vault, keys: [keeperKey.publicKey])
    }

    /// All certificates, held against the ledger.
    func chain() throws -> CertificateChain {
        try CertificateChain(certificates, ledger: ledger(), vault: roster.vault, keys: [keeperKey.publicKey])
    }
}

/// For each sweep and each erasure there is a certificate before the asker is told that it is done; it counts what went and what is left.
@Suite struct WhatIsDestroyedIsCertifiedTests {
    private let ground: Ground
    private let keeper: RetentionKeeper

    init() throws {
        ground = try Ground()
        keeper = try ground.newKeeper()
    }

    private func content(_ number: Int) throws -> CertificateContent {
        try ground.certificates.read(number, vault: ground.roster.vault, keys: [ground.keeperKey.publicKey]).content
    }

    @Test func `a sweep's certificate counts pages, conversations, files and classes, and what was tried`() throws {
        let today = ground.today
        _ = try keeper.drawPages([today, today.adding(days: 1)])
        let (one, two, kept) = (Ground.conversation(), Ground.conversation(), Ground.conversation())
        for conversation in [one, one, two, kept] { try ground.addRecord(conversation, expiring: today) }
        try ground.addRecord(two, expiring: today, isOpen: true)
        let strange = try ground.addFile("notes.txt", expiring: today)
        var hold = ConversationTarget(kept)
        hold.until = today.adding(days: 9)
        try ground.act(.hold, hold, by: [ground.leads[0]], of: keeper)
        #expect(try ground.chain().certificates.isEmpty && ground.chain().findings.isEmpty)
        let before = ground.clock.now().seconds
        ground.advance(days: 1)
        let outcome = try keeper.sweep()
        #expect(outcome.result == .done && outcome.files == 4 && outcome.left == 1)

        let chain = try ground.chain()
        #expect(chain.findings.isEmpty && chain.certificates.count == 1)
        let found = try content(1)
        #expect(found.state == .complete && found.act == "sweep" && found.previous == nil && found.organisation == "The Charity")
        #expect(found.destroyed.from == today.description && found.destroyed.until == today.adding(days: 1).description)
        #expect(found.destroyed.pages == 1 && found.destroyed.erased == 0 && found.destroyed.kept.total == 0)
        #expect(found.destroyed.conversations == 2 && found.files.removed == 4 && found.files.left == 1)
        #expect(found.remaining.kept.held == 1 && found.remaining.overdue == 0 && found.remaining.calendars == 0)
        #expect(found.remaining.pages == keeper.status().pages.count)
        #expect(found.verified == .init(cells: 2, readBack: 2, earlierTried: 1, earlierOpened: 0, keysSought: 1, keysFound: 0))
        #expect(found.cells.map(\.level) == ["L1", "L1"] && found.time.drawn == 0 && !found.time.approved)
        #expect(found.calendar == outcome.serial)
        let moment = try #require(Timestamp(text: found.time.clock))
        #expect(moment.seconds == before + Day.seconds)
        let entry = try #require(try ground.ledger().entries.last { $0.event.act == "sweep" && $0.event.state == .done })
        #expect(found.ledger.entry == entry.number && found.done == entry.at.description)

        // The hold is over: it stands on the certificate by its class, and the file that was none of ours is counted until it is gone.
        try ground.fileSystem.remove(strange)
        ground.advance(days: 10)
        #expect(try keeper.sweep().files == 1)
        let later = try content(2)
        #expect(later.destroyed.kept.held == 1 && later.destroyed.pages == 1 && later.destroyed.conversations == 1)
        #expect(later.files.left == 0 && later.remaining.kept.total == 0 && later.time.drawn == 0)
        #expect(
            later.previous == Hex.encode(SHA256.hash(try ground.fileSystem.readFile(ground.layout.certificate(1), limitBytes: 1 << 20))))
        #expect(try keeper.sweep().result == .already)
        #expect(try ground.chain().findings.isEmpty && ground.chain().certificates.count == 2)
    }

    @Test func `an erasure's certificate says how many, never which, and names the approvals`() throws {
        let (one, other) = (Ground.conversation(), Ground.conversation())
        let day = Ground.expiry(ground.today)
        for conversation in [one, one, other] { try ground.addRecord(conversation, expiring: day) }
        let request = try ground.request(.erase, [ConversationTarget(one), ConversationTarget(other)], of: keeper)
        let papers = try ground.order(request, by: [ground.leads[0], ground.leads[1]])
        #expect(try keeper.act(papers).result == .done)
        let found = try content(1)
        #expect(found.act == "erase" && found.state == .complete && found.destroyed.erased == 2 && found.destroyed.pages == 0)
        #expect(found.destroyed.conversations == 2 && found.files.removed == 3 && found.files.left == 0)
        #expect(found.verified.keysSought == 2 && found.verified.keysFound == 0 && found.verified.earlierTried == 1)
        guard case .approved(_, let approvals) = papers else { return }
        #expect(found.approvals == approvals.map { Hex.encode(BLAKE2b.hash(Array($0.text.utf8), digestBytes: 32)) })
        #expect(try keeper.act(papers).result == .already)
        #expect(try ground.chain().findings.isEmpty && ground.chain().certificates.count == 1)
        // No id of a conversation, and no name of anybody but the organisation's.
        for path in [ground.layout.certificate(1), ground.layout.certificateText(1), "/cell-a/certificates.json"] {
            let text = String(decoding: try ground.fileSystem.readFile(path, limitBytes: 1 << 20), as: UTF8.self)
            for word in [one.description, other.description, "lead-", "worker"] { #expect(!text.contains(word)) }
        }
    }

    @Test func `letting go is certified where it destroys a key, and not where the page has it still`() throws {
        let today = ground.today
        _ = try keeper.drawPages([today])
        let (over, alive) = (Ground.conversation(), Ground.conversation())
        try ground.addRecord(over, expiring: today)
        try ground.addRecord(alive, expiring: Ground.expiry(today))
        for (conversation, until) in [(over, today.adding(days: 9)), (alive, Ground.expiry(today).adding(days: 9))] {
            var hold = ConversationTarget(conversation)
            hold.until = until
            try ground.act(.hold, hold, by: [ground.leads[0], ground.leads[1]], of: keeper)
        }
        ground.advance(days: 1)
        #expect(try keeper.sweep().files == 0)
        try ground.act(.release, ConversationTarget(alive), by: [ground.leads[0], ground.leads[1]], of: keeper)
        #expect(try ground.chain().certificates.count == 1)
        try ground.act(.release, ConversationTarget(over), by: [ground.leads[0], ground.leads[1]], of: keeper)
        let found = try content(2)
        #expect(found.act == "release" && found.destroyed.kept.held == 1 && found.files.removed == 1 && found.destroyed.conversations == 1)
        #expect(try ground.chain().findings.isEmpty)
    }

    @Test func `beyond the clock it names who approved by their papers, and what the budget paid`() throws {
        let day = ground.today.adding(days: 40)
        let request = try keeper.request(KeeperQuestion(act: "sweep", targets: [day.description]))
        let papers = try ground.order(request, by: [ground.leads[0], ground.leads[2]])
        #expect(try keeper.act(papers).result == .done)
        let found = try content(1)
        #expect(found.time.approved && found.approvals.count == 2 && found.destroyed.until == day.description && found.time.drawn == 0)
        // A machine that was off: the clock claims days that nobody saw pass.
        let ground = try Ground()
        let keeper = try ground.newKeeper()
        ground.advance(days: 3)
        ground.clock.reboot()
        #expect(try keeper.sweep().result == .done)
        let drawn = try ground.certificates.read(1, vault: ground.roster.vault, keys: [ground.keeperKey.publicKey]).content
        #expect(drawn.time.drawn == 3 && drawn.time.left == 4 && !drawn.time.approved)
    }

    @Test func `one cell alone stands on the certificate as a warning, and its level with the reason`() throws {
        let ground = try Ground(cells: ["/cell"])
        let keeper = try ground.newKeeper()
        ground.advance(days: 1)
        _ = try keeper.sweep()
        let found = try ground.certificates.read(1, vault: ground.roster.vault, keys: [ground.keeperKey.publicKey])
        #expect(found.content.warnings.contains { $0.contains("one cell only") })
        let text = String(decoding: found.text, as: UTF8.self)
        #expect(text.contains("one cell only") && text.contains("cell 1, assurance level L1: a test"))
    }

    @Test func `while a cell that there was is not there it is incomplete, and a later one completes it`() throws {
        let disk = MemoryFileSystem()
        let ground = try Ground(fileSystem: disk)
        #expect(try ground.sweepsWithOneCell().result == .incomplete)
        let first = try ground.certificates.read(1, vault: ground.roster.vault, keys: [ground.keeperKey.publicKey])
        #expect(first.content.state == .incomplete && first.content.lagging.count == 1 && first.content.cells.count == 1)
        #expect(String(decoding: first.text, as: UTF8.self).contains("NUMBER 1: INCOMPLETE"))
        #expect(try ground.chain().open == [1] && ground.chain().findings.contains { $0.contains("incomplete") })
        // Both are there again: the one that was away is brought forward, and that is certified without another destruction.
        let both = try ground.keeper()
        both.attend()
        let second = try ground.certificates.read(2, vault: ground.roster.vault, keys: [ground.keeperKey.publicKey]).content
        #expect(second.act == "catch-up" && second.state == .complete && second.completes == [1] && second.ledger.entry == nil)
        #expect(second.verified.readBack == 2 && second.destroyed.pages == 0)
        #expect(try ground.chain().open.isEmpty && ground.chain().findings.isEmpty)
        both.attend()
        #expect(try ground.chain().certificates.count == 2)
    }

    @Test func `where none can be written the act is done, nobody is told so before it is, and asked again it is there`() throws {
        let disk = MemoryFileSystem()
        let ground = try Ground(fileSystem: disk)
        try ground.initialise()
        _ = try ground.keeper().drawPages([ground.today])
        for _ in 0..<2 { try ground.addRecord(Ground.conversation(), expiring: ground.today) }
        try ground.blockCertificates()
        let keeper = try ground.keeper()
        ground.advance(days: 1)
        #expect(try code { _ = try keeper.sweep() } == .failed)
        #expect(keeper.status().highWater == ground.today.description)
        #expect(keeper.status().warnings.contains { $0.hasPrefix("certificates: ") })
        try ground.unblockCertificates()
        #expect(try keeper.sweep().result == .already)
        let chain = try ground.chain()
        #expect(chain.certificates.map(\.content.files.removed) == [2] && chain.findings.isEmpty, "what it removed is counted, whenever")
        #expect(!keeper.status().warnings.contains { $0.hasPrefix("certificates: ") })
    }

    @Test func `what was removed before the program ended is counted by the next one`() throws {
        let ground = try Ground()
        try ground.initialise()
        let released = Ground.conversation()
        var hold = ConversationTarget(released)
        hold.until = ground.today.adding(days: 9)
        do {
            let keeper = try ground.keeper()
            _ = try keeper.drawPages([ground.today])
            for conversation in [Ground.conversation(), Ground.conversation(), released] {
                try ground.addRecord(conversation, expiring: ground.today)
            }
            try ground.act(.hold, hold, by: [ground.leads[0]], of: keeper)
            ground.advance(days: 1)
            try ground.blockCertificates()
            #expect(try code { _ = try keeper.sweep() } == .failed)
            // Nor is it counted again with what a release removes.
            let leads = [ground.leads[0], ground.leads[1]]
            #expect(try code { try ground.act(.release, ConversationTarget(released), by: leads, of: keeper) } == .failed)
        }
        try ground.unblockCertificates()
        try ground.keeper().attend()
        let found = try ground.chain()
        #expect(found.certificates.map(\.content.act) == ["sweep", "release"] && found.findings.isEmpty)
        #expect(found.certificates.map(\.content.files.removed) == [2, 1])
        #expect(found.certificates.map(\.content.destroyed.conversations) == [2, 1])
    }

    @Test func `where the machine stops among the files it says that their number is not known`() throws {
        func prepared(on disk: MemoryFileSystem) throws -> Ground {
            let ground = try Ground(fileSystem: disk)
            try ground.initialise()
            _ = try ground.keeper().drawPages([ground.today])
            for _ in 0..<3 { try ground.addRecord(Ground.conversation(), expiring: ground.today) }
            ground.advance(days: 1)
            return ground
        }
        let counted = MemoryFileSystem()
        let counting = FaultyFileSystem(counted)
        _ = try prepared(on: counted).keeper(on: counting).sweep()
        let removals = counting.log.indices.filter { counting.log[$0].contains(" remove /vault/records/") }
        #expect(removals.count == 3)
        let disk = MemoryFileSystem()
        let ground = try prepared(on: disk)
        _ = try? ground.keeper(on: FaultyFileSystem(disk, fault: .crashes(.after), at: removals[1])).sweep()
        disk.crash(.everything)
        #expect(try ground.keeper().sweep().files == 1)
        let found = try ground.chain()
        #expect(found.certificates.map(\.content.files.removed) == [nil] && found.findings.isEmpty)
    }
}
