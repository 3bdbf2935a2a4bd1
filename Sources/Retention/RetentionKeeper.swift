package import Keeper
internal import KeyCalendar
internal import Ledger
internal import Logging
internal import Minisign
package import Records
package import Roster
package import Sodium
internal import Synchronization
internal import System

/// The keeper: the calendar behind one door, and what is done with it. One thread at a time is let in.
///
/// It does not know of sockets and users: see `KeeperServer`.
package final class RetentionKeeper: Sendable {
    /// Where it works.
    package let place: KeeperPlace
    let vault: VaultID
    let signer: SigningPublicKey
    /// Signs receipts.
    let receiptKey: SigningKey
    let ledger: Ledger
    let presence: CellPresence
    let calendar: Mutex<CalendarStore>
    /// What was away when the log last told of it: acts, too, notice what goes and comes, and tell nobody.
    let awayAsTold: Mutex<[AwayPlace]>
    let rosterInForce: Mutex<VerifiedRoster>
    let counts = Mutex(KeeperCounts())
    /// What does not work at the moment, by what it is that does not: shown as warnings until it works.
    let problems = Mutex<[Duty: String]>([:])
    /// Held while files are removed, which two threads must not do at once; the serial number of the calendar by which the files of what was
    /// erased were last looked for.
    let removing = Mutex<UInt64>(0)
    /// Held while a certificate is written.
    let certifying = Mutex(())
    /// What is to be certified.
    let register: CertificateRegister
    /// Held while an act on conversations is done.
    let acting = Mutex(())
    /// Held while the roster is looked for, and while something is put beside the cells: two who write one file are in each other's way.
    let besideCells = Mutex(())
    /// Held while recovery is tried.
    let drilling = Mutex(())
    let isStopping = Atomic(false)
    let started: Timestamp

    /// What the keeper does by itself.
    enum Duty: String, CaseIterable {
        case roster
        case pages
        case sweep
        case files
        case ledger
        case certificates
        case cells
    }

    /// Opens the vault's calendar and finishes whatever a crash interrupted.
    ///
    /// - Parameters:
    ///   - place: where it works.
    ///   - key: the keeper's signing key.
    /// - Throws: `busy` where another keeper is running; `missing`, `otherVault`, `refused` or `failed` where vault, roster, ledger or cells
    ///   cannot be used.
    package init(opening place: KeeperPlace, key: borrowing SigningKey) throws(RetentionError) {
        let presence = CellPresence(place.cells, fileSystem: place.fileSystem)
        let roster = try Self.loadRoster(place.reaching(presence))
        let place = place.adding(replicas: roster.policy.replicas)
        let ledger = try Self.openLedger(place, roster: roster, key: key, presence: presence)
        let register = CertificateRegister(place, presence, undone: ledger.undone)
        let observer = ActRecorder(ledger: ledger, clock: place.clock, presence: presence, register: register)
        let storeKey = try Self.copy(of: key)
        let store: CalendarStore
        do throws(KeyCalendarError) {
            store = try CalendarStore.open(
                place.store(vault: roster.vault, observer: observer, knownCells: ledger.knownCells, undone: ledger.undone),
                keeper: storeKey,
                lastDone: ledger.lastDone, lastCarriedOut: ledger.lastCarriedOut)
        } catch {
            throw RetentionError(error)
        }
        self.place = place
        vault = roster.vault
        signer = key.publicKey
        receiptKey = try Self.copy(of: key)
        self.ledger = ledger
        self.register = register
        self.presence = presence
        awayAsTold = Mutex(store.away)
        calendar = Mutex(store)
        rosterInForce = Mutex(roster)
        started = place.clock.timestamp
        if ledger.wasRestored { place.log.tell(.warning, .warning, Self.ledgerWasRestored) }
        // What fails stands in status, and is tried again.
        _ = try? performing(.cells, keepCopies)
        recordRoster()
    }

    /// A second key from the same seed: the ledger and the calendar each own one.
    static func copy(of key: borrowing SigningKey) throws(RetentionError) -> SigningKey {
        let seed = key.seed()
        do throws(SodiumError) { return try SigningKey(seed: seed) } catch { throw RetentionError(.failed, "the keeper's key is damaged") }
    }

    static func openLedger(
        _ place: KeeperPlace, roster: VerifiedRoster, key: borrowing SigningKey, presence: CellPresence? = nil
    ) throws(RetentionError) -> Ledger {
        let ledgerKey = try copy(of: key)
        do throws(LedgerError) {
            return try Ledger(
                fileSystem: place.fileSystem, layout: place.layout, vault: roster.vault, keeper: ledgerKey, earlier: roster.keeperKeys,
                copies: place.ledgerCopies, isReachable: { presence?.isHere(DiskFileSystem.parent(of: $0)) ?? true })
        } catch {
            throw RetentionError(error)
        }
    }

    private static func loadRoster(_ place: KeeperPlace) throws(RetentionError) -> VerifiedRoster {
        do throws(RosterError) {
            return try RosterStore(fileSystem: place.fileSystem, layout: place.layout).load(pinnedAt: place.pins)
        } catch {
            switch error.code {
            case .unpinned:
                throw RetentionError(.missing, "no cell's directory holds a keeper of this vault: run 'vault-retention init' first")
            case .missing:
                throw RetentionError(.missing, "there is no vault at \(place.layout.root), or its roster is gone: name it with --vault")
            case .notPinnedVault:
                throw RetentionError(
                    .otherVault, "the cells are another vault's than \(place.layout.root): name those that belong together")
            default: throw RetentionError(error)
            }
        }
    }

    /// Pins the roster beside the cells that have no pin yet: of a vault that was made when there was one beside the first alone.
    private func pinBesideCells(_ roster: VerifiedRoster) throws(RetentionError) {
        let store = RosterStore(fileSystem: place.fileSystem, layout: place.layout)
        try RetentionError.onRoster { () throws(RosterError) in
            for path in place.reaching(presence).pins where try store.pin(at: path) == nil { try store.store(roster.pin, at: path) }
        }
    }

    /// The roster that the keeper goes by.
    package var roster: VerifiedRoster { rosterInForce.withLock { $0 } }

    /// Looks for a newer roster; where that fails the keeper goes on with the one it has, and says so.
    @discardableResult
    package func reloadRoster() throws(RetentionError) -> VerifiedRoster {
        try besideCells.withLock { _ throws(RetentionError) in try performing(.roster, lookForRoster) }
    }

    private func lookForRoster() throws(RetentionError) -> VerifiedRoster {
        let roster = try Self.loadRoster(place.reaching(presence))
        guard roster.vault == vault else {
            throw RetentionError(.otherVault, "the vault was replaced by another one: stop, and find out why")
        }
        rosterInForce.withLock { $0 = roster }
        recordRoster()
        // Not while the cells are being opened: the directory of a device that is away may be there, too, and is no place for it.
        try pinBesideCells(roster)
        try RosterCopies(of: place.reaching(presence)).keep(roster)
        return roster
    }

    /// What is said where the ledger in the vault was shorter than the keeper's copy of it.
    static let ledgerWasRestored =
        "the ledger in the vault had lost entries at its end, which were put back from the keeper's copy: find out why, unless a backup was restored"

    /// Has the ledger say by which roster the keeper goes, once for each. Where that fails the roster counts all the same, whoever was retired
    /// is out, and it is tried again.
    private func recordRoster() {
        let roster = roster
        let named = LedgerEvent.NamedRoster(number: roster.number, sha256: roster.digest.bytes)
        guard ledger.last(.done, act: LedgerEvent.rosterAct)?.event.roster != named else { return note(nil, about: .ledger) }
        _ = try? performing(.ledger) { () throws(RetentionError) in
            try RetentionError.onLedger { () throws(LedgerError) in
                try ledger.append(LedgerEvent(goingBy: named), at: place.clock.timestamp)
            }
        }
    }

    /// The keeper's day: the later of the clock's and the high-water day.
    package var today: Day {
        calendar.withLock { max(place.clock.day, $0.highWater) }
    }

    /// Asks a removal of files to end soon; what is left of it is found the next time.
    package func stop() {
        isStopping.store(true, ordering: .relaxed)
    }

    /// The leaves of conversations, into guarded memory.
    ///
    /// To seal, none of a day that is over is given, not even one that is kept: held records are read, nothing is added to them.
    package func leaves(_ names: [LeafName], for purpose: LeafPurpose) -> LeafBatch {
        let batch = calendar.withLock { store in
            let today = max(place.clock.day, store.highWater)
            var states: [LeafState] = []
            var keys = SecretBytes(zeros: names.count * LeafBatch.leafBytes)
            for (index, name) in names.enumerated() {
                let isOver = purpose == .sealing && name.expiry < today
                states.append(isOver ? .expired : Self.copyLeaf(name, today: today, from: store, into: &keys, at: index))
            }
            return LeafBatch(states: states, keys: keys)
        }
        counts.withLock { $0.add(batch.states, for: purpose) }
        return batch
    }

    private static func copyLeaf(
        _ name: LeafName, today: Day, from store: CalendarStore, into keys: inout SecretBytes, at index: Int
    ) -> LeafState {
        switch store.leaf(day: name.expiry, conversation: name.conversation, today: today) {
        case .leaf(let leaf):
            var out = keys.mutableBytes
            out.copy(leaf.bytes, at: index * LeafBatch.leafBytes)
            return .found
        case .noPage: return .noPage
        case .expired: return .expired
        case .erased: return .erased
        }
    }

    /// Draws the pages that are missing among those of `days`; returns how many.
    package func drawPages(_ days: [Day]) throws(RetentionError) -> Int {
        try calendar.withLock { store throws(RetentionError) in
            try RetentionError.onCalendar { () throws(KeyCalendarError) in
                let missing = Set(days).count { !store.hasPage(for: $0) }
                let drawn = try store.ensurePages(days, today: place.clock.day) == .alreadyDone ? 0 : missing
                counts.withLock { $0.pages += drawn }
                return drawn
            }
        }
    }

    /// Does something that has to work again and again, and remembers whether it does.
    func performing<Result>(_ duty: Duty, _ body: () throws(RetentionError) -> Result) throws(RetentionError) -> Result {
        do throws(RetentionError) {
            let result = try body()
            note(nil, about: duty)
            return result
        } catch {
            note(error.message, about: duty)
            throw error
        }
    }

    /// Remembers what is wrong with a duty, and logs it when that changes.
    func note(_ problem: String?, about duty: Duty) {
        let problem = problem.map(presence.naming)
        let before = problems.withLock { problems in
            defer { problems[duty] = problem }
            return problems[duty]
        }
        guard before != problem else { return }
        if let problem {
            place.log.tell(.error, .problem, "\(duty.rawValue): \(problem)", ["duty": duty.rawValue])
        } else {
            place.log.tell(.notice, .solved, "\(duty.rawValue): works again", ["duty": duty.rawValue])
        }
    }
}
