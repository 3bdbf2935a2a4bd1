internal import Handover
internal import Ledger
internal import Minisign
internal import RecordStore
internal import Records
internal import Roster
internal import Sodium
internal import System

/// What can be seen of ledger and handovers without opening anything.
struct HandoverState {
    let layout: VaultLayout
    let fileSystem: DiskFileSystem
    let roster: VerifiedRoster

    /// What was found.
    struct Report {
        /// How many entries the ledger has; nil where it cannot be verified.
        var entries: Int?
        /// How many handovers there are.
        var handovers = 0
        /// What is wrong, one line each.
        var findings: [String] = []
    }

    /// Verifies the ledger from its first line, then each handover: its signatures and rights, and that the ledger has it.
    ///
    /// That an entry is about this very handover shows only who has the conversation's leaf.
    func report() throws -> Report {
        var report = Report()
        let ledger = ledger(&report)
        report.entries = ledger?.entries.count
        let store = RecordStore(fileSystem: fileSystem, layout: layout)
        for day in try store.expiryDays() {
            for name in try fileSystem.listIfPresent(layout.records(expiring: day)) {
                guard let named = VaultLayout.parseHandoverName(name) else { continue }
                report.handovers += 1
                let path = "\(layout.records(expiring: day))/\(name)"
                // The keeper may have removed it and its part meanwhile.
                if let finding = try finding(named.conversation, named.part, to: named.key, on: day, in: store, ledger),
                    try fileSystem.status(path) != nil
                {
                    report.findings.append("\(path): \(finding)")
                }
            }
        }
        return report
    }

    private func ledger(_ report: inout Report) -> LedgerReading? {
        // Until a keeper is enrolled nobody can say whose lines count.
        guard !roster.keeperKeys.isEmpty else { return nil }
        do {
            return try VaultLedger(layout: layout, roster: roster, fileSystem: fileSystem).reading()
        } catch {
            report.findings.append("\(error)")
            return nil
        }
    }

    private func finding(
        _ conversation: ConversationID, _ part: PartID, to key: KeyID, on day: Day, in store: RecordStore, _ ledger: LedgerReading?
    ) throws -> String? {
        guard let stored = try store.part(part, of: conversation, expiring: day), let header = try? store.header(of: stored),
            header.conversation == conversation, header.part == part, header.expiry == day
        else { return "the part that it hands over is not there, or is damaged" }
        guard let file = try? store.handover(of: header, to: key),
            let signed = try? HandoverFile(parsing: file).checked(for: header, to: key, in: roster)
        else { return "it is not a handover by those who may hand this part over" }
        guard let ledger else { return nil }
        let isRecorded = signed.receipts.allSatisfy { receipt in
            guard ledger.entries.indices.contains(receipt.entry - 1) else { return false }
            let entry = ledger.entries[receipt.entry - 1]
            return entry.event.act == HandoverReceipt.act && entry.event.mark == receipt.mark && entry.at.day == receipt.at.day
        }
        return isRecorded ? nil : "the ledger has not the entry that its receipt names: compare the ledger with a copy or a backup"
    }
}
