internal import Age
internal import Records
internal import Sodium

/// age files, their armor, and the texts of their keys.
let ageTargets = [
    FuzzTarget("age-header", seeds: { try [ageFile(for: $0.vault.team.age.recipient)] }) { _, input in
        guard let header = try? AgeHeader(unverified: input.rawSpan) else { return .refused }
        let written = text(of: header.stanzas)
        try demand(input.starts(with: written) && header.byteCount == written.count + macLineBytes, "a header has a second form")
        try demand(header.byteCount <= AgeLimit.headerBytes && header.stanzas.count <= AgeLimit.stanzas, "a header is too long")
        return .accepted
    },
    FuzzTarget("age-file", seeds: { _ in fileSeeds }) { world, input in
        try judgeFile(input, in: world)
    },
    FuzzTarget("age-armor", seeds: armorSeeds) { _, input in
        try judgeArmor(input)
    },
    FuzzTarget("age-text", maximumBytes: 400, seeds: { try textSeeds($0.vault.team.age) }) { _, input in
        let text = String(validating: input, as: UTF8.self)
        if let text, let recipient = try? AgeRecipient(text) {
            try demand(recipient.description.utf8.elementsEqual(input), "a recipient has a second form")
            return .accepted
        }
        if let written = identityText(input) {
            try demand(written == input, "an identity has a second form")
            return .accepted
        }
        return (try? AgeKeyring(identityFile: input.rawSpan)) == nil ? .refused : .accepted
    },
]

/// `--- `, 43 characters and a line feed.
private let macLineBytes = 4 + 43 + 1
private let nonce = [UInt8](repeating: 0x4E, count: 16)

/// A header written as the specification says, without its last line.
private func text(of stanzas: [AgeStanza]) -> [UInt8] {
    var text = "age-encryption.org/v1\n"
    for stanza in stanzas {
        text += "-> \(stanza.arguments.joined(separator: " "))\n"
        var body = Base64.encode(stanza.body, .unpadded)[...]
        while body.utf8.count >= 64 {
            text += body.prefix(64) + "\n"
            body = body.dropFirst(64)
        }
        text += body + "\n"
    }
    return Array(text.utf8)
}

private func ageFile(for recipient: AgeRecipient) throws -> [UInt8] {
    let plaintext = Array("a file".utf8)
    return try Age.encrypt(plaintext.rawSpan, to: [recipient], random: SeededRandom(seed: 3))
}

/// A header without its last line.
private func header(_ recipient: AgeRecipient) throws -> [UInt8] {
    let file = try ageFile(for: recipient)
    return text(of: try AgeHeader(unverified: file.rawSpan).stanzas)
}

/// Whether the payload is sealed, in pieces of how many bytes it is read, what stands in the header, and the payload.
private let fileSeeds = [
    [1, 40] + Pieces.encode([]) + Array("a secret".utf8), [1, 0] + Pieces.encode(Array("-> GREASE a b\nAAAA\n".utf8)),
]

private func textSeeds(_ identity: borrowing AgeIdentity) throws -> [[UInt8]] {
    let key = identity.text()
    let text = key.bytes.array
    return [Array(identity.recipient.description.utf8), text, Array("# a comment\r\n\n".utf8) + text + [0x0A] + text]
}

/// The payload of one chunk, as the specification says.
private func sealed(_ plaintext: [UInt8], under fileKey: borrowing SecretBytes) -> [UInt8] {
    let key = HKDF.derive(from: fileKey, salt: nonce, info: Array("payload".utf8), count: 32)
    return [UInt8](count: plaintext.count + 16) { (out: inout MutableRawSpan) in
        ChaCha20Poly1305.seal(plaintext.rawSpan, nonce: [UInt8](repeating: 0, count: 11) + [1], key: key, into: &out)
    }
}

/// A file that begins with a real stanza, and whose MAC is right whatever else the header says: read whole, and read in pieces.
private func judgeFile(_ input: [UInt8], in world: FuzzWorld) throws -> FuzzTarget.Verdict {
    var pieces = Pieces(input)
    let (isSealed, pieceBytes) = (pieces.byte() % 2 == 1, Int(pieces.byte()) + 1)
    let keyring = try world.keyring.get()
    let stanzas = pieces.piece()
    let payload = pieces.rest()
    // A file key is the first thing that is drawn for a file.
    let fileKey = SecretBytes.random(16, from: SeededRandom(seed: 3))
    let authenticated = try header(world.vault.team.age.recipient) + stanzas + Array("---".utf8)
    let key = HKDF.derive(from: fileKey, info: Array("header".utf8), count: 32)
    let mac = Base64.encode(HMACSHA256.authenticate(authenticated.rawSpan, key: key), .unpadded)
    let file = authenticated + Array(" \(mac)\n".utf8) + nonce + (isSealed ? sealed(payload, under: fileKey) : payload)
    let whole = decrypted(file, with: keyring)
    try demand(whole == streamed(file, pieceBytes: pieceBytes, with: keyring), "a file is read in pieces as something else than whole")
    guard let plaintext = whole.plaintext else { return .refused }
    try demand(isSealed && plaintext == payload, "a file has another plaintext than was sealed")
    return .accepted
}

/// What came of reading a file.
private struct Outcome: Equatable {
    var plaintext: [UInt8]?
    var refusal: AgeError.Code?
}

private func decrypted(_ file: [UInt8], with keyring: AgeKeyring) -> Outcome {
    do throws(AgeError) {
        return Outcome(plaintext: try Age.decrypt(file.rawSpan, with: keyring))
    } catch {
        return Outcome(refusal: error.code)
    }
}

/// The text of the identity that a text is; nil where it is none.
private func identityText(_ text: [UInt8]) -> [UInt8]? {
    do throws(AgeError) {
        let identity = try AgeIdentity(text.rawSpan)
        let written = identity.text()
        return written.bytes.array
    } catch {
        return nil
    }
}

/// What a decryptor releases that is fed in pieces.
private func streamed(_ file: [UInt8], pieceBytes: Int, with keyring: AgeKeyring) -> Outcome {
    var released: [UInt8] = []
    var outcome = Outcome()
    var decryptor = AgeDecryptor(keyring)
    do throws(AgeError) {
        var start = 0
        while start < file.count {
            let end = min(start + pieceBytes, file.count)
            try decryptor.append(file.rawSpan.extracting(start..<end)) { released += $0.array }
            start = end
        }
        try decryptor.finish { released += $0.array }
        outcome.plaintext = released
    } catch {
        outcome.refusal = error.code
    }
    return outcome
}

/// How many bytes of text are read at a time, and an armored file: of one line, of a full last line, and with other ends of lines.
private func armorSeeds(_ world: FuzzWorld) throws -> [[UInt8]] {
    let file = try ageFile(for: world.vault.team.age.recipient)
    let text = try armored(file, pieceBytes: 7)
    let withReturns = text.flatMap { $0 == UInt8(ascii: "\n") ? Array("\r\n".utf8) : [$0] }
    return try [
        [0] + text, [200] + Array(" \n\t\n".utf8) + withReturns + Array(" \n".utf8), [47] + armored(Array(file.prefix(96)), pieceBytes: 48),
        [3] + text.dropLast(),
    ]
}

private func armored(_ file: [UInt8], pieceBytes: Int) throws -> [UInt8] {
    var text: [UInt8] = []
    var writer = AgeArmorWriter()
    for start in stride(from: 0, to: file.count, by: pieceBytes) {
        try writer.append(file.rawSpan.extracting(start..<min(file.count, start + pieceBytes))) { text += $0.array }
    }
    try writer.finish { text += $0.array }
    return text
}

/// The bytes that an armored text stands for, read so many bytes at a time; nil where it is refused.
private func unarmored(_ text: [UInt8], pieceBytes: Int) -> [UInt8]? {
    var file: [UInt8] = []
    var reader = AgeArmorReader()
    do throws(AgeError) {
        for start in stride(from: 0, to: text.count, by: pieceBytes) {
            try reader.append(text.rawSpan.extracting(start..<min(text.count, start + pieceBytes))) { file += $0.array }
        }
        try reader.finish()
        return file
    } catch {
        return nil
    }
}

/// Armored text: it is the same read whole and in pieces, and has one form but for ends of lines and what stands around it.
private func judgeArmor(_ input: [UInt8]) throws -> FuzzTarget.Verdict {
    var pieces = Pieces(input)
    let pieceBytes = Int(pieces.byte()) + 1
    let text = pieces.rest()
    let file = unarmored(text, pieceBytes: max(1, text.count))
    try demand(file == unarmored(text, pieceBytes: pieceBytes), "an armored text is read in pieces as something else than whole")
    guard let file else { return .refused }
    let blank = Set<UInt8>([0x20] + Array(0x09...0x0D))
    let core = text.drop { blank.contains($0) }.reversed().drop { blank.contains($0) }.reversed()
    let plain = Array(core).replacing(Array("\r\n".utf8), with: Array("\n".utf8)) + Array("\n".utf8)
    try demand(try armored(file, pieceBytes: pieceBytes) == plain, "an armored text has a second form")
    return .accepted
}
