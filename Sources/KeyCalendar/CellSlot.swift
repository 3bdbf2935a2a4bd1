package import Records
package import Sodium

/// One of the two slots of a cell: the 32 bytes on which everything depends, and how to tell that they are whole.
///
/// Magic (8), vault id (16), value (32), `u64` serial, BLAKE2b-128 of those 64 bytes, random bytes up to 4096. A slot that was destroyed, or
/// written only in part, does not verify; nothing about it says which.
package final class CellSlot: Sendable {
    /// Length of a slot in bytes: a block of the file system and of its device.
    package static let sizeBytes = 4096
    /// Bytes 0–7: "TVCL" between a byte that text has not and the line ends that text tools change.
    package static let magic: [UInt8] = [0x89, 0x54, 0x56, 0x43, 0x4C, 0x0D, 0x0A, 0x1A]
    static let checkedBytes = 64
    static let checkBytes = 16

    /// The vault.
    package let vault: VaultID
    /// The serial number of the calendar that the value opens.
    package let serial: UInt64
    /// The cell value.
    package let value: SecretBytes

    /// A slot for `value`, of which it makes a copy.
    package init(vault: VaultID, serial: UInt64, value: borrowing SecretBytes) {
        precondition(value.count == CalendarFile.valueBytes, "a cell value has 32 bytes")
        self.vault = vault
        self.serial = serial
        self.value = value.copy()
    }

    /// The slot that 4096 bytes hold; nil where they do not verify.
    package init?(_ bytes: RawSpan) {
        let checked = bytes.extracting(first: Self.checkedBytes)
        guard bytes.byteCount == Self.sizeBytes, checked.extracting(first: Self.magic.count).array == Self.magic,
            bytes.extracting(Self.checkedBytes..<(Self.checkedBytes + Self.checkBytes)).array
                == BLAKE2b.hash(checked, digestBytes: Self.checkBytes),
            let vault = VaultID(checked.extracting(8..<24).array)
        else { return nil }
        self.vault = vault
        serial = checked.littleEndian(at: 56, as: UInt64.self)
        value = SecretBytes(copying: checked.extracting(24..<56))
    }

    /// The 4096 bytes of the slot, with its filling from `random`.
    package func written(random: any RandomSource) -> SecretBytes {
        Self.written(vault: vault.bytes, serial: serial, value: value, random: random)
    }

    private static func written(
        vault: [UInt8],
        serial: UInt64,
        value: borrowing SecretBytes,
        random: any RandomSource
    ) -> SecretBytes {
        // Hashed piece by piece: the pieces are put together nowhere but in the slot.
        let serialBytes = (0..<8).map { UInt8(truncatingIfNeeded: serial >> (8 * $0)) }
        var hash = BLAKE2b(digestBytes: checkBytes)
        hash.update(magic.rawSpan)
        hash.update(vault.rawSpan)
        hash.update(value.bytes)
        hash.update(serialBytes.rawSpan)
        let check = hash.finalize()
        return SecretBytes(count: sizeBytes) { (out: inout MutableRawSpan) in
            out.copy(magic.rawSpan, at: 0)
            out.copy(vault.rawSpan, at: 8)
            out.copy(value.bytes, at: 24)
            out.storeLittleEndian(serial, at: 56)
            out.copy(check.rawSpan, at: checkedBytes)
            out.fill((checkedBytes + checkBytes)..<sizeBytes, from: random)
        }
    }

    /// Whether both hold the same value.
    package func isSame(as other: CellSlot) -> Bool {
        serial == other.serial && value.equals(other.value)
    }
}
