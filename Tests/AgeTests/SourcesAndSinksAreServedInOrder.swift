import Age
import Sodium
import Synchronization
import Testing

private let chunk = 65_536

private struct DiskFull: Error {}

/// Fails the test if two threads are in it at the same time.
private final class OneAtATime: Sendable {
    private let inside = Atomic(false)
    let overlaps = Atomic(0)

    func run<R>(_ body: () -> R) -> R {
        if inside.exchange(true, ordering: .acquiringAndReleasing) { overlaps.add(1, ordering: .relaxed) }
        defer { inside.store(false, ordering: .releasing) }
        return body()
    }
}

struct SourcesAndSinksAreServedInOrder {
    @Test("whatever the size, the pieces and the format, the plaintext comes back", arguments: boundarySizes, [AgeFormat.binary, .armored])
    func roundTrips(_ size: Int, _ format: AgeFormat) throws {
        let identity = try AgeIdentity.generate()
        let recipients = [identity.recipient]
        let keyring = AgeKeyring(identity)
        let plaintext = pattern(size)
        for pieceBytes in [4_099, chunk, 1 << 21] {
            let file = try encryptFromSource(plaintext, to: recipients, format: format, pieceBytes: pieceBytes)
            #expect(try Age.decrypt(file.rawSpan, with: keyring, expecting: format) == plaintext, "pieces of \(pieceBytes)")
            let back = decryptFromSource(file, with: keyring, pieceBytes: pieceBytes)
            #expect(back.error == nil && back.released == plaintext, "pieces of \(pieceBytes)")
        }
    }

    @Test("source and sink are each called by one thread at a time, and not after the call has returned")
    func oneAtATime() throws {
        let identity = try AgeIdentity.generate()
        let plaintext = pattern(40 * chunk)
        let source = Source(plaintext, pieceBytes: 10_007)
        let sink = Sink()
        let (reading, writing) = (OneAtATime(), OneAtATime())
        let isOver = Atomic(false)
        let late = Atomic(0)
        try Age.encrypt(to: [identity.recipient]) { room in
            if isOver.load(ordering: .acquiring) { late.add(1, ordering: .relaxed) }
            return reading.run { source.read(into: &room) }
        } into: { bytes in
            if isOver.load(ordering: .acquiring) { late.add(1, ordering: .relaxed) }
            writing.run { sink.take(bytes) }
        }
        isOver.store(true, ordering: .releasing)
        let header = try Age.decrypt(with: identity) { [file = Source(sink.bytes, pieceBytes: 9_973)] room in
            reading.run { file.read(into: &room) }
        } into: { _ in
            writing.run {}
        }
        #expect(header.x25519Count == 1)
        #expect(reading.overlaps.load(ordering: .relaxed) + writing.overlaps.load(ordering: .relaxed) == 0)
        #expect(late.load(ordering: .relaxed) == 0)
        #expect(try Age.decrypt(sink.bytes.rawSpan, with: identity) == plaintext)
    }

    @Test("a fault releases exactly the chunks before it, and as much as a decryptor does", arguments: [0, 3, 7, 8, 15, 16, 39])
    func changedChunk(_ index: Int) throws {
        let identity = try AgeIdentity.generate()
        let plaintext = pattern(40 * chunk)
        var file = try Age.encrypt(plaintext.rawSpan, to: [identity.recipient])
        let start = try AgeHeader(unverified: file.rawSpan).byteCount + 16
        file[start + index * (chunk + 16) + 1_000] ^= 1
        let keyring = AgeKeyring(identity)
        for pieceBytes in [file.count, 100_003] {
            let streamed = decryptFromSource(file, with: keyring, pieceBytes: pieceBytes)
            #expect(streamed.error?.code == .payload)
            #expect(streamed.released == Array(plaintext[..<(index * chunk)]))
        }
    }

    @Test("a file cut or lengthened releases the same from a source as from a decryptor")
    func rearranged() throws {
        let identity = try AgeIdentity.generate()
        let recipient = identity.recipient
        let keyring = AgeKeyring(identity)
        let sealed = chunk + 16
        for chunks in [1, 3, 8, 9, 16, 17] {
            let file = try Age.encrypt(pattern(chunks * chunk).rawSpan, to: [recipient])
            let start = try AgeHeader(unverified: file.rawSpan).byteCount + 16
            let ends = [start - 1, start, start + sealed - 1, file.count - sealed, file.count - 17, file.count - 16, file.count - 1]
            let last = Array(file.suffix(sealed))
            let variants = ends.map { Array(file[..<$0]) } + [file + [0], file + [UInt8](repeating: 0, count: 16), file + last]
            for (number, variant) in variants.enumerated() {
                let streamed = decryptStreaming(variant, with: keyring, pieceBytes: 50_021)
                let fromSource = decryptFromSource(variant, with: keyring, pieceBytes: 50_021)
                #expect(streamed.error != nil && streamed.error?.code == fromSource.error?.code, "\(chunks) chunks, variant \(number)")
                #expect(streamed.released == fromSource.released, "\(chunks) chunks, variant \(number)")
                #expect(code { () throws(AgeError) in _ = try Age.decrypt(variant.rawSpan, with: keyring) } == streamed.error?.code)
            }
        }
    }

    @Test("what a source throws comes back as the cause, after the chunks that stand whole before it", arguments: [0, 1, 9, 20])
    func sourceFails(_ chunks: Int) throws {
        let identity = try AgeIdentity.generate()
        let plaintext = pattern(40 * chunk)
        let file = try Age.encrypt(plaintext.rawSpan, to: [identity.recipient])
        let start = try AgeHeader(unverified: file.rawSpan).byteCount + 16
        let part = Array(file[..<(start + chunks * (chunk + 16) + 5)])
        let source = Source(part, pieceBytes: 70_001)
        let sink = Sink()
        do throws(AgeError) {
            try Age.decrypt(with: identity) { room in
                let count = source.read(into: &room)
                if count == 0 { throw DiskFull() }
                return count
            } into: {
                sink.take($0)
            }
            Issue.record("the source's failure was lost")
        } catch {
            #expect(error.code == .callerIO && error.cause is DiskFull)
        }
        #expect(sink.bytes == Array(plaintext[..<(chunks * chunk)]))
    }

    @Test("what a source or a sink of an encryption throws comes back as the cause, and ends it")
    func encryptionFails() throws {
        let recipient = try AgeIdentity.generate().recipient
        let calls = Atomic(0)
        for failingCall in [1, 2, 5, 9] {
            calls.store(0, ordering: .relaxed)
            do throws(AgeError) {
                try Age.encrypt(to: [recipient]) { room in
                    // Without an end: only the failure ends it.
                    room.byteCount
                } into: { _ in
                    if calls.add(1, ordering: .relaxed).newValue >= failingCall { throw DiskFull() }
                }
                Issue.record("the sink's failure was lost")
            } catch {
                #expect(error.code == .callerIO && error.cause is DiskFull)
            }
            #expect(calls.load(ordering: .relaxed) == failingCall, "a sink that has failed is not called again")
            let failure = code { () throws(AgeError) in
                calls.store(0, ordering: .relaxed)
                try Age.encrypt(to: [recipient], format: .armored) { room in
                    if calls.add(1, ordering: .relaxed).newValue == failingCall { throw DiskFull() }
                    return min(room.byteCount, 60_000)
                } into: { _ in
                }
            }
            #expect(failure == .callerIO)
        }
    }

    @Test("a passphrase's file goes through source and sink, and a wrong key is told before anything is released")
    func passphrase() throws {
        let plaintext = pattern(3 * chunk)
        let source = Source(plaintext, pieceBytes: 50_000)
        let sink = Sink()
        try Age.encrypt(to: try "correct horse".passphrase(), format: .armored) {
            source.read(into: &$0)
        } into: {
            sink.take($0)
        }
        let back = decryptFromSource(sink.bytes, with: AgeKeyring(try "correct horse".passphrase()), pieceBytes: 999)
        #expect(back.error == nil && back.released == plaintext)
        let wrong = decryptFromSource(sink.bytes, with: AgeKeyring(try "wrong horse".passphrase()), pieceBytes: 999)
        #expect(wrong.error?.code == .noMatch && wrong.released.isEmpty)
    }

    @Test("a source that claims more bytes than it has room for is a mistake of the program and traps")
    func claimsTooMuch() async {
        await #expect(processExitsWith: .failure) {
            let recipient = try AgeIdentity.generate().recipient
            try Age.encrypt(to: [recipient]) {
                $0.byteCount + 1
            } into: { _ in
            }
        }
    }
}
