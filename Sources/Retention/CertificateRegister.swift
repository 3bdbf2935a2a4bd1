internal import Certificate
internal import KeyCalendar
internal import Records
internal import Sodium
internal import Synchronization
internal import System

/// A destruction that is to be certified, as it was counted before it began and tried when it was done.
struct DueCertificate: Codable, Hashable, Sendable {
    let act: String
    let serial: Int
    let from: String
    let until: String
    let pages: Int
    let erased: Int
    let kept: CertificateContent.Classes
    let drawn: Int
    @Nullable var left: Int?
    let approvals: [String]
    @Nullable var trial: CertificateContent.Verified?
    /// What became of files afterwards; nil while they are not removed yet, and where it is not known.
    var removal: CountedRemoval?

    /// Whether days were torn off; else it is about conversations.
    var isSweep: Bool { act == CalendarAct.Name.sweep.rawValue }
    /// Whether conversations were erased; else what went had expired.
    var isErasure: Bool { act == CalendarAct.Name.erase.rawValue }

    /// What an act is about to destroy.
    init(_ recorded: RecordedAct, _ ending: ActEnding) {
        let sweep = recorded.act.changes.lazy.compactMap { if case .tearOff(let day, let budget) = $0 { (day, budget) } else { nil } }.first
        act = recorded.act.name.rawValue
        serial = Int(clamping: recorded.serial)
        from = ending.highWater.description
        until = max(ending.highWater, sweep?.0 ?? ending.highWater).description
        (pages, erased, drawn) = (ending.pages, ending.erased, ending.budgetDrawn)
        kept = .init(ending.kept)
        _left = Nullable(wrappedValue: sweep.map { Int($0.1.days) })
        approvals = recorded.act.approvals.map { Hex.encode($0) }
        _trial = Nullable(wrappedValue: nil)
    }
}

/// What was counted of the removal of files that followed an act.
struct CountedRemoval: Codable, Hashable, Sendable {
    let files: Int
    let conversations: Int
    let left: Int
}

/// What the keeper has to certify and what it certified last, beside each cell, where whoever can write into the vault cannot reach it.
///
/// It is written before an act begins, because afterwards nobody can count what is gone; so no crash loses a certificate, and no
/// certificate counts what somebody told it. No conversation is named in it.
final class CertificateRegister: Sendable {
    /// The last certificate that was written.
    struct Last: Codable, Hashable, Sendable {
        let number: Int
        let sha256: String
    }

    private struct Document: Codable, Hashable, Sendable {
        static let type = "transcript-vault certificate register 1"

        var type = Self.type
        /// How often the vault had been brought back when it was written; not there for never. Of several copies the highest counts: what a cell
        /// has that a restoration went on without counts no more.
        var restorations: Int?
        /// One more with each change: of copies that are equal in that, the highest counts.
        var revision = 0
        var due: [DueCertificate] = []
        @Nullable var last: Last?
        /// The numbers of the certificates that wait to be completed.
        var incomplete: [Int] = []
        /// The numbers of those that nobody will complete: a restoration went on without what they waited for. Not there for none.
        var givenUp: [Int]?

        private enum CodingKeys: String, CodingKey {
            case type, restorations, revision, due, last, incomplete
            case givenUp = "given_up"
        }

        /// Whether another counts rather than this one.
        func isBehind(_ other: Document) -> Bool {
            (restorations ?? 0, revision) < (other.restorations ?? 0, other.revision)
        }

        /// Goes on after a restoration: what lagged behind is waited for no more.
        mutating func goOn(after restorations: Int) {
            guard self.restorations ?? 0 < restorations else { return }
            self.restorations = restorations
            revision += 1
            givenUp = (givenUp ?? []) + incomplete
            if givenUp == [] { givenUp = nil }
            incomplete = []
        }
    }

    private static let mode: UInt32 = 0o600

    private let place: KeeperPlace
    private let presence: CellPresence
    private let document: Mutex<Document>
    /// The acts of which nobody knows how many files were removed.
    private let uncountable: Mutex<Set<Int>>

    /// What lies beside the cells of a place; nothing where there is nothing yet.
    ///
    /// What a restoration undid is not certified: nobody can tell any more what became of it. `undone` has a range for each restoration.
    init(_ place: KeeperPlace, _ presence: CellPresence, undone: [ClosedRange<UInt64>]) {
        self.place = place
        self.presence = presence
        let found = place.reaching(presence).certificateRegisters.compactMap { Self.document(at: $0, place.fileSystem) }
        var latest = found.max { $0.isBehind($1) } ?? Document()
        latest.due.removeAll { due in undone.contains { $0.contains(UInt64(clamping: due.serial)) } }
        latest.goOn(after: undone.count)
        document = Mutex(latest)
        // Files are removed when an act was tried: a removal that began in an earlier process, and did not end there, cannot be counted.
        uncountable = Mutex(Set(latest.due.filter { $0.trial != nil && $0.removal == nil }.map(\.serial)))
    }

    /// What is to be certified, in the order of the acts.
    var due: [DueCertificate] { document.withLock { $0.due } }
    /// The last certificate; nil where none was written, or it is not known any more.
    var last: Last? { document.withLock { $0.last } }
    /// The certificates that nobody will complete.
    var givenUp: [Int] { document.withLock { $0.givenUp ?? [] } }
    /// The certificates that wait to be completed.
    var incomplete: [Int] { document.withLock { $0.incomplete } }

    /// An act begins.
    func begin(_ act: RecordedAct) throws(FileError) {
        guard act.act.name.mayDestroy, let ending = act.ending else { return }
        uncountable.withLock { _ = $0.remove(Int(clamping: act.serial)) }
        try change { document in
            document.due.removeAll { $0.serial == Int(clamping: act.serial) }
            guard Self.isCertified(act.act.name, ending) else { return }
            document.due.append(DueCertificate(act, ending))
        }
    }

    /// A sweep and an erasure always; what is only let go, where its page was gone.
    private static func isCertified(_ name: CalendarAct.Name, _ ending: ActEnding) -> Bool {
        [.sweep, .erase].contains(name) || ending.destroysKeys
    }

    /// An act was tried.
    func record(_ trial: DestructionTrial, of serial: UInt64) throws(FileError) {
        try change { document in
            guard let index = document.due.firstIndex(where: { $0.serial == Int(clamping: serial) }) else { return }
            document.due[index].trial = .init(trial)
        }
    }

    /// The acts that were done, and whose files are to be removed and counted.
    var uncounted: [DueCertificate] { due.filter { $0.trial != nil && !isSettled($0) } }

    /// Whether it is known, or known not to be known, how many files of an act were removed.
    func isSettled(_ due: DueCertificate) -> Bool {
        due.removal != nil || uncountable.withLock { $0.contains(due.serial) }
    }

    /// A removal came to its end that was of the files of these acts. Whose is which cannot be told: the last has all.
    func record(_ removal: CountedRemoval, of acts: [DueCertificate]) {
        let acts = acts.filter { !isSettled($0) }
        guard let last = acts.last else { return }
        do throws(FileError) {
            try change { document in
                guard let index = document.due.firstIndex(where: { $0.serial == last.serial }) else { return }
                document.due[index].removal = removal
            }
            recordUncountable(acts.dropLast())
        } catch {
            recordUncountable(acts)
        }
    }

    /// How many files of these acts were removed cannot be told.
    func recordUncountable(_ acts: some Sequence<DueCertificate>) {
        uncountable.withLock { $0.formUnion(acts.map(\.serial)) }
    }

    /// A certificate is durable. Incomplete, it waits to be completed, unless `isGivenUp`.
    func record(_ certificate: SignedCertificate, of due: DueCertificate?, isGivenUp: Bool) throws(FileError) {
        let content = certificate.content
        try change { document in
            document.due.removeAll { $0.serial == due?.serial }
            document.last = Last(number: content.number, sha256: certificate.digest)
            document.incomplete.removeAll { content.completes.contains($0) }
            guard content.state == .incomplete else { return }
            if isGivenUp {
                document.givenUp = (document.givenUp ?? []) + [content.number]
            } else {
                document.incomplete.append(content.number)
            }
        }
    }

    /// Puts it beside each cell that is there and lacks it, or has another one: what a cell says that was away does not count, though it may have
    /// been changed more often.
    func keepCopies() throws(FileError) {
        try document.withLock { document throws(FileError) in
            guard document.revision > 0 else { return }
            let copies = place.reaching(presence).certificateRegisters.map { ($0, Self.document(at: $0, place.fileSystem)) }
            let ahead = copies.compactMap(\.1).filter { $0 != document }.map(\.revision).filter { $0 >= document.revision }.max()
            if let ahead { document.revision = ahead + 1 }
            guard let bytes = try? CanonicalJSON.file(document) else { return }
            for (path, copy) in copies where copy != document {
                try place.fileSystem.replaceDurably(path, bytes.rawSpan, mode: Self.mode)
            }
        }
    }

    private static func document(at path: String, _ fileSystem: any FileSystem) -> Document? {
        guard let bytes = try? fileSystem.readFile(path, limitBytes: Limits.rosterBytes),
            let document = try? CanonicalJSON.value(Document.self, fromFile: bytes, limitBytes: Limits.rosterBytes)
        else { return nil }
        return document.type == Document.type ? document : nil
    }

    /// Changes it beside every cell; one that can be written suffices, for the latest counts.
    private func change(_ body: (inout Document) -> Void) throws(FileError) {
        try document.withLock { document throws(FileError) in
            var next = document
            body(&next)
            guard next != document else { return }
            next.revision += 1
            guard let bytes = try? CanonicalJSON.file(next) else { throw FileError(.tooLarge, "write", "certificates.json") }
            var failure: FileError? = FileError(.notFound, "write", "certificates.json")
            // The directory of a device that is away may be there, too.
            for path in place.reaching(presence).certificateRegisters {
                do throws(FileError) {
                    try place.fileSystem.replaceDurably(path, bytes.rawSpan, mode: Self.mode)
                    failure = nil
                } catch {
                    failure = failure == nil ? nil : error
                }
            }
            if let failure { throw failure }
            document = next
        }
    }
}
