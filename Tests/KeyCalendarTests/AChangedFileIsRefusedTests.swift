import KeyCalendar
import Records
import Sodium
import Tampering
import Testing

@Suite struct AChangedFileIsRefusedTests {
    static let value = [UInt8](repeating: 0xC5, count: 32)

    private func file() throws -> [UInt8] {
        let calendar = try Calendar(content: secret(PlainCalendar().bytes))
        return CalendarFile.seal(calendar, under: secret(Self.value), random: SystemRandom())
    }

    private func isOpened(_ file: [UInt8], under value: [UInt8] = value) -> Bool {
        do throws(KeyCalendarError) {
            _ = try CalendarFile.open(file, under: secret(value))
            return true
        } catch {
            return error != (try? refusal())
        }
    }

    /// What every refusal must look like: nothing tells one from another.
    private func refusal() throws -> KeyCalendarError {
        do throws(KeyCalendarError) {
            _ = try CalendarFile.open([], under: secret(Self.value))
        } catch { return error }
        throw KeyCalendarError(.outOfBounds, "an empty file was taken")
    }

    @Test func itsHeaderIsTheSpecifiedOne() throws {
        let file = try file()
        #expect(Array(file[..<10]) == [0x89, 0x54, 0x56, 0x4B, 0x43, 0x0D, 0x0A, 0x1A, 1, 0])
        #expect(file.count == PlainCalendar().bytes.count + 10 + 24 + 16)
        #expect(CalendarFile.name(under: secret(Self.value)) == PlainCalendar.name(under: Self.value))
    }

    @Test func whereOneBitIsFlippedItIsCutOrLonger() throws {
        let file = try file()
        #expect(isOpened(file))
        Tampering(of: file, called: "a calendar").forEach { change, changed in #expect(!isOpened(changed), "\(change)") }
    }

    @Test func underAnyOtherValue() throws {
        let file = try file()
        for bit in 0..<256 {
            var other = Self.value
            other[bit / 8] ^= 1 << UInt8(bit % 8)
            #expect(!isOpened(file, under: other))
        }
    }

    @Test func whoseContentNoWriterMakes() throws {
        var plain = PlainCalendar()
        plain.trailing = [0]
        let header: [UInt8] = [0x89, 0x54, 0x56, 0x4B, 0x43, 0x0D, 0x0A, 0x1A, 1, 0]
        let value = secret(Self.value)
        let key = HKDF.derive(from: value, info: Array("transcript-vault/v1/calendar\0".utf8), count: 32)
        let sealed = XChaCha20Poly1305.seal(plain.bytes.rawSpan, authenticating: header, key: key, random: SystemRandom())
        #expect(!isOpened(header + sealed))
    }

    @Test func namesOfOtherFilesAreNotCalendars() {
        #expect(CalendarFile.isName("0123456789abcdef0123456789abcdef.calendar"))
        for name in [
            "0123456789abcdef0123456789abcde.calendar", "0123456789ABCDEF0123456789ABCDEF.calendar", ".calendar", "calendar",
            "0123456789abcdef0123456789abcdef.calendar.bak", "0123456789abcdef0123456789abcdeg.calendar", "intent",
        ] { #expect(!CalendarFile.isName(name)) }
    }
}
