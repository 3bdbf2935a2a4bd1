import Age
import Sodium
import Testing

private struct DiskFull: Error, Equatable {}

struct FailuresOfTheCallerAreToldApart {
    @Test("what the sink of an encryptor throws comes back as the cause")
    func encryptor() throws {
        let recipient = try AgeIdentity.generate().recipient
        var encryptor = try AgeEncryptor(to: [recipient])
        let plaintext = pattern(200_000)
        do throws(AgeError) {
            // More than is ever held back.
            for _ in 0..<64 { try encryptor.append(plaintext.rawSpan) { _ in throw DiskFull() } }
            Issue.record("the sink's failure was lost")
        } catch {
            #expect(error.code == .callerIO)
            #expect(error.cause as? DiskFull == DiskFull())
        }
        var another = try AgeEncryptor(to: [recipient])
        try another.append(pattern(10).rawSpan) { _ in throw DiskFull() }
        do throws(AgeError) {
            try another.finish { _ in throw DiskFull() }
            Issue.record("the sink's failure was lost")
        } catch {
            #expect(error.code == .callerIO)
        }
    }

    @Test("what the sink of a decryptor throws comes back as the cause, and ends the decryption")
    func decryptor() throws {
        let identity = try AgeIdentity.generate()
        let file = try Age.encrypt([UInt8](repeating: 1, count: 12 << 20).rawSpan, to: [identity.recipient])
        var decryptor = AgeDecryptor(AgeKeyring(identity))
        do throws(AgeError) {
            try decryptor.append(file.rawSpan) { _ in throw DiskFull() }
            Issue.record("the sink's failure was lost")
        } catch {
            #expect(error.code == .callerIO)
            #expect(error.cause as? DiskFull == DiskFull())
        }
        // A chunk is lost, so the rest must not look like a whole file.
        #expect(code { () throws(AgeError) in try decryptor.append(file.rawSpan) { _ in } } == .callerIO)
    }
}
