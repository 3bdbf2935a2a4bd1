internal import Certificate
internal import KeyCalendar
internal import Ledger
internal import Logging
internal import Minisign
internal import Records
internal import Roster
internal import Sodium
internal import Synchronization
internal import System

/// Certificates of destruction: what was destroyed, how, what was tried afterwards, and what remains. See `Docs/Spec/Certificate.md`.
extension RetentionKeeper {
    /// Writes the certificates of the acts that are done and whose files were removed; then one that completes earlier ones, if it can.
    ///
    /// - Parameter left: files that could not be removed, for those whose own removal was not counted.
    /// - Throws: `failed` where one could not be written. The acts are done all the same, and it is tried again.
    func certify(left: Int) throws(RetentionError) {
        try performing(.certificates) { () throws(RetentionError) in
            try certifying.withLock { _ throws(RetentionError) in
                try takeWritten()
                for due in register.due where due.trial != nil && register.isSettled(due) && entry(of: due) != nil {
                    let seen = seen(after: due, isGivenUp: isGivenUp(due))
                    try write(due, seen, completes: completable(by: due.act, seen, of: waiting), left: left)
                }
                // To look takes the calendar's lock, so it is not done for nothing.
                let waiting = waiting
                guard register.due.isEmpty, !waiting.isEmpty, calendar.withLock({ $0.away.isEmpty }) else { return }
                let seen = seen(after: nil)
                let completes = completable(by: CertificateContent.catchUp, seen, of: waiting)
                if !completes.isEmpty { try write(nil, seen, completes: completes, left: left) }
            }
        }
    }

    /// That of none of these acts the certificate is still to be written: only then one is reported as done.
    func requireCertified(_ isMeant: (DueCertificate) -> Bool) throws(RetentionError) {
        guard register.due.contains(where: isMeant) else { return }
        let reason = problems.withLock { $0[.certificates] } ?? "the keeper is stopping"
        throw RetentionError(
            .failed, "the act is done, but its certificate is not written yet: \(reason); it is tried again, and you may ask again")
    }

    private var certificates: CertificateFolder { CertificateFolder(fileSystem: place.fileSystem, layout: place.layout) }

    private func write(_ due: DueCertificate?, _ seen: Seen, completes: [Int], left: Int) throws(RetentionError) {
        let certificate = try self.certificate(due, after: last(), seen, completes: completes, left: left)
        try RetentionError.onCertificates { () throws(CertificateError) in try certificates.write(certificate) }
        try record(certificate, of: due)
    }

    private func record(_ certificate: SignedCertificate, of due: DueCertificate?) throws(RetentionError) {
        let isGivenUp = due.map(isGivenUp) ?? false
        try RetentionError.onFiles { () throws(FileError) in try register.record(certificate, of: due, isGivenUp: isGivenUp) }
        let content = certificate.content
        place.log.tell(.notice, .certificate, "certificate \(content.number) of '\(content.act)': \(content.state.rawValue)")
    }

    /// Takes the certificates that were written before the machine stopped, and that the register does not have, for what they are.
    private func takeWritten() throws(RetentionError) {
        while !register.due.isEmpty || !register.incomplete.isEmpty {
            // The register of a vault's first one names none: then what lies in the vault is taken for the last.
            let number = if let last = register.last { try numbers().first { $0 > last.number } } else { try last()?.number }
            guard let number, let found = try? certificates.read(number, vault: vault, keys: [signer]),
                register.last == nil || found.content.previous == register.last?.sha256
            else { return }
            let due = register.due.first { $0.act == found.content.act && $0.serial == found.content.calendar }
            // One without an act of its own is the keeper's where it completes what waits to be completed.
            let isCatchUp = found.content.act == CertificateContent.catchUp && register.last != nil && !found.content.completes.isEmpty
            guard due != nil || (isCatchUp && Set(found.content.completes).isSubset(of: register.incomplete)) else { return }
            try record(found, of: due)
        }
    }

    private func numbers() throws(RetentionError) -> [Int] {
        try RetentionError.onCertificates { () throws(CertificateError) in try certificates.names().numbers }
    }

    /// The certificate that the next one follows: as the register has it; where that was lost, or is behind, the last authentic one in the vault.
    private func last() throws(RetentionError) -> CertificateRegister.Last? {
        let registered = register.last
        return try RetentionError.onCertificates { () throws(CertificateError) in
            for number in try certificates.names().numbers.reversed() {
                if let registered, registered.number >= number { return registered }
                guard let found = try? certificates.read(number, vault: vault, keys: [signer] + roster.keeperKeys) else { continue }
                return .init(number: number, sha256: found.digest)
            }
            return registered
        }
    }

    private func certificate(
        _ due: DueCertificate?, after last: CertificateRegister.Last?, _ seen: Seen, completes: [Int], left: Int
    ) throws(RetentionError) -> SignedCertificate {
        guard let note = ledger.checkpoint, let sha256 = place.program.sha256 else {
            throw RetentionError(.failed, "the ledger has no checkpoint, or the program's own file cannot be read (is /proc mounted?)")
        }
        let store = seen.store
        let counted = due == nil ? CountedRemoval(files: 0, conversations: 0, left: left) : due?.removal
        let entry = due.flatMap { self.entry(of: $0) }
        let highWater = store.highWater.description
        let content = CertificateContent(
            number: CertificateContent.number(after: last?.number ?? 0, restorations: ledger.undone.count), previous: last?.sha256,
            organisation: roster.organisation, vault: vault,
            keeper: MinisignPublicKey(signer).text, act: due?.act ?? CertificateContent.catchUp, lagging: seen.lagging,
            completes: completes, done: entry?.at,
            calendar: due.map { UInt64($0.serial) } ?? store.serial,
            destroyed: .init(
                from: due?.from ?? highWater, until: due?.until ?? highWater, pages: due?.pages ?? 0, kept: due?.kept ?? .init([:]),
                erased: due?.erased ?? 0, conversations: counted?.conversations),
            files: .init(removed: counted?.files, left: counted?.left ?? left), approvals: due?.approvals ?? [],
            cells: store.cells.map { .init(label: $0.label, level: "L\($0.assurance.level.rawValue)", reason: $0.assurance.reason) },
            verified: seen.trial,
            remaining: .init(
                overdue: seen.overdue, pages: store.pages, kept: .init(counting: seen.kept.map(\.retention)), calendars: seen.calendars),
            time: .init(
                clock: place.clock.timestamp, drawn: due?.drawn ?? 0, left: due?.left ?? Int(store.budgetDays),
                approved: due.map { $0.act == CalendarAct.Name.sweep.rawValue && !$0.approvals.isEmpty } ?? false),
            ledger: .init(entry: entry?.number, checkpoint: String(decoding: note, as: UTF8.self)),
            program: .init(name: ProgramIdentity.keeperName, version: place.program.version, sha256: sha256),
            warnings: store.warnings)
        return try RetentionError.onCertificates { () throws(CertificateError) in try SignedCertificate(content, by: receiptKey) }
    }

    /// Those of the waiting certificates that one of this act completes, by what was seen: none that saw a key which this one did not look for.
    private func completable(by act: String, _ seen: Seen, of waiting: @autoclosure () -> [CertificateContent]) -> [Int] {
        guard seen.lagging.isEmpty else { return [] }
        return waiting().filter { $0.isCompletable(by: act, seen.trial) }.map(\.number)
    }

    /// The incomplete certificates that may still be completed.
    private var waiting: [CertificateContent] { register.incomplete.compactMap(readCertificate).filter(\.mayBeCompleted) }

    /// What a certificate in the vault says; nil where it is not there, or not authentic.
    func readCertificate(_ number: Int) -> CertificateContent? {
        (try? certificates.read(number, vault: vault, keys: [signer] + roster.keeperKeys))?.content
    }

    /// Whether an act was incomplete when the vault was brought back: the restoration went on without what it waited for, and nobody can say that
    /// it is done.
    private func isGivenUp(_ due: DueCertificate) -> Bool {
        guard let entry = entry(of: due), let restoration = ledger.last(.done, act: LedgerEvent.restoreAct) else { return false }
        return entry.event.state == .incomplete && entry.number < restoration.number
    }

    /// The entry by which an act was carried out, done or incomplete.
    private func entry(of due: DueCertificate) -> LedgerEntry? { ledger.carriedOut(due.act, serial: UInt64(due.serial)) }

    /// What a certificate says of the calendar and its cells, all of one moment.
    private struct Seen {
        let store: StoreStatus
        let kept: [Calendar.KeptLeaf]
        let overdue: Int
        let calendars: Int
        let trial: CertificateContent.Verified
        let lagging: [String]
    }

    /// Looks at the calendar and its cells. Where other cells are there than when the act was tried, all are tried again; the keys of single
    /// conversations were looked for then, and nobody can name them any more.
    private func seen(after due: DueCertificate?, isGivenUp: Bool = false) -> Seen {
        let day = place.clock.day
        return calendar.withLock { store in
            let status = store.status()
            let known = due?.trial
            let trial =
                known.flatMap { $0.cells == status.cells.count ? $0 : nil }
                ?? .init(store.trial(), keysOf: due?.isSweep == false ? known : nil)
            return Seen(
                store: status, kept: store.keptLeaves, overdue: store.pageCount(before: day), calendars: store.otherCalendars, trial: trial,
                lagging: store.away.map { "\($0.label) is away: \($0.reason)" } + Self.failures(of: trial)
                    + (isGivenUp ? ["the vault was brought back since, without a cell or replica that was away then"] : []))
        }
    }

    /// What did not pass, in words.
    private static func failures(of trial: CertificateContent.Verified) -> [String] {
        var lagging: [String] = []
        if trial.readBack < trial.cells {
            lagging.append("\(trial.cells - trial.readBack) cell(s) could not be read back, or do not hold the one new value alone")
        }
        if trial.earlierOpened > 0 { lagging.append("\(trial.earlierOpened) earlier calendar(s) still opened with what a cell holds") }
        if trial.keysFound > 0 { lagging.append("\(trial.keysFound) key(s) that were to be gone were found in the new calendar") }
        return lagging
    }
}

extension CertificateContent.Verified {
    /// What was seen of a destruction; the keys as an earlier look found them, where one is given.
    init(_ trial: DestructionTrial, keysOf earlier: Self? = nil) {
        self.init(
            cells: trial.cells, readBack: trial.cellsReadBack, earlierTried: trial.earlierTried, earlierOpened: trial.earlierOpened,
            keysSought: earlier?.keysSought ?? trial.keysSought, keysFound: earlier?.keysFound ?? trial.keysFound)
    }
}

extension CertificateContent.Classes {
    /// How many there are of each.
    fileprivate init(counting classes: [RetentionClass]) {
        self.init(Dictionary(classes.map { ($0, 1) }, uniquingKeysWith: +))
    }
}
