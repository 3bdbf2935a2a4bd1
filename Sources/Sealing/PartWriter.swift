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
        /// After every frame: a live conversation, whose messages are acknowledged one by one.
        case everyFrame
    }

    private let plan: PartPlan
    private let fileSystem: any FileSystem
    private let layout: VaultLayout
    private let durability: Durability
    /// Where it is written: under its name among the open parts where it is live; otherwise under a temporary name, so that until all of it
    /// is durable nobody takes it for a part.
    private var path: String
    private let file: any File
    private let signer: KeyID
    private var sealer: PartSealer
    private var hash = BLAKE2b(digestBytes: 32)
    private var pending: [PartRecord] = []
    private var pendingBytes = 0
    private var isAbandoned = false

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
        path =
            switch durability {
            case .atClose: RecordStore(fileSystem: fileSystem, layout: layout).unfinishedPath(plan.part, of: plan.conversation)
            case .everyFrame: layout.openPart(plan.part, of: plan.conversation)
            }
        sealer = PartSealer(plan, leaf: leaf, random: random)
        do throws(FileError) {
            file = try fileSystem.create(path, mode: VaultLayout.fileMode)
            // What is acknowledged after the first frame must have a durable name.
            if durability == .everyFrame { try fileSystem.synchronizeDirectory(layout.open) }
        } catch {
            throw SealingError(error)
        }
        let opening = Opening(
            predecessors: plan.predecessors, signer: self.signer,
            signature: signer.sign(
                Opening.signedBytes(header: sealer.header, commitment: sealer.commitment, predecessors: plan.predecessors)))
        do throws(SealingError) {
            try write(sealer.beginning)
            try append(PartRecord(.opening, opening.encoded))
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
            Padme.padded(max(Frame.minimumBytes, $0)) + 4 + Frame.overheadBytes
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
        do throws(FileError) {
            try fileSystem.createDirectories(folder, mode: VaultLayout.directoryMode)
            // Renamed before it is closed: what is closed may be taken for left behind.
            try fileSystem.rename(path, to: place)
            path = place
            try file.close()
            try fileSystem.synchronizeDirectory(folder)
            try fileSystem.synchronizeDirectory(layout.open)
        } catch {
            throw abandon(error)
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
        let plaintext = Frame.encode(pending)
        pending = []
        pendingBytes = 0
        try write(try frame(plaintext, tag: .rekey))
    }

    private func frame(_ plaintext: [UInt8], tag: SecretStream.Tag) throws(SealingError) -> [UInt8] {
        do {
            return try sealer.frame(plaintext, tag: tag)
        } catch {
            isAbandoned = true
            throw SealingError(.abandoned, "the part is closed already")
        }
    }

    private func write(_ bytes: [UInt8]) throws(SealingError) {
        guard !isAbandoned else { throw SealingError(.abandoned, "the part was abandoned after an error; begin another") }
        hash.update(bytes.rawSpan)
        do throws(FileError) {
            try file.append(bytes.rawSpan)
        } catch {
            throw abandon(error)
        }
        lengthBytes += bytes.count
    }

    private func synchronize() throws(SealingError) {
        do throws(FileError) {
            try file.synchronize()
            // An acknowledged message must be where the next reader looks: the path may have been given to another file.
            guard try file.isStill(at: path) else { throw FileError(.notFound, "find the part that is being written", path) }
        } catch {
            throw abandon(error)
        }
    }

    private func abandon(_ error: FileError) -> SealingError {
        isAbandoned = true
        return SealingError(error)
    }
}
