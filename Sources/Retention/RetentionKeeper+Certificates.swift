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
    /// What a removal of files has to do with a certificate.
    struct Removed {
        /// What was removed and what was left.
        let removal: ExpiredRecords.Removal
        /// Whether it was all the removal that there was for the act.
        let isWhole: Bool
    }

    /// Writes the certificates of the acts that are done and that `isReady` names; then one that completes earlier ones, if it can.
    ///
    /// - Throws: `failed` where one could not be written. The acts are done all the same, and it is tried again.
    func certify(_ removed: Removed, where isReady: (DueCertificate) -> Bool) throws(RetentionError) {
        try performing(.certificates) { () throws(RetentionError) in
            try certifying.withLock { _ throws(RetentionError) in
                let ready = register.due.filter { isReady($0) && $0.trial != nil && entry(of: $0) != nil }
                for due in ready {
                    // Files go with the day that they expired on: of several sweeps the last one has all of them.
                    let isCounted = removed.isWhole && due == ready.last && !register.inherited.contains(due.serial)
                    try write(due, counted: isCounted ? removed.removal : nil, left: removed.removal.left)
                }
                if register.due.isEmpty, !completable.isEmpty, seen(after: nil).lagging.isEmpty {
                    try write(nil, counted: .init(), left: removed.removal.left)
                }
            }
        }
    }

    /// That there is no sweep up to this calendar whose certificate is still to be written: only then is it reported as done.
    func requireCertified(upTo serial: UInt64) throws(RetentionError) {
        guard register.due.contains(where: { $0.isSweep && $0.serial <= Int(clamping: serial) }) else { return }
        let reason = problems.withLock { $0[.certificates] } ?? "the keeper is stopping"
        throw RetentionError(
            .failed, "the act is done, but its certificate is not written yet: \(reason); it is tried again, and you may ask again")
    }

    private func write(_ due: DueCertificate?, counted: ExpiredRecords.Removal?, left: Int) throws(RetentionError) {
        let folder = CertificateFolder(fileSystem: place.fileSystem, layout: place.layout)
        let last = try last(in: folder)
        let certificate: SignedCertificate
        if let written = try written(due, after: last, in: folder) {
            certificate = written
        } else {
            certificate = try self.certificate(
                due, number: (last?.number ?? 0) + 1, previous: last?.sha256, counted: counted, left: left)
            try Self.onCertificates { () throws(CertificateError) in try folder.write(certificate) }
        }
        try RetentionError.onFiles { () throws(FileError) in try register.record(certificate, of: due) }
        let content = certificate.content
        place.log.tell(.notice, .certificate, "certificate \(content.number) of '\(content.act)': \(content.state.rawValue)")
    }

    /// The certificate of this act that was written before the machine stopped, and that the register does not have.
    private func written(
        _ due: DueCertificate?, after last: CertificateRegister.Last?, in folder: CertificateFolder
    ) throws(RetentionError) -> SignedCertificate? {
        // The register of a vault's first one names none: then what lies in the vault was taken for the last.
        let number = (register.last == nil ? last?.number : last.map { $0.number + 1 }) ?? 1
        guard let due, let found = try? folder.read(number, vault: vault, keys: [signer]), found.content.act == due.act,
            found.content.calendar == due.serial, register.last == nil || found.content.previous == last?.sha256
        else { return nil }
        return found
    }

    /// The certificate that the next one follows: as the register has it; where that was lost, or is behind, the last authentic one in the vault.
    private func last(in folder: CertificateFolder) throws(RetentionError) -> CertificateRegister.Last? {
        let registered = register.last
        return try Self.onCertificates { () throws(CertificateError) in
            for number in try folder.names().numbers.reversed() {
                if let registered, registered.number >= number { return registered }
                guard let found = try? folder.read(number, vault: vault, keys: [signer] + roster.keeperKeys) else { continue }
                return .init(number: number, sha256: found.digest)
            }
            return registered
        }
    }

    private func certificate(
        _ due: DueCertificate?, number: Int, previous: String?, counted: ExpiredRecords.Removal?, left: Int
    ) throws(RetentionError) -> SignedCertificate {
        guard let note = ledger.checkpoint, let sha256 = place.program.sha256 else {
            throw RetentionError(.failed, "the ledger has no checkpoint, or the program's own file cannot be read (is /proc mounted?)")
        }
        let seen = seen(after: due)
        let (store, lagging) = (seen.store, seen.lagging)
        let entry = due.flatMap { self.entry(of: $0) }
        let highWater = store.highWater.description
        let content = CertificateContent(
            number: number, previous: previous, organisation: roster.organisation, vault: vault,
            keeper: MinisignPublicKey(signer).text, act: due?.act ?? CertificateContent.catchUp, lagging: lagging,
            completes: lagging.isEmpty ? completable : [], done: entry?.at,
            calendar: due.map { UInt64($0.serial) } ?? store.serial,
            destroyed: .init(
                from: due?.from ?? highWater, until: due?.until ?? highWater, pages: due?.pages ?? 0, kept: due?.kept ?? .init([:]),
                erased: due?.erased ?? 0, conversations: counted?.conversations),
            files: .init(removed: counted?.files, left: left), approvals: due?.approvals ?? [],
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
        return try Self.onCertificates { () throws(CertificateError) in try SignedCertificate(content, by: receiptKey) }
    }

    /// The incomplete certificates that another can complete: none of before a restoration, which went on without what they wait for.
    private var completable: [Int] {
        guard let restored = ledger.last(.done, act: LedgerEvent.restoreAct)?.number else { return register.incomplete }
        let folder = CertificateFolder(fileSystem: place.fileSystem, layout: place.layout)
        return register.incomplete.filter { number in
            let found = try? folder.read(number, vault: vault, keys: [signer] + roster.keeperKeys)
            return found?.content.ledger.entry ?? 0 > restored
        }
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

    /// Looks at the calendar and its cells. Where other cells are there than when the act was tried, all are tried again.
    private func seen(after due: DueCertificate?) -> Seen {
        let day = place.clock.day
        return calendar.withLock { store in
            let status = store.status()
            let known = due?.trial.flatMap { $0.cells == status.cells.count ? $0 : nil }
            let trial = known ?? .init(store.trial())
            return Seen(
                store: status, kept: store.keptLeaves, overdue: store.pageCount(before: day), calendars: store.otherCalendars, trial: trial,
                lagging: store.away.map { "\($0.label) is away: \($0.reason)" } + Self.failures(of: trial))
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

    private static func onCertificates<Result>(_ body: () throws(CertificateError) -> Result) throws(RetentionError) -> Result {
        do throws(CertificateError) { return try body() } catch { throw RetentionError(.failed, error.description) }
    }
}

extension CertificateContent.Verified {
    /// What was seen of a destruction.
    init(_ trial: DestructionTrial) {
        self.init(
            cells: trial.cells, readBack: trial.cellsReadBack, earlierTried: trial.earlierTried, earlierOpened: trial.earlierOpened,
            keysSought: trial.keysSought, keysFound: trial.keysFound)
    }
}

extension CertificateContent.Classes {
    /// How many there are of each.
    fileprivate init(counting classes: [RetentionClass]) {
        self.init(Dictionary(classes.map { ($0, 1) }, uniquingKeysWith: +))
    }
}
