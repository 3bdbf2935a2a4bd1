import Certificate
import Keeper
import KeyCalendar
import Ledger
import Records
import Retention
import System
import Testing

/// Status, the service manager's line and whoever verifies the certificates say the same: what is destroyed, what is waited for, and what can
/// never be proved.
@Suite struct WhatIsProvedIsToldInOneWayTests {
    private let fire: Fire
    private var ground: Ground { fire.ground }

    init() throws { fire = try Fire() }

    @Test func `what waits for a cell that was given up stays visible, and is not waited for`() throws {
        try fire.liveOnWithOneCell()
        let waiting = try ground.keeperOfOneCell()
        #expect(waiting.status().destruction.waiting == [2] && waiting.standing.contains("NOT YET destroyed everywhere"))
        #expect(try ground.chain().findings.count == 1)
        _ = consume waiting
        // The second cell is lost for good, the machine lives.
        _ = try fire.restore(["/cell-a"], from: ground.layout)
        for days in 0..<2 {
            ground.advance(days: days)
            let keeper = try fire.keeper(["/cell-a"])
            keeper.attend()
            let status = keeper.status()
            #expect(status.destruction.givenUp == [2] && status.destruction.waiting.isEmpty && status.destruction.everywhere)
            #expect(status.destroyed.hasPrefix("everything that expired before \(ground.today) is destroyed; 1 certificate(s)"))
            #expect(keeper.standing.hasPrefix(status.destroyed) && !keeper.standing.contains("NOT YET"))
            #expect(status.warnings.contains { $0.hasPrefix("certificate 2 stays incomplete for ever") })
            let chain = try fire.chain()
            #expect(chain.findings.isEmpty && chain.open == [2] && chain.givenUp == [2], "\(chain.findings)")
            #expect(chain.remarks.count == 1 && chain.remarks.allSatisfy { $0.hasPrefix("certificate 2 stays incomplete") })
        }
        #expect(try fire.content(1_000_001).state == .complete && fire.content(1_000_001).completes.isEmpty)
    }

    @Test func `what was undone is told as that`() throws {
        try fire.liveOnWithOneCell()
        try fire.backUp()
        try fire.loseTheMachine()
        _ = try fire.restore(mayUndo: true)
        let keeper = try fire.keeper(["/cell-b"])
        keeper.attend()
        let chain = try fire.chain()
        #expect(chain.findings.isEmpty && chain.open == [2] && chain.givenUp == [2], "\(chain.findings)")
        #expect(chain.remarks.count == 1 && chain.remarks.allSatisfy { $0.contains("undid its act") })
        #expect(keeper.standing.hasPrefix("everything that expired before \(ground.today) is destroyed"))
    }

    @Test func `what is certified only after a restoration, and was incomplete before, is never certified as complete`() throws {
        try fire.whileNoneIsWritten { try fire.liveOnWithOneCell() }
        #expect(try ground.ledger().incompleteActs.map(\.act).contains("sweep"))
        // Its own cell, and only that, is there from now on.
        _ = try fire.restore(["/cell-a"], from: ground.layout)
        let keeper = try fire.keeper(["/cell-a"])
        for _ in 0..<2 { keeper.attend() }
        let late = try fire.content(1_000_001)
        #expect(late.act == "sweep" && late.state == .incomplete && late.lagging.count == 1)
        #expect(late.lagging.first?.contains("brought back") == true && late.cells.count == 1)
        #expect(keeper.status().destruction.givenUp == [1_000_001] && keeper.status().destruction.waiting.isEmpty)
        #expect(try fire.certificates.names().numbers == [1, 1_000_001], "nothing completes it")
        #expect(try fire.chain().givenUp == [1_000_001])
        // Not even where the keeper itself signs that.
        let lie = CertificateContent(
            number: 1_000_002, previous: try SignedCertificate(late, by: ground.keeperKey).digest, organisation: late.organisation,
            vault: ground.roster.vault, keeper: late.keeper, act: CertificateContent.catchUp, lagging: [], completes: [1_000_001],
            done: nil,
            calendar: UInt64(late.calendar), destroyed: late.destroyed, files: late.files, approvals: [], cells: late.cells,
            verified: late.verified, remaining: late.remaining, time: late.time,
            ledger: .init(entry: nil, checkpoint: late.ledger.checkpoint), program: late.program, warnings: [])
        try fire.certificates.write(SignedCertificate(lie, by: ground.keeperKey))
        #expect(try fire.chain().open == [1_000_001] && fire.chain().findings.contains { $0.contains("brought back in between") })
    }

    @Test func `while only a replica is away, and while it lags behind`() throws {
        try ReplicaDirectory("/replica", number: 1, in: ground.fileSystem).make(for: ground.roster.vault)
        let keeper = try fire.keeper(ground.cells, layout: ground.layout, replicas: ["/replica"])
        keeper.attend()
        let before = ground.today
        try fire.remove("/replica")
        keeper.attend()
        // Nothing was done since: everything is where it was destroyed.
        #expect(keeper.status().cells.map(\.level) == ["L1", "L1", "away"] && keeper.status().destruction.everywhere)
        #expect(keeper.status().destroyed == "everything that expired before \(before) is destroyed")
        #expect(keeper.standing.hasPrefix(keeper.status().destroyed))
        ground.advance(days: 1)
        keeper.attend()
        #expect(keeper.status().destroyed.contains("NOT YET destroyed everywhere") && !keeper.status().destruction.everywhere)
        #expect(keeper.standing.hasPrefix(keeper.status().destroyed))
    }

    @Test func `an incomplete certificate that somebody took away is asked for`() throws {
        try fire.liveOnWithOneCell()
        let kept = try ground.layout.certificateFiles(2).map { ($0, try ground.fileSystem.readFile($0, limitBytes: 1 << 20)) }
        for (path, _) in kept { try ground.fileSystem.remove(path) }
        do {
            let keeper = try ground.keeper()
            keeper.attend()
            #expect(keeper.status().warnings.contains { $0.hasPrefix("certificate 2 waits to be completed, and is not in the vault") })
        }
        for (path, bytes) in kept { try ground.fileSystem.writeDurably(path, bytes.rawSpan, mode: 0o660) }
        try ground.keeper().attend()
        #expect(try ground.chain().findings.isEmpty)
    }

    @Test func `a certificate that is still to be written is told by the keeper, and one that it wrote is missed`() throws {
        func told(_ keeper: RetentionKeeper) -> CertificateChain.Told {
            let destruction = keeper.status().destruction
            return .init(due: destruction.due, last: destruction.last)
        }
        func chain(_ told: CertificateChain.Told?) throws -> CertificateChain {
            try CertificateChain(
                ground.certificates, ledger: ground.ledger(), vault: ground.roster.vault, keys: [ground.keeperKey.publicKey], told: told)
        }
        ground.advance(days: 1)
        let keeper = try ground.keeper()
        try fire.whileNoneIsWritten { keeper.attend() }
        // Of its four files the first are there.
        for count in 1...3 {
            for path in ground.layout.certificateFiles(2).prefix(count) {
                if try !ground.exists(path) { try ground.fileSystem.writeDurably(path, [1].rawSpan, mode: 0o660) }
            }
            let found = try chain(told(keeper))
            #expect(found.findings.isEmpty && found.remarks.count == 2, "\(found.findings)")
            #expect(found.remarks.contains { $0.hasPrefix("certificate 2 is not finished") })
            // Who cannot ask is not told that anything was changed.
            let alone = try chain(nil)
            #expect(alone.findings.count == 1 && alone.findings.allSatisfy { $0.contains("still to be written") }, "\(alone.findings)")
        }
        keeper.attend()
        let last = told(keeper)
        #expect(last.due.isEmpty && last.last == 2)
        #expect(try chain(last).findings.isEmpty && chain(last).remarks.isEmpty)
        // Once it was written, its document alone is missed, too.
        try ground.fileSystem.remove(ground.layout.certificate(2))
        #expect(try chain(last).findings.contains("missing: certificate 2, which is the last that the keeper wrote"))
    }
}
