import Minisign
import Sodium
import Testing

@Suite("The minisign program and we agree", .enabled(if: MinisignProgram.url != nil, Comment(rawValue: MinisignProgram.absent)))
struct TheProgramAndWeAgreeTests {
    static let lengths = [0, 9, 100_000]

    @Test("the program verifies what we signed, with the file of our key and with its text", arguments: lengths)
    func programVerifiesOurs(length: Int) throws {
        let message = [UInt8](repeating: 0xA5, count: length)
        let program = try MinisignProgram()
        defer { program.remove() }
        let key = try SigningKey(seed: .random(SigningKey.seedBytes, from: SystemRandom()))
        let publicKey = MinisignPublicKey(key.publicKey)
        try program.write(message, to: "file")
        try program.write(
            MinisignSignature.sign(message.rawSpan, with: key, trustedComment: "transcript-vault card 1").fileBytes,
            to: "file.minisig"
        )
        try program.write(publicKey.fileBytes, to: "key.pub")
        #expect(try program.run("-V", "-H", "-q", "-p", "key.pub", "-m", "file") == 0)
        #expect(try program.run("-V", "-H", "-q", "-P", publicKey.text, "-m", "file") == 0)
        try program.write(message + [0], to: "file")
        #expect(try program.run("-V", "-H", "-q", "-p", "key.pub", "-m", "file") != 0)
    }

    @Test("we verify what the program signed, with its own comment or ours", arguments: lengths, ["transcript-vault card 1", nil])
    func weVerifyTheirs(length: Int, comment: String?) throws {
        let message = [UInt8](repeating: 0xA5, count: length)
        let program = try MinisignProgram()
        defer { program.remove() }
        try program.write(message, to: "file")
        #expect(try program.run("-G", "-W", "-p", "key.pub", "-s", "key.sec") == 0)
        if let comment {
            #expect(try program.run("-S", "-s", "key.sec", "-m", "file", "-t", comment) == 0)
        } else {
            #expect(try program.run("-S", "-s", "key.sec", "-m", "file") == 0)
        }
        let key = try MinisignPublicKey(file: program.read("key.pub"))
        #expect(try key.fileBytes == program.read("key.pub"))
        let signature = try MinisignSignature(file: program.read("file.minisig"))
        #expect(try signature.fileBytes == program.read("file.minisig"))
        #expect(signature.keyID == key.id)
        try signature.verify(message.rawSpan, with: key, expecting: comment ?? signature.trustedComment)
        #expect(throws: MinisignError(.refused)) {
            try signature.verify(message.rawSpan, with: key, expecting: "transcript-vault roster 1")
        }
    }

    @Test("we read every key file that the program writes, and write it as it does")
    func keyFiles() throws {
        let program = try MinisignProgram()
        defer { program.remove() }
        // One id in sixteen begins with a zero digit, which the program leaves out.
        for _ in 0..<50 {
            #expect(try program.run("-G", "-f", "-W", "-p", "key.pub", "-s", "key.sec") == 0)
            let file = try program.read("key.pub")
            #expect(try MinisignPublicKey(file: file).fileBytes == file)
        }
    }

    @Test("the legacy algorithm and a comment of one's own are refused", arguments: [["-l"], ["-c", "a comment of my own"]])
    func otherForms(options: [String]) throws {
        let program = try MinisignProgram()
        defer { program.remove() }
        try program.write([1, 2, 3], to: "file")
        #expect(try program.run("-G", "-W", "-p", "key.pub", "-s", "key.sec") == 0)
        let signed =
            options.count == 1
            ? try program.run("-S", "-s", "key.sec", "-m", "file", "-l")
            : try program.run("-S", "-s", "key.sec", "-m", "file", "-c", options[1])
        #expect(signed == 0)
        let file = try program.read("file.minisig")
        #expect(throws: MinisignError(.refused)) { try MinisignSignature(file: file) }
    }
}
