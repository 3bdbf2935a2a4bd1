internal import RecordStore
internal import Roster
package import Records
package import Sodium
package import System

/// Writes one sealed part, from its header to its closing, and never opens it again.
///
/// Any error abandons the part: it is never retried and never reused, because no nonce or stream state may be used twice.
package final class PartWriter {
    /// How the writer makes what it writes durable.
    package enum Durability: Sendable {
        /// Once, when the part is closed: a finished transcript, whose id is not told before. Until then no reader takes the file for a part.
        case atClose
        /// After every frame: a live conversation, whose messages are acknowledged one by one. Its frames are written into space that was
        /// reserved, because a write that makes a file longer waits for the file system's journal, too.
        case everyFrame
    }

    private let plan: PartPlan
    private let fileSystem: any FileSystem
    private let layout: VaultLayout
    private let durability: Durability
    /// Where it is written: under a temporary name, so that nobody takes it for a part, until all of a finished transcript, or the header and
    /// opening of a live part, is durable.
    private var path: String
    private let file: any File
    private let signer: KeyID
    private var sealer: PartSealer
    private var hash = BLAKE2b(digestBytes: 32)
    private var pending: [PartRecord] = []
    private var pendingBytes = 0
    private var isAbandoned = false
    /// Where the file ends: in a live part after the zeros that are reserved.
    private var reservedBytes = 0

    /// Bytes written so far.
    package private(set) var lengthBytes = 0

    /// Begins a part among those being written, with its header and opening.
    package init(
        _ plan: PartPlan, leaf: consuming SecretBytes, signer: borrowing SigningKey, durability: Durability,
        fileSystem: any FileSystem, layout: VaultLayout, random: any RandomSource
    ) throws(SealingError) {
        self.plan = plan
        self.fileSystem = fileSystem
        self.layout = layout
        self.durability = durability
        self.signer = Card.id(of: signer.publicKey.bytes)
        path = RecordStore(fileSystem: fileSystem, layout: layout).unfinishedPath(plan.part, of: plan.conversation)
        sealer = PartSealer(plan, leaf: leaf, random: random)
        do throws(FileError) {
            file = try fileSystem.create(path, mode: VaultLayout.fileMode)
        } catch {
            throw SealingError(error)
        }
        let opening = Opening(
            predecessors: plan.predecessors, signer: self.signer,
            signature: signer.sign(
                Opening.signedBytes(header: sealer.header, commitment: sealer.commitment, predecessors: plan.predecessors)))
        do throws(SealingError) {
            let beginning = sealer.beginning
            try reserve(beginning.count)
            try write(beginning)
            try append(PartRecord(.opening, opening.encoded))
            // What is acknowledged from here on must have a durable name.
            if durability == .everyFrame {
                try storing { () throws(FileError) in try move(to: layout.openPart(plan.part, of: plan.conversation), in: layout.open) }
            }
        } catch {
            discard()
            throw error
        }
    }

    /// Adds a record; a live part writes it at once, a finished transcript gathers 64 KiB.
    package func append(_ record: PartRecord) throws(SealingError) {
        guard record.bytes.count < Limits.recordBytes else { throw SealingError(.tooLarge, "an event is longer than 1 MiB") }
        if pendingBytes + record.encodedBytes > Frame.batchBytes { try flush() }
        pending.append(record)
        pendingBytes += record.encodedBytes
        if durability == .everyFrame {
            try flush()
            try synchronize()
        }
    }

    /// Whether a record of this many bytes still fits before the part must be closed and another begun.
    package func hasRoom(forRecordOf bytes: Int) -> Bool {
        let frames = [pendingBytes, PartRecord.overheadBytes + bytes].map {
            Padme.padded(max(Frame.minimumBytes, $0)) + 4 + Frame.overheadBytes + Self.alignmentBytes
        }
        return Padme.padded(lengthBytes + frames[0] + frames[1] + Closing.sealedBytes) <= Limits.partBytes
    }

    /// Ends the part with its closing, makes it durable, and gives it its place; returns how a successor would find it.
    package func close(signer key: borrowing SigningKey) throws(SealingError) -> Predecessor {
        let found = try finish(signer: key)
        try publish()
        return found
    }

    /// Ends the part with its closing and makes it durable where it is; returns how a successor would find it.
    func finish(signer key: borrowing SigningKey) throws(SealingError) -> Predecessor {
        try flush()
        try giveBackReserve()
        let closing = Closing(signer: signer, signature: key.sign(Closing.signedBytes(digest: hash.digestSoFar())))
        let plaintext = Frame.encode(
            [PartRecord(.closing, closing.encoded)], paddedTo: Closing.plaintextBytes(after: lengthBytes))
        try write(try frame(plaintext, tag: .final))
        try synchronize()
        return Predecessor(part: plan.part, lengthFound: UInt64(lengthBytes), digest: hash.digestSoFar())
    }

    /// Gives a finished part its place among the records.
    func publish() throws(SealingError) {
        let folder = layout.records(expiring: plan.expiry)
        let place = layout.part(plan.part, of: plan.conversation, expiring: plan.expiry)
        try storing { () throws(FileError) in
            try fileSystem.createDirectories(folder, mode: VaultLayout.directoryMode)
            switch durability {
            case .atClose:
                try move(to: place, in: folder)
            case .everyFrame:
                // What was acknowledged has a durable name at every moment.
                try fileSystem.link(path, to: place)
                try fileSystem.synchronizeDirectory(folder)
                try fileSystem.remove(path)
                path = place
            }
            // Closed when it has its place: what is closed may be taken for left behind.
            try file.close()
            try fileSystem.synchronizeDirectory(layout.open)
        }
    }

    /// Gives the part up and removes what was written of it; for transcripts of which nothing was acknowledged yet.
    package func discard() {
        isAbandoned = true
        try? file.close()
        try? fileSystem.removeIfPresent(path)
    }

    private func flush() throws(SealingError) {
        guard !pending.isEmpty else { return }
        let plaintext = Frame.encode(pending, paddedTo: frameBytes(forRecordsOf: pendingBytes))
        pending = []
        pendingBytes = 0
        let sealed = try frame(plaintext, tag: .rekey)
        try reserve(sealed.count)
        try write(sealed)
    }

    /// How long to make the plaintext of a frame: after one of a live part the next length field lies in one sector, so that a device writes
    /// it whole or not at all.
    private func frameBytes(forRecordsOf bytes: Int) -> Int {
        let padded = Padme.padded(max(Frame.minimumBytes, bytes))
        let place = (lengthBytes + 4 + Frame.overheadBytes + padded) % Self.sectorBytes
        guard durability == .everyFrame, place > Self.sectorBytes - 4 else { return padded }
        let back = place - (Self.sectorBytes - 4)
        return bytes <= padded - back ? padded - back : padded + Self.sectorBytes - place
    }

    /// What a device writes whole or not at all, at least, in bytes.
    private static let sectorBytes = 512
    /// How many bytes a frame may be longer to keep the next length field in one sector.
    private static let alignmentBytes = 3
    /// How much a live part reserves at a time, in bytes.
    private static let reserveBytes = 16 << 10

    private func frame(_ plaintext: [UInt8], tag: SecretStream.Tag) throws(SealingError) -> [UInt8] {
        do {
            return try sealer.frame(plaintext, tag: tag)
        } catch {
            isAbandoned = true
            throw SealingError(.abandoned, "the part is closed already")
        }
    }

    private func write(_ bytes: [UInt8]) throws(SealingError) {
        guard !isAbandoned else { throw Self.abandoned }
        hash.update(bytes.rawSpan)
        try storing { () throws(FileError) in try file.write(bytes.rawSpan, at: lengthBytes) }
        lengthBytes += bytes.count
    }

    /// Makes room in a live part for so many bytes and at least one zero after them: by that a reader knows a frame that was on its way when the
    /// machine stopped from one that was changed. The zeros are durable before anything is written over them.
    private func reserve(_ bytes: Int) throws(SealingError) {
        guard durability == .everyFrame, lengthBytes + bytes >= reservedBytes else { return }
        guard !isAbandoned else { throw Self.abandoned }
        let end = min(lengthBytes + bytes + Self.reserveBytes, Limits.partBytes)
        try storing { () throws(FileError) in
            try file.write([UInt8](repeating: 0, count: end - reservedBytes).rawSpan, at: reservedBytes)
            try file.synchronize()
        }
        reservedBytes = end
    }

    /// Cuts off what a live part has reserved, durably: nothing may follow the final frame, wherever the machine stops while that is written.
    private func giveBackReserve() throws(SealingError) {
        guard durability == .everyFrame else { return }
        try storing { () throws(FileError) in
            try file.truncate(toBytes: lengthBytes)
            try file.synchronize()
        }
    }

    /// Gives the file another name, durably.
    private func move(to place: String, in folder: String) throws(FileError) {
        try fileSystem.rename(path, to: place)
        path = place
        try fileSystem.synchronizeDirectory(folder)
    }

    private func synchronize() throws(SealingError) {
        try storing { () throws(FileError) in
            try file.synchronize()
            // An acknowledged message must be where the next reader looks: the path may have been given to another file.
            guard try file.isStill(at: path) else { throw FileError(.notFound, "find the part that is being written", path) }
        }
    }

    /// Works on files; any error abandons the part.
    private func storing(_ work: () throws(FileError) -> Void) throws(SealingError) {
        do throws(FileError) {
            try work()
        } catch {
            isAbandoned = true
            throw SealingError(error)
        }
    }

    private static let abandoned = SealingError(.abandoned, "the part was abandoned after an error; begin another")
}
