package import Ledger
package import Records
package import Sodium

/// All certificates of a vault, held against each other and against the ledger: what is forged, changed, replaced, left out or cut off shows.
package struct CertificateChain: Sendable {
    /// The certificates that are authentic, by number.
    package private(set) var certificates: [SignedCertificate] = []
    /// What is wrong, one line each; empty where nothing is.
    package private(set) var findings: [String] = []

    private let ledger: LedgerReading
    private var completed: Set<Int> = []

    /// Reads and verifies all of them.
    ///
    /// - Parameters:
    ///   - folder: where they lie.
    ///   - ledger: the vault's ledger, verified.
    ///   - vault: the vault.
    ///   - keys: the signing keys of every keeper that the vault ever had.
    /// - Throws: `storage`.
    package init(
        _ folder: CertificateFolder, ledger: LedgerReading, vault: VaultID, keys: [SigningPublicKey]
    ) throws(CertificateError) {
        self.ledger = ledger
        let names = try folder.names()
        findings = names.strangers.map { "certificates/\($0): none of the vault's; move it away" }
        var last = 0
        for number in names.numbers {
            if number > last + 1 { findings.append("missing: \(Self.certificates(from: last + 1, to: number - 1))") }
            last = number
            do throws(CertificateError) {
                let certificate = try folder.read(number, vault: vault, keys: keys)
                check(certificate, vault: vault, keys: keys)
                certificates.append(certificate)
            } catch  where error.code == .refused {
                findings.append("certificate \(number): \(error.description)")
            }
        }
        checkCoverage()
    }

    /// The numbers of those that are incomplete and that no later one completes.
    package var open: [Int] {
        certificates.filter { $0.content.state == .incomplete && !completed.contains($0.content.number) }.map(\.content.number)
    }

    private mutating func check(_ certificate: SignedCertificate, vault: VaultID, keys: [SigningPublicKey]) {
        let content = certificate.content
        // Of a gap, or of one before it that was changed, something was said already.
        if let before = certificates.last, before.content.number == content.number - 1, content.previous != before.digest {
            findings.append("certificate \(content.number): it does not follow the certificate \(content.number - 1) that is there")
        }
        for number in content.completes {
            guard let earlier = certificates.first(where: { $0.content.number == number })?.content else { continue }
            if earlier.state == .complete {
                findings.append("certificate \(content.number): it says that it completes \(number), which was complete")
            } else if earlier.isCompletable(by: content.act, content.verified) {
                completed.insert(number)
            } else {
                findings.append(
                    "certificate \(content.number): it says that it completes \(number), and did not look for the keys that were found then"
                )
            }
        }
        guard let signed = try? SignedCheckpoint(Array(content.ledger.checkpoint.utf8), vault: vault, keys: keys),
            (try? ledger.check(continues: signed.checkpoint)) != nil, isInLedger(content, covered: signed.checkpoint.size)
        else {
            findings.append(
                "certificate \(content.number): the ledger does not have what it names; one of them is not of this vault's history")
            return
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
    private mutating func checkCoverage() {
        let own = certificates.filter { $0.content.ledger.entry != nil }
        let named = Dictionary(grouping: own, by: { UInt64($0.content.calendar) })
        for (serial, found) in named.sorted(by: { $0.key < $1.key }) where found.count > 1 {
            findings.append(
                "calendar \(serial) has \(found.count) certificates: \(found.map { "\($0.content.number)" }.joined(separator: ", "))")
        }
        // An act that was incomplete stands there again when it is done.
        var told: Set<UInt64> = []
        for entry in ledger.entries where Self.isToBeCertified(entry) {
            guard let serial = entry.event.serial, named[serial] == nil, told.insert(serial).inserted else { continue }
            findings.append(
                "entry \(entry.number) of the ledger, '\(entry.event.act)', has no certificate: it is still to be written, and "
                    + "'vault-retention run' writes it, or was taken away")
        }
        for number in open {
            findings.append("certificate \(number) is incomplete, and no later one completes it: it says what lags behind")
        }
    }

    /// Whether an entry is of a destruction that always has a certificate. A release has one where it destroyed a key, which the ledger does
    /// not tell.
    package static func isToBeCertified(_ entry: LedgerEntry) -> Bool {
        entry.event.state != .intent && entry.event.serial != nil && ["sweep", "erase"].contains(entry.event.act)
    }

    private static func certificates(from first: Int, to last: Int) -> String {
        first == last ? "certificate \(first)" : "certificates \(first) to \(last)"
    }
}
