import KeyCalendar
import Records
import Sodium
import System
import Tampering
import Testing

@Suite struct ASlotIsWholeOrNothingTests {
    static let value = (0..<32).map { UInt8($0 + 100) }

    private func slot(random: any RandomSource = RecordingRandom(seed: 1)) -> [UInt8] {
        let written = CellSlot(vault: Sample.vault, serial: 0x0102_0304, value: secret(Self.value)).written(random: random)
        return plain(written)
    }

    private func read(_ bytes: [UInt8]) -> CellSlot? { CellSlot(bytes.rawSpan) }

    @Test func itIsLaidOutAsSpecified() throws {
        let random = RecordingRandom(seed: 1)
        let bytes = slot(random: random)
        let checked =
            [0x89, 0x54, 0x56, 0x43, 0x4C, 0x0D, 0x0A, 0x1A] + Sample.vault.bytes + Self.value + littleEndian(UInt64(0x0102_0304), 8)
        #expect(bytes.count == 4096 && Array(bytes[..<64]) == checked)
        #expect(Array(bytes[64..<80]) == BLAKE2b.hash(checked, digestBytes: 16))
        #expect(random.drawn == [Array(bytes[80...])])
    }

    @Test func itIsReadAsItWasWritten() throws {
        let bytes = slot()
        let read = try #require(self.read(bytes))
        #expect(read.vault == Sample.vault && read.serial == 0x0102_0304)
        #expect(plain(read.value) == Self.value)
    }

    @Test func everyChangeOfItIsRefused() {
        Tampering(of: slot(), called: "a cell's slot").forEach { change, changed in
            // The filling says nothing.
            if case .flip(byte: 80..., _) = change { return #expect(read(changed)?.serial == 0x0102_0304, "\(change)") }
            #expect(read(changed) == nil, "\(change)")
        }
    }

    @Test func everyTornWriteIsRefused() {
        let bytes = slot()
        let random = [UInt8](repeating: 0xEE, count: 4096)
        for count in 0..<80 {
            #expect(read(Array(bytes[..<count] + random[count...])) == nil)
            #expect(read(Array(random[..<(count + 1)] + bytes[(count + 1)...])) == nil)
        }
        // The filling says nothing.
        #expect(read(Array(bytes[..<80] + random[80...])) != nil)
    }

    @Test func noiseIsNoSlot() {
        let noise = RecordingRandom(seed: 9).bytes(4096)
        #expect(read(noise) == nil)
        #expect(read([UInt8](repeating: 0, count: 4096)) == nil)
    }
}
