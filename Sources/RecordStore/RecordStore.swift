package import Records
internal import Refusals
package import System

/// The sealed parts of a vault, found by their names and headers; nothing is opened here.
///
/// Others write, close and remove parts meanwhile. So folders may be gone by the time they are listed, and parts that are being written are
/// looked for before closed ones: whoever looked the other way round would miss one that is closed between.
package struct RecordStore: Sendable {
    /// The files.
    package let fileSystem: any FileSystem
    /// Where they lie.
    package let layout: VaultLayout

    /// The parts of the vault at `layout`.
    package init(fileSystem: any FileSystem, layout: VaultLayout) {
        self.fileSystem = fileSystem
        self.layout = layout
    }

    /// A part as its place tells of it.
    package struct StoredPart: Equatable, Sendable {
        /// The conversation it belongs to.
        package let conversation: ConversationID
        /// Which file of it.
        package let part: PartID
        /// Where it lies.
        package let path: String
        /// Whether it lies among those being written.
        package let isOpen: Bool

        /// A part of which this is known.
        package init(conversation: ConversationID, part: PartID, path: String, isOpen: Bool) {
            self.conversation = conversation
            self.part = part
            self.path = path
            self.isOpen = isOpen
        }
    }

    /// All parts, closed ones by expiry day and then those being written; sorted by name within each folder.
    ///
    /// A crash while a part is given its place can leave it in both places: then the closed one counts.
    package func parts() throws(FileError) -> [StoredPart] {
        let open = try self.parts(in: layout.open, isOpen: true)
        let closed = try closedParts()
        let places = Set(closed.map(\.part))
        return closed + open.filter { !places.contains($0.part) }
    }

    private func closedParts() throws(FileError) -> [StoredPart] {
        var parts: [StoredPart] = []
        for day in try expiryDays() {
            parts += try self.parts(in: layout.records(expiring: day), isOpen: false)
        }
        return parts
    }

    /// All parts of one conversation.
    package func parts(of conversation: ConversationID) throws(FileError) -> [StoredPart] {
        try parts().filter { $0.conversation == conversation }
    }

    /// One part of which the place is known; nil where it is in neither of its two places.
    package func part(_ part: PartID, of conversation: ConversationID, expiring day: Day) throws(FileError) -> StoredPart? {
        var found: StoredPart?
        for (path, isOpen) in [
            (layout.openPart(part, of: conversation), true), (layout.part(part, of: conversation, expiring: day), false),
        ]
        where try fileSystem.status(path) != nil {
            found = StoredPart(conversation: conversation, part: part, path: path, isOpen: isOpen)
        }
        return found
    }

    /// The days that have a folder of closed parts, in order.
    package func expiryDays() throws(FileError) -> [Day] {
        try fileSystem.listIfPresent(layout.records).compactMap { Day(text: $0) }
    }

    /// The parts in a folder; what is not named like one is passed over.
    package func parts(in folder: String, isOpen: Bool) throws(FileError) -> [StoredPart] {
        try fileSystem.listIfPresent(folder).compactMap { name in
            VaultLayout.parsePartName(name).map {
                StoredPart(conversation: $0.conversation, part: $0.part, path: "\(folder)/\(name)", isOpen: isOpen)
            }
        }
    }

    /// Where a part lies while nothing in it counts: of a finished transcript, until all of it is durable. Readers pass it over.
    package func unfinishedPath(_ part: PartID, of conversation: ConversationID) -> String {
        "\(layout.open)/\(DiskFileSystem.temporaryPrefix)\(VaultLayout.partName(part, of: conversation))"
    }

    /// The unfinished parts: those that are being written, and those whose writer was stopped.
    package func unfinished() throws(FileError) -> [StoredPart] {
        try fileSystem.listIfPresent(layout.open).compactMap { name in
            guard name.hasPrefix(DiskFileSystem.temporaryPrefix) else { return nil }
            return VaultLayout.parsePartName(String(name.dropFirst(DiskFileSystem.temporaryPrefix.count))).map {
                StoredPart(conversation: $0.conversation, part: $0.part, path: "\(layout.open)/\(name)", isOpen: true)
            }
        }
    }

    /// Removes the unfinished parts that nobody writes any more: nothing in them was acknowledged.
    package func removeLeftovers() {
        for part in (try? unfinished()) ?? [] {
            guard let lock = try? fileSystem.lock(part.path) else { continue }
            try? fileSystem.removeIfPresent(part.path)
            lock.release()
        }
    }

    /// The parts for which there is a file that hands them to whoever has this key; whether it does is not looked at.
    package func partsHanded(to key: KeyID) throws(FileError) -> Set<PartID> {
        var parts: Set<PartID> = []
        for day in try expiryDays() {
            for name in try fileSystem.listIfPresent(layout.records(expiring: day)) {
                if let found = VaultLayout.parseHandoverName(name), found.key == key { parts.insert(found.part) }
            }
        }
        return parts
    }

    /// All bytes of the handover of a part to whoever has this key; nil where there is none.
    package func handover(of header: PartHeader, to key: KeyID) throws(FileError) -> [UInt8]? {
        let path = layout.handover(of: header.part, in: header.conversation, to: key, expiring: header.expiry)
        do throws(FileError) {
            return try fileSystem.readFile(path, limitBytes: Limits.handoverBytes)
        } catch  where error.code == .notFound {
            return nil
        }
    }

    /// All bytes of a part.
    package func read(_ part: StoredPart) throws(FileError) -> [UInt8] {
        try following(part) { path throws(FileError) in try fileSystem.readFile(path, limitBytes: Limits.partBytes) }
    }

    /// Whether nothing lies any more where a part was found, nor where it was closed since.
    package func isGone(_ part: StoredPart) -> Bool {
        do throws(FileError) {
            return try following(part) { path throws(FileError) in
                guard try fileSystem.status(path) != nil else { throw FileError(.notFound, "look at", path) }
                return false
            }
        } catch {
            return error.code == .notFound
        }
    }

    /// Does something with the file of a part, where it lies now: one that was found while it was being written may have been closed since,
    /// which happens to it once.
    private func following<Result>(
        _ part: StoredPart, _ body: (String) throws(FileError) -> Result
    ) throws(FileError) -> Result {
        do throws(FileError) {
            return try body(part.path)
        } catch  where error.code == .notFound && part.isOpen {
            guard let closed = try closedParts().first(where: { $0.part == part.part && $0.conversation == part.conversation }) else {
                throw error
            }
            return try body(closed.path)
        }
    }

    /// The header of a part and its commitment, read without the rest of the file; nothing is authenticated by this.
    package func header(of part: StoredPart) throws(RecordStoreError) -> PartHeader {
        do {
            let file = try following(part) { path throws(FileError) in try fileSystem.open(path, for: .reading) }
            var bytes = try Self.beginning(of: file, Self.usualHeaderBytes)
            if let length = PartHeader.length(in: bytes), length > bytes.count { bytes = try Self.beginning(of: file, length) }
            try file.close()
            return try PartHeader.decode(bytes).header
        } catch let error as FileError {
            throw .file(error)
        } catch let error as RecordsError {
            throw .header(error)
        } catch {
            throw .header(RecordsError(.malformed, "the header cannot be read"))
        }
    }

    /// What `body` makes of each part's header, in the parts' order; nil where a header cannot be read. On all cores: a vault holds the
    /// parts of many people.
    package func mapHeaders<Value: Sendable>(of parts: [StoredPart], _ body: @Sendable (PartHeader) -> Value) -> [Value?] {
        Threads.parallelMap(count: parts.count) { index in (try? header(of: parts[index])).map(body) }
    }

    /// How much of a file holds its header where there are not more than some twenty lead pairs.
    private static let usualHeaderBytes = 4096

    private static func beginning(of file: any File, _ limitBytes: Int) throws(FileError) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: limitBytes)
        let count = try file.readArray(at: 0, into: &bytes)
        return count == bytes.count ? bytes : Array(bytes[..<count])
    }
}

/// Why a part's header could not be read.
package enum RecordStoreError: Refusal {
    /// The file could not be read.
    case file(FileError)
    /// What was read is no header.
    case header(RecordsError)

    /// One line for a person.
    package var description: String {
        switch self {
        case .file(let error): error.description
        case .header(let error): error.description
        }
    }

    /// The code for programs: what the file system, or the header, was refused for.
    package var refusalCode: String {
        switch self {
        case .file(let error): error.refusalCode
        case .header(let error): error.refusalCode
        }
    }
}
