import Age
import Foundation
import Sodium
import Testing

/// Whether a program is found on the path.
private func isInstalled(_ program: String) -> Bool {
    let path = ProcessInfo.processInfo.environment["PATH"] ?? ""
    return path.split(separator: ":").contains { FileManager.default.isExecutableFile(atPath: "\($0)/\(program)") }
}

@Suite(.enabled(if: isInstalled("age") && isInstalled("script"), "needs the programs age and script on the path"))
struct InteroperatesWithTheAgeProgram {
    private let files: TemporaryDirectory

    init() throws {
        files = try TemporaryDirectory()
    }

    @Test("age opens what this library writes", arguments: [0, 1, 65_535, 65_536, 65_537, 131_072, 200_000])
    func ageReads(_ size: Int) throws {
        let identity = try AgeIdentity.generate()
        let plaintext = pattern(size)
        try writeKey(identity, to: "key")
        let other = try AgeIdentity.generate().recipient
        try files.write(try Age.encrypt(plaintext.rawSpan, to: [other, identity.recipient]), to: "whole.age")
        let encryptor = try AgeEncryptor(to: [identity.recipient])
        try files.write(try encryptStreaming(plaintext, encryptor, pieceBytes: 10_007), to: "stream.age")
        for name in ["whole.age", "stream.age"] {
            let result = try runProgram(["age", "-d", "-i", "key", name], in: files.directory)
            #expect(result.status == 0, "\(result.errors)")
            #expect(result.output == plaintext)
        }
    }

    @Test("this library opens what age writes", arguments: [0, 1, 65_535, 65_536, 65_537, 131_072, 200_000])
    func ageWrites(_ size: Int) throws {
        let identity = try AgeIdentity.generate()
        let plaintext = pattern(size)
        let other = try AgeIdentity.generate().recipient
        let result = try runProgram(
            ["age", "-r", other.description, "-r", identity.recipient.description],
            input: plaintext,
            in: files.directory
        )
        #expect(result.status == 0, "\(result.errors)")
        let opened = try Age.open(result.output.rawSpan, with: identity)
        #expect(opened.plaintext == plaintext)
        #expect(opened.header.x25519Count == 2)
        let streamed = decryptStreaming(result.output, with: AgeKeyring(identity), pieceBytes: 10_007)
        #expect(streamed.error == nil && streamed.released == plaintext)
    }

    @Test("age opens with a passphrase what this library writes with it, and not with another")
    func ageReadsPassphrase() throws {
        let plaintext = pattern(70_000)
        let passphrase = try "correct horse".passphrase()
        try files.write(try Age.encrypt(plaintext.rawSpan, to: passphrase), to: "file.age")
        let result = try runOnTerminal("age -d -o plain file.age", typing: ["correct horse"])
        #expect(result.status == 0, "\(String(decoding: result.output, as: UTF8.self))")
        #expect(try files.read("plain") == plaintext)
        #expect(try runOnTerminal("age -d -o nothing file.age", typing: ["wrong horse"]).status != 0)
    }

    @Test("this library opens with a passphrase what age writes with it")
    func ageWritesPassphrase() throws {
        let plaintext = pattern(70_000)
        try files.write(plaintext, to: "plain")
        let result = try runOnTerminal("age -p -o file.age plain", typing: ["correct horse", "correct horse"])
        #expect(result.status == 0, "\(String(decoding: result.output, as: UTF8.self))")
        let file = try files.read("file.age")
        let passphrase = try "correct horse".passphrase()
        #expect(try Age.decrypt(file.rawSpan, with: passphrase) == plaintext)
        let wrong = try "wrong horse".passphrase()
        #expect(code { () throws(AgeError) in _ = try Age.decrypt(file.rawSpan, with: wrong) } == .noMatch)
    }

    @Test("age uses an identity file that this library encrypted with a passphrase")
    func encryptedIdentityFile() throws {
        let identity = try AgeIdentity.generate()
        let text = identity.text()
        let passphrase = try "correct horse".passphrase()
        try files.write(try Age.encrypt(text.bytes, to: passphrase), to: "key.age")
        try files.write(try Age.encrypt(pattern(100).rawSpan, to: [identity.recipient]), to: "file.age")
        let result = try runOnTerminal("age -d -i key.age -o plain file.age", typing: ["correct horse"])
        #expect(result.status == 0, "\(String(decoding: result.output, as: UTF8.self))")
        #expect(try files.read("plain") == pattern(100))
    }

    @Test("age opens the file of the known answer")
    func knownAnswer() throws {
        let (file, identity) = try knownAnswerFile()
        try files.write(identity, to: "key")
        let result = try runProgram(["age", "-d", "-i", "key"], input: file, in: files.directory)
        #expect(result.output == pattern(100), "\(result.errors)")
    }

    @Test("this library reads the identity file that age-keygen writes", .enabled(if: isInstalled("age-keygen")))
    func keygen() throws {
        let key = try runProgram(["age-keygen"])
        let recipient = try runProgram(["age-keygen", "-y"], input: key.output)
        let text = String(decoding: recipient.output, as: UTF8.self).trimmingCharacters(in: .newlines)
        let file = try Age.encrypt(pattern(10).rawSpan, to: [try AgeRecipient(text)])
        #expect(try Age.decrypt(file.rawSpan, with: try AgeKeyring(identityFile: key.output.rawSpan)) == pattern(10))
    }

    /// Runs a command on a terminal of its own, since age reads a passphrase from nowhere else.
    private func runOnTerminal(_ command: String, typing lines: [String]) throws -> ProgramResult {
        try runProgram(
            ["script", "--quiet", "--return", "--command", command, "/dev/null"],
            input: Array(lines.map { $0 + "\n" }.joined().utf8),
            in: files.directory
        )
    }

    private func writeKey(_ identity: borrowing AgeIdentity, to name: String) throws {
        let text = identity.text()
        try files.write(text.bytes.array, to: name)
    }
}
