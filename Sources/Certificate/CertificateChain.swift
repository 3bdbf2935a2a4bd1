package import Ledger
package import Records
package import Sodium

/// All certificates of a vault, held against each other and against the ledger: what is forged, changed, replaced, left out or cut off shows.
package struct CertificateChain: Sendable {
    /// What the running keeper says of the certificates that it writes, asked before they are read.
    package struct Told: Sendable {
        /// The serial numbers of the acts whose certificates are still to be written.
        package let due: Set<UInt64>
        /// The number of the last that it wrote; nil for none.
        package let last: Int?

        /// What it says.
        package init(due: [Int], last: Int?) {
            self.due = Set(due.map { UInt64(clamping: $0) })
            self.last = last
        }
    }

    /// The certificates that are authentic, by number.
    package private(set) var certificates: [SignedCertificate] = []
    /// What is wrong, one line each; empty where nothing is.
    package private(set) var findings: [String] = []
    /// What is not wrong and must be seen, one line each: what is being written, and what will never be proved.
    package private(set) var remarks: [String] = []

    private let ledger: LedgerReading
    private let restorations: [LedgerEntry]
    private var completed: Set<Int> = []

    /// Reads and verifies all of them.
    ///
    /// - Parameters:
    ///   - folder: where they lie.
    ///   - ledger: the vault's ledger, verified.
    ///   - vault: the vault.
    ///   - keys: the signing keys of every keeper that the vault ever had.
    ///   - told: what the keeper says, where it could be asked.
    /// - Throws: `storage`.
    package init(
        _ folder: CertificateFolder, ledger: LedgerReading, vault: VaultID, keys: [SigningPublicKey], told: Told? = nil
    ) throws(CertificateError) {
        self.ledger = ledger
        restorations = ledger.restorations
        let names = try folder.names()
        findings = names.strangers.map { "certificates/\($0): none of the vault's; move it away" }
        var last = 0
        for number in names.numbers {
            do throws(CertificateError) {
                let certificate = try folder.read(number, vault: vault, keys: keys)
                checkPlace(certificate, after: last)
                check(certificate, vault: vault, keys: keys)
                certificates.append(certificate)
            } catch  where error.code == .refused {
                checkGap(before: number, after: last)
                findings.append("certificate \(number): \(error.description)")
            }
            last = number
        }
        checkEnd(last, names.unfinished, told?.last)
        checkCoverage(due: told?.due ?? [])
    }

    /// The numbers of those that are incomplete and that no later one completes.
    package var open: [Int] {
        certificates.filter { $0.content.state == .incomplete && !completed.contains($0.content.number) }.map(\.content.number)
    }

    /// The numbers of those among them that none ever will complete: a restoration went on without what they waited for.
    package var givenUp: [Int] { open.filter { givingUp($0) != nil } }

    /// The certificate of a number, where it is authentic.
    private func content(_ number: Int) -> CertificateContent? {
        certificates.first { $0.content.number == number }?.content
    }

    /// The restoration that went on without what a certificate waits for; nil where none did.
    private func givingUp(_ number: Int) -> LedgerEntry? {
        guard let content = content(number), content.mayBeCompleted, let entry = content.ledger.entry else { return nil }
        return restorations.first { $0.number > entry }
    }

    /// That a certificate follows the one before it that is there, of the number `last`; zero for none.
    private mutating func checkPlace(_ certificate: SignedCertificate, after last: Int) {
        let content = certificate.content
        let before = certificates.last.flatMap { $0.content.number == last ? $0.digest : nil }
        // After a restoration the count begins anew. Nothing is missing before it where the digests go on.
        if CertificateContent.beginsAnew(content.number), content.previous == before, last == 0 || before != nil, mayBegin(content.number) {
            return
        }
        checkGap(before: content.number, after: last)
        // Of a gap, or of one before it that was changed, something was said already.
        if let before, content.number == last + 1, content.previous != before {
            findings.append("certificate \(content.number): it does not follow the certificate \(last) that is there")
        }
    }

    /// Whether the vault was brought back often enough for the count to begin with this number.
    private func mayBegin(_ number: Int) -> Bool {
        (0...restorations.count).contains { CertificateContent.number(after: 0, restorations: $0) == number }
    }

    private mutating func checkGap(before number: Int, after last: Int) {
        guard number > last + 1 else { return }
        findings.append(
            "missing: " + (last + 2 == number ? "certificate \(last + 1)" : "one or more of the certificates \(last + 1) to \(number - 1)"))
    }

    /// What lies beyond the last certificate that is there: one that is not finished is none yet, where it is the next, and the keeper does not
    /// say that it was.
    private mutating func checkEnd(_ last: Int, _ unfinished: [Int], _ written: Int?) {
        let begun = unfinished.last.flatMap { $0 > last ? $0 : nil }
        if let begun, !mayBegin(begun) { checkGap(before: begun, after: last) }
        if let written, written > last {
            findings.append("missing: certificate \(written), which is the last that the keeper wrote")
        } else if let begun {
            remarks.append("certificate \(begun) is not finished: the keeper is writing it, or writes it again when it is started")
        }
    }

    private mutating func check(_ certificate: SignedCertificate, vault: VaultID, keys: [SigningPublicKey]) {
        let content = certificate.content
        let signed = try? SignedCheckpoint(Array(content.ledger.checkpoint.utf8), vault: vault, keys: keys)
        for number in content.completes { check(content, completes: number, covered: signed?.checkpoint.size ?? 0) }
        guard let signed, (try? ledger.check(continues: signed.checkpoint)) != nil, isInLedger(content, covered: signed.checkpoint.size)
        else {
            findings.append(
                "certificate \(content.number): the ledger does not have what it names; one of them is not of this vault's history")
            return
        }
    }

    /// That a certificate, whose checkpoint covers so many entries, can complete an earlier one.
    private mutating func check(_ content: CertificateContent, completes number: Int, covered: Int) {
        guard let earlier = self.content(number) else { return }
        let says = "certificate \(content.number): it says that it completes \(number)"
        if earlier.state == .complete {
            findings.append("\(says), which was complete")
        } else if !earlier.isCompletable(by: content.act, content.verified) {
            findings.append("\(says), and did not look for the keys that were found then")
        } else if let restoration = givingUp(number), restoration.number <= covered {
            findings.append("\(says), and the vault was brought back in between, without what that waited for")
        } else {
            completed.insert(number)
        }
    }

    private func isInLedger(_ content: CertificateContent, covered: Int) -> Bool {
        guard let number = content.ledger.entry else { return content.act == CertificateContent.catchUp }
        guard number <= covered, ledger.entries.indices.contains(number - 1) else { return false }
        let entry = ledger.entries[number - 1]
        return entry.event.state != .intent && entry.event.act == content.act && entry.event.serial == UInt64(content.calendar)
            && entry.at.description == content.done && entry.event.approvals.map { Hex.encode($0) } == content.approvals
            && (content.act != "sweep" || entry.event.until?.description == content.destroyed.until)
    }

    /// Of each destruction that the ledger has as carried out there is a certificate, and of none are there two.
    private mutating func checkCoverage(due: Set<UInt64>) {
        let own = certificates.filter { $0.content.ledger.entry != nil }
        let named = Dictionary(grouping: own, by: { UInt64($0.content.calendar) })
        for (serial, found) in named.sorted(by: { $0.key < $1.key }) where found.count > 1 {
            findings.append(
                "calendar \(serial) has \(found.count) certificates: \(found.map { "\($0.content.number)" }.joined(separator: ", "))")
        }
        // An act that was incomplete stands there again when it is done.
        var told: Set<UInt64> = []
        for entry in ledger.entries where Self.isToBeCertified(entry) {
            guard let serial = entry.event.serial, named[serial] == nil, !isUndone(serial), told.insert(serial).inserted else { continue }
            let what = "entry \(entry.number) of the ledger, '\(entry.event.act)', has no certificate"
            if due.contains(serial) {
                remarks.append("\(what) yet: the keeper says that it is still to be written")
            } else {
                findings.append("\(what): it is still to be written, and 'vault-retention run' writes it, or was taken away")
            }
        }
        for number in open { tell(open: number) }
    }

    /// Whether a restoration went on without this calendar, as far as it knew: what was destroyed by it was there again.
    private func isUndone(_ serial: UInt64) -> Bool { ledger.undone.contains { $0.contains(serial) } }

    private mutating func tell(open number: Int) {
        guard let restoration = givingUp(number), let content = content(number) else {
            findings.append("certificate \(number) is incomplete, and no later one completes it: it says what lags behind")
            return
        }
        let since = "the vault was brought back since (entry \(restoration.number) of the ledger)"
        remarks.append(
            isUndone(UInt64(content.calendar))
                ? "certificate \(number) stays incomplete: \(since), and undid its act; what it counts was there again, until a later one counts it"
                : "certificate \(number) stays incomplete: \(since), without what it waited for, which may still open what it counts")
    }

    /// Whether an entry is of a destruction that always has a certificate. A release has one where it destroyed a key, which the ledger does
    /// not tell.
    private static func isToBeCertified(_ entry: LedgerEntry) -> Bool {
        entry.event.state != .intent && entry.event.serial != nil && CertificateContent.alwaysCertified.contains(entry.event.act)
    }
}
