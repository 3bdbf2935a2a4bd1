internal import Records
package import Sodium
internal import System

/// The file of two slots that really forgets: written in place, never replaced by another file, and read back after every write.
package struct CellFile {
    /// How many slots there are.
    package static let slotCount = 2
    /// Length of the file in bytes.
    package static let sizeBytes = slotCount * CellSlot.sizeBytes

    private let file: any File
    private let path: String
    private let label: String

    init(file: any File, path: String, label: String) {
        self.file = file
        self.path = path
        self.label = label
    }

    /// Both slots, each nil where it does not verify; throws `noValidSlot` where the file has another length than a cell's.
    package func slots() throws(KeyCalendarError) -> [CellSlot?] {
        let size = try KeyCalendarError.onCell(label) { () throws(FileError) in try file.sizeBytes }
        guard size == Self.sizeBytes else { throw .noValidSlot(label) }
        var slots: [CellSlot?] = []
        for index in 0..<Self.slotCount {
            let bytes = try read(index)
            slots.append(CellSlot(bytes.bytes))
        }
        return slots
    }

    /// Writes `slot` in place, waits until the device has it, and reads it back.
    package func write(_ slot: CellSlot, to index: Int, random: any RandomSource) throws(KeyCalendarError) {
        try overwrite(index, with: slot.written(random: random))
    }

    /// Overwrites a slot with random bytes, waits until the device has them, and reads them back.
    package func destroy(_ index: Int, random: any RandomSource) throws(KeyCalendarError) {
        try overwrite(index, with: SecretBytes.random(CellSlot.sizeBytes, from: random))
    }

    /// Closes the file.
    package func close() throws(KeyCalendarError) {
        try KeyCalendarError.onCell(label) { () throws(FileError) in try file.close() }
    }

    private func overwrite(_ index: Int, with bytes: borrowing SecretBytes) throws(KeyCalendarError) {
        do throws(FileError) {
            try file.write(bytes.bytes, at: index * CellSlot.sizeBytes)
            try file.synchronize()
        } catch {
            throw .cell(label, error)
        }
        let found = try read(index)
        guard found.equals(bytes) else {
            throw KeyCalendarError(
                .storage(.inputOutput),
                "\(label) does not hold what was written to it; check its device, and use another"
            )
        }
        // Whoever copies a directory back replaces files: what was written would then lie in a file without a name.
        guard try KeyCalendarError.onCell(label, { () throws(FileError) in try file.isStill(at: path) }) else {
            throw KeyCalendarError(.storage(.notFound), "\(label) was replaced while it was written; stop whatever copies or syncs it")
        }
    }

    private func read(_ index: Int) throws(KeyCalendarError) -> SecretBytes {
        try SecretBytes(count: CellSlot.sizeBytes) { (out: inout MutableRawSpan) throws(KeyCalendarError) in
            do throws(FileError) {
                let count = try file.readBack(at: index * CellSlot.sizeBytes, into: &out)
                guard count == CellSlot.sizeBytes else { throw FileError(.inputOutput, "read", path) }
            } catch {
                throw .cell(label, error)
            }
        }
    }
}
