internal import Console
internal import Keeper
internal import RecordStore
internal import Records
internal import Roster
internal import System

/// What can be seen of a vault without opening anything.
struct VaultState {
    let layout: VaultLayout
    let fileSystem: DiskFileSystem

    /// The parts.
    var store: RecordStore { RecordStore(fileSystem: fileSystem, layout: layout) }

    /// The roster, verified from the pin beside `keyFile`, or where there is none, from the key that lies in the vault.
    static func roster(_ layout: VaultLayout, keyFile: String?) throws -> VerifiedRoster {
        let fileSystem = DiskFileSystem()
        if let keyFile {
            let pinned = try PinnedRoster(layout, beside: keyFile, fileSystem: fileSystem)
            guard !pinned.isUnpinned else {
                throw ConsoleError(
                    .noIdentity,
                    "there is no pin beside \(keyFile): name the key that was made with the vault, or leave out --organisation-key")
            }
            return pinned.roster
        }
        try PinnedRoster.checkVault(layout, fileSystem)
        let store = RosterStore(fileSystem: fileSystem, layout: layout)
        return try store.loadFromFirst(organisationKey: store.organisationKey())
    }

    /// How many parts expire on each day, those being written not counted.
    func partsByDay() throws -> [(day: Day, count: Int)] {
        return try store.expiryDays().map { day in (day, try store.parts(in: layout.records(expiring: day), isOpen: false).count) }
    }

    /// How many parts are there though their day is over and they are not held.
    func overdueParts(today: Day, asking client: KeeperClient?) throws -> Int {
        return try store.expiryDays().filter { $0 < today }.reduce(0) { sum, day in
            let parts = try store.parts(in: layout.records(expiring: day), isOpen: false)
            let states = try client?.states(of: parts.map { RecordName($0.conversation, expiry: day) })
            let over = states.map { zip(parts, $0).filter { $1 != .found }.map(\.0) } ?? parts
            // The keeper may be removing them.
            return sum + over.count { !store.isGone($0) }
        }
    }

    /// A part as far as it can be looked at without opening it.
    struct SurveyedPart {
        let part: RecordStore.StoredPart
        /// Nil where it cannot be read.
        let header: PartHeader?
        /// What is wrong with it, one line each.
        let findings: [String]
    }

    /// All parts, without those that are removed meanwhile.
    func survey() throws -> [SurveyedPart] {
        let parts = try store.parts()
        var progress = Progress("checking parts", of: parts.count)
        return try parts.enumerated().compactMap { index, part in
            progress.update(index)
            let surveyed = try survey(part)
            return surveyed.findings.isEmpty || !store.isGone(part) ? surveyed : nil
        }
    }

    /// Everything that is wrong with the vault's files but its parts, the ledger and the handovers, one line each.
    func findings(_ roster: VerifiedRoster) throws -> [String] {
        var findings: [String] = []
        for directory in layout.directories {
            guard let status = try fileSystem.status(directory), status.kind == .directory else {
                findings.append("\(directory) is missing")
                continue
            }
            if status.mode != VaultLayout.directoryMode {
                findings.append(
                    "\(directory) has mode \(String(status.mode, radix: 8)), not \(String(VaultLayout.directoryMode, radix: 8))")
            }
        }
        if try fileSystem.list(layout.calendar).isEmpty { findings.append("there is no calendar: run 'vault-retention init'") }
        return findings + (try copies(of: roster)) + (try strangers()) + (try strangersAmongRecords())
    }

    /// The copies of the roster for tools and people, where they are not the latest.
    private func copies(of roster: VerifiedRoster) throws -> [String] {
        let copies = [(layout.roster, roster.file.bytes), (layout.rosterSignature, roster.file.signature)]
        return copies.compactMap { path, bytes in
            let found = try? fileSystem.readFile(path, limitBytes: Limits.rosterBytes)
            return found == bytes
                ? nil : "\(path) is not roster \(roster.number), the latest in \(layout.rosters): let the copy of the vault finish"
        }
    }

    private func survey(_ part: RecordStore.StoredPart) throws -> SurveyedPart {
        do throws(RecordStoreError) {
            let header = try store.header(of: part)
            return SurveyedPart(part: part, header: header, findings: findings(of: part, header))
        } catch {
            return SurveyedPart(part: part, header: nil, findings: ["corrupt: \(part.path): \(error)"])
        }
    }

    private func findings(of part: RecordStore.StoredPart, _ header: PartHeader) -> [String] {
        var findings: [String] = []
        if header.conversation != part.conversation || header.part != part.part {
            findings.append("corrupt: \(part.path): the name is not its header's")
        }
        guard !part.isOpen else { return findings }
        if part.path != layout.part(part.part, of: part.conversation, expiring: header.expiry) {
            findings.append("corrupt: \(part.path): lies in the folder of another day than its header's")
        }
        let size = ((try? fileSystem.status(part.path)) ?? nil)?.sizeBytes ?? 0
        // A closed part's length is Padmé of something; nothing else can be said of it without its key.
        if Padme.padded(size) != size || size > Limits.partBytes {
            findings.append("corrupt: \(part.path): its length is none that a closed part has")
        }
        return findings
    }

    /// What lies at the top of the vault and is none of it: an identity or a bundle, say, that every backup would take along. What begins with
    /// a dot may be a sync tool's.
    private func strangers() throws -> [String] {
        let own = Set(layout.directories.dropFirst() + [layout.organisationKey, layout.roster, layout.rosterSignature])
        return try fileSystem.list(layout.root).filter { !$0.hasPrefix(".") }.map { "\(layout.root)/\($0)" }.filter { !own.contains($0) }
            .map { "\($0): none of the vault's; move it away" }
    }

    /// Files among the records that are neither parts nor handovers.
    private func strangersAmongRecords() throws -> [String] {
        var strangers: [String] = []
        for folder in try fileSystem.list(layout.records) {
            guard Day(text: folder) != nil else {
                strangers.append("\(layout.records)/\(folder): not the folder of a day")
                continue
            }
            for name in try fileSystem.listIfPresent("\(layout.records)/\(folder)")
            where VaultLayout.parsePartName(name) == nil && VaultLayout.parseHandoverName(name) == nil {
                strangers.append("\(layout.records)/\(folder)/\(name): neither a sealed part nor a handover")
            }
        }
        return strangers
    }
}
