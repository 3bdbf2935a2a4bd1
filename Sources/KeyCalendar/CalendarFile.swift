internal import Records
package import Sodium

/// The file that holds a calendar: its name and its bytes, both decided by the cell value.
///
/// Specified in `Docs/Spec/Calendar.md`. Whoever has not the cell value learns from a file neither which vault it belongs to nor how old it is.
package enum CalendarFile {
    /// Bytes 0–7 of a calendar file: "TVKC" between a byte that text has not and the line ends that text tools change.
    package static let magic: [UInt8] = [0x89, 0x54, 0x56, 0x4B, 0x43, 0x0D, 0x0A, 0x1A]
    /// Bytes 8–9, little-endian.
    package static let version: UInt16 = 1
    /// What a file's name ends with.
    package static let suffix = ".calendar"
    /// Length of a cell value in bytes.
    package static let valueBytes = 32
    /// How much longer a file is than its content: magic, version, nonce, tag.
    package static let overheadBytes = prefix.count + XChaCha20Poly1305.nonceBytes + XChaCha20Poly1305.tagBytes

    private static let prefix = magic + [UInt8(version & 255), UInt8(version >> 8)]
    private static let nameContext = Array("transcript-vault/v1/calendar-id\0".utf8)
    private static let keyContext = Array("transcript-vault/v1/calendar\0".utf8)

    /// The name of the calendar that `value` opens: 32 hexadecimal digits and the suffix.
    package static func name(under value: borrowing SecretBytes) -> String {
        let name = HKDF.derive(from: value, info: nameContext, count: 16)
        return Hex.encode(name.bytes.array) + suffix
    }

    /// Whether a file name is a calendar's.
    package static func isName(_ name: String) -> Bool {
        guard name.hasSuffix(suffix) else { return false }
        let digits = name.dropLast(suffix.utf8.count)
        return digits.utf8.count == 32 && Hex.decode(String(digits)) != nil
    }

    /// The file of `calendar` under `value`, with a nonce from `random`.
    package static func seal(_ calendar: borrowing Calendar, under value: borrowing SecretBytes, random: any RandomSource) -> [UInt8] {
        let key = HKDF.derive(from: value, info: keyContext, count: XChaCha20Poly1305.keyBytes)
        return prefix + XChaCha20Poly1305.seal(calendar.content.bytes, authenticating: prefix, key: key, random: random)
    }

    /// The calendar of a file; throws `corrupt`, one opaque refusal, for everything that `value` does not open or that is not a calendar.
    package static func open(_ file: [UInt8], under value: borrowing SecretBytes) throws(KeyCalendarError) -> Calendar {
        guard file.count <= Limits.calendarBytes, file.starts(with: prefix) else { throw .corruptCalendar }
        let key = HKDF.derive(from: value, info: keyContext, count: XChaCha20Poly1305.keyBytes)
        let content: SecretBytes
        do throws(SodiumError) {
            content = try XChaCha20Poly1305.open(file.rawSpan.extracting(droppingFirst: prefix.count), authenticating: prefix, key: key)
        } catch {
            throw .corruptCalendar
        }
        return try Calendar(content: content)
    }
}
