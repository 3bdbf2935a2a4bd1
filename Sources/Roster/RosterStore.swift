package import Minisign
package import Records
internal import Sodium
package import System

/// Where a vault keeps every roster there has been, and where an installation keeps its pin.
package struct RosterStore: Sendable {
    private let fileSystem: any FileSystem
    private let layout: VaultLayout

    /// Mode of a pin: its owner's alone.
    package static let pinMode: UInt32 = 0o600

    /// The rosters of the vault at `layout`.
    package init(fileSystem: any FileSystem, layout: VaultLayout) {
        self.fileSystem = fileSystem
        self.layout = layout
    }

    /// The organisation's key as it lies in the vault: believed only when an installation sees the vault for the first time.
    package func organisationKey() throws(RosterError) -> MinisignPublicKey {
        let file = try read(layout.organisationKey, limitBytes: MinisignPublicKey.maximumFileBytes)
        do {
            return try MinisignPublicKey(file: file)
        } catch {
            throw RosterError(.refused)
        }
    }

    /// The latest roster, verified step by step from the one that the pin at `path` names; the pin then names the latest.
    ///
    /// Throws `unpinned` where there is no pin, `notPinnedVault` where it is another vault's, `rollback` where the vault's rosters end before the pinned one, `missing` where one between
    /// is not there, `refused` for anything that is not authentic, and what is wrong with a change.
    package func load(pinnedAt path: String) throws(RosterError) -> VerifiedRoster {
        try load(pinnedAt: [path])
    }

    /// The latest roster, verified from the latest of the pins that there are at these paths; each of those pins then names the latest.
    ///
    /// Where there is no pin none is made: a path may be of a device that is away.
    ///
    /// Throws as for one pin, and `notPinnedVault` where the pins are of different vaults, `refused` where they contradict each other.
    package func load(pinnedAt paths: [String]) throws(RosterError) -> VerifiedRoster {
        guard let pin = try latestPin(at: paths) else { throw RosterError(.unpinned) }
        let roster = try load(from: pin)
        for path in paths {
            guard let pin = try self.pin(at: path), pin != roster.pin else { continue }
            try store(roster.pin, at: path)
        }
        return roster
    }

    /// The pin with the highest number of those at these paths; nil where there is none.
    package func latestPin(at paths: [String]) throws(RosterError) -> Pin? {
        var latest: Pin?
        for path in paths {
            guard let pin = try pin(at: path) else { continue }
            guard let other = latest else {
                latest = pin
                continue
            }
            guard pin.vault == other.vault, pin.organisationKey == other.organisationKey else { throw RosterError(.notPinnedVault) }
            guard pin.number != other.number || pin == other else { throw RosterError(.refused) }
            if pin.number > other.number { latest = pin }
        }
        return latest
    }

    /// The latest roster, verified from the first one, which is trusted with the organisation's key that lies beside it because this
    /// installation has seen neither before; both are pinned at `path`. Whoever can replace the vault before this can replace its people.
    ///
    /// Throws `invalid` where something is pinned already.
    package func loadTrustingFirst(pinningAt path: String) throws(RosterError) -> VerifiedRoster {
        guard try pin(at: path) == nil else { throw RosterError(.invalid) }
        let roster = try loadFromFirst(organisationKey: organisationKey())
        try store(roster.pin, at: path)
        return roster
    }

    /// The latest roster, verified from the one that `pin` names; throws `notPinnedVault` where that fails in a vault of another key.
    package func load(from pin: Pin) throws(RosterError) -> VerifiedRoster {
        do throws(RosterError) {
            let latest = try latestNumber()
            guard latest >= pin.number else { throw RosterError(.rollback) }
            return try follow(try VerifiedRoster(read(pin.number), pinnedBy: pin), to: latest)
        } catch {
            // The key that lies in the vault is believed for nothing but telling a mistaken path from a forgery.
            guard error.code == .refused || error.code == .rollback, let found = try? organisationKey(), found != pin.organisationKey else {
                throw error
            }
            throw RosterError(.notPinnedVault)
        }
    }

    /// The latest roster, verified from the first under a key that the caller has reason to trust.
    package func loadFromFirst(organisationKey: MinisignPublicKey) throws(RosterError) -> VerifiedRoster {
        let latest = try latestNumber()
        return try follow(try VerifiedRoster(first: read(1), organisationKey: organisationKey), to: latest)
    }

    /// Makes a verified roster the vault's latest, durably: its signature, its file, then the copies for tools and people.
    ///
    /// Saving the same roster again completes what a crash interrupted; another roster of the same number is refused with `numberTaken`.
    package func save(_ roster: VerifiedRoster) throws(RosterError) {
        let file = roster.file
        // One custodian at a time: between looking and writing nobody else makes a roster of this number.
        let lock = try lock()
        defer { lock.release() }
        let (path, signaturePath) = (layout.roster(number: roster.number), layout.rosterSignature(number: roster.number))
        if try exists(path) {
            guard try read(path, limitBytes: Limits.rosterBytes) == file.bytes else { throw RosterError(.numberTaken) }
        }
        try write(file.signature, to: signaturePath)
        try write(file.bytes, to: path)
        try write(file.signature, to: layout.rosterSignature)
        try write(file.bytes, to: layout.roster)
    }

    /// The pin at `path`; nil where there is none.
    package func pin(at path: String) throws(RosterError) -> Pin? {
        guard try exists(path) else { return nil }
        return try Pin(file: read(path, limitBytes: Pin.maximumFileBytes))
    }

    /// Keeps a pin at `path`, replacing the one that is there.
    package func store(_ pin: Pin, at path: String) throws(RosterError) {
        let bytes = pin.fileBytes
        do {
            try fileSystem.replaceDurably(path, bytes.rawSpan, mode: Self.pinMode)
        } catch {
            throw RosterError(error)
        }
    }

    private func follow(_ start: VerifiedRoster, to latest: Int) throws(RosterError) -> VerifiedRoster {
        var roster = start
        while roster.number < latest {
            roster = try roster.successor(read(roster.number + 1))
        }
        return roster
    }

    /// The highest number of which there are file and signature; one without the other is still being copied.
    private func latestNumber() throws(RosterError) -> Int {
        let names: [String]
        do {
            names = try fileSystem.list(layout.rosters)
        } catch {
            throw RosterError(error)
        }
        let all = Set(names)
        let numbers = names.compactMap { name -> Int? in
            guard name.hasSuffix(".json"), let number = Int(name.dropLast(5)), number > 0, name == "\(number).json" else { return nil }
            return all.contains("\(name).minisig") ? number : nil
        }
        guard let latest = numbers.max() else { throw RosterError(.missing) }
        return latest
    }

    private func read(_ number: Int) throws(RosterError) -> UnverifiedRoster {
        UnverifiedRoster(
            bytes: try read(layout.roster(number: number), limitBytes: Limits.rosterBytes),
            signature: try read(layout.rosterSignature(number: number), limitBytes: Limits.minisigBytes)
        )
    }

    private func read(_ path: String, limitBytes: Int) throws(RosterError) -> [UInt8] {
        do {
            return try fileSystem.readFile(path, limitBytes: limitBytes)
        } catch {
            throw RosterError(error)
        }
    }

    private func write(_ bytes: [UInt8], to path: String) throws(RosterError) {
        do {
            try fileSystem.replaceDurably(path, bytes.rawSpan, mode: VaultLayout.fileMode)
        } catch {
            throw RosterError(error)
        }
    }

    private func lock() throws(RosterError) -> any FileLock {
        do {
            return try fileSystem.lock(layout.rosterLock)
        } catch {
            throw RosterError(error)
        }
    }

    private func exists(_ path: String) throws(RosterError) -> Bool {
        do {
            return try fileSystem.status(path) != nil
        } catch {
            throw RosterError(error)
        }
    }
}
