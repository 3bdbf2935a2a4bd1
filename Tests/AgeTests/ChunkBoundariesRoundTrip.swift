import Age
import Sodium
import Testing

private let chunk = 65_536

struct ChunkBoundariesRoundTrip {
    /// The sizes around each boundary of the first three chunks.
    static let sizes: [Int] = {
        let boundaries = [0, chunk, 2 * chunk, 3 * chunk]
        return boundaries.flatMap { boundary in [-17, -16, -1, 0, 1, 16, 17].map { boundary + $0 } }.filter { $0 >= 0 }
    }()

    @Test("whatever the size and the pieces, the file is the same and comes back", arguments: sizes)
    func roundTrips(_ size: Int) throws {
        let identity = try AgeIdentity.generate(random: CountedRandom(seed: 1))
        let recipient = identity.recipient
        let keyring = AgeKeyring(identity)
        let plaintext = pattern(size)
        let whole = try Age.encrypt(plaintext.rawSpan, to: [recipient], random: CountedRandom(seed: 2))
        let chunks = max(1, (size + chunk - 1) / chunk)
        let header = try AgeHeader(unverified: whole.rawSpan)
        #expect(whole.count == header.byteCount + 16 + size + 16 * chunks)
        #expect(try Age.decrypt(whole.rawSpan, with: keyring) == plaintext)
        for pieceBytes in [1_021, chunk - 1, chunk, chunk + 1, chunk + 16, 3 * chunk + 5] {
            let encryptor = try AgeEncryptor(to: [recipient], random: CountedRandom(seed: 2))
            let streamed = try encryptStreaming(plaintext, encryptor, pieceBytes: pieceBytes)
            #expect(streamed == whole, "pieces of \(pieceBytes)")
            let back = decryptStreaming(whole, with: keyring, pieceBytes: pieceBytes)
            #expect(back.error == nil)
            #expect(back.released == plaintext, "pieces of \(pieceBytes)")
        }
    }

    @Test("an empty append changes nothing")
    func emptyAppend() throws {
        let identity = try AgeIdentity.generate()
        var encryptor = try AgeEncryptor(to: [identity.recipient])
        var file: [UInt8] = []
        let nothing: [UInt8] = []
        try encryptor.append(nothing.rawSpan) { file += $0.array }
        try encryptor.append(pattern(chunk).rawSpan) { file += $0.array }
        try encryptor.append(nothing.rawSpan) { file += $0.array }
        try encryptor.finish { file += $0.array }
        #expect(try Age.decrypt(file.rawSpan, with: identity) == pattern(chunk))
    }

    @Test("no more than sixteen chunks are handed over at a time")
    func bounded() throws {
        let identity = try AgeIdentity.generate()
        var longest = 0
        var file: [UInt8] = []
        var encryptor = try AgeEncryptor(to: [identity.recipient])
        let take = { (bytes: RawSpan) in
            longest = max(longest, bytes.byteCount)
            file += bytes.array
        }
        try encryptor.append(pattern(40 * chunk).rawSpan, emit: take)
        try encryptor.finish(emit: take)
        #expect(longest == 16 * (chunk + 16))
        longest = 0
        var decryptor = AgeDecryptor(AgeKeyring(identity))
        let measure = { (bytes: RawSpan) in longest = max(longest, bytes.byteCount) }
        try decryptor.append(file.rawSpan, emit: measure)
        #expect(decryptor.header?.x25519Count == 1)
        try decryptor.finish(emit: measure)
        #expect(longest == 16 * chunk)
    }
}
