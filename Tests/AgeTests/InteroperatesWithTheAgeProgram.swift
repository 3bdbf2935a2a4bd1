import Age
import Foundation
import Sodium
import Testing

@Suite(.enabled(if: isInstalled("age") && isInstalled("script"), "needs the programs age and script on the path"))
struct InteroperatesWithTheAgeProgram {
    private let files: TemporaryDirectory

    init() throws {
        files = try TemporaryDirectory()
    }

    @Test("age opens what this library writes", arguments: boundarySizes, [AgeFormat.binary, .armored])
    func ageReads(_ size: Int, _ format: AgeFormat) throws {
        let identity = try AgeIdentity.generate()
        let plaintext = pattern(size)
        try writeKey(identity, to: "key")
        let recipients = [try AgeIdentity.generate().recipient, identity.recipient, try AgeIdentity.generate().recipient]
        try files.write(try Age.encrypt(plaintext.rawSpan, to: recipients, format: format), to: "whole.age")
        let encryptor = try AgeEncryptor(to: recipients, format: format)
        try files.write(try encryptStreaming(plaintext, encryptor, pieceBytes: 10_007), to: "stream.age")
        let fromSource = try encryptFromSource(plaintext, to: recipients, format: format, pieceBytes: 70_001)
        try files.write(fromSource, to: "source.age")
        for name in ["whole.age", "stream.age", "source.age"] {
            let result = try runProgram(["age", "-d", "-i", "key", name], in: files.directory)
            #expect(result.status == 0, "\(name): \(result.errors)")
            #expect(result.output == plaintext, "\(name)")
        }
    }

    @Test("this library opens what age writes", arguments: boundarySizes, [AgeFormat.binary, .armored])
    func ageWrites(_ size: Int, _ format: AgeFormat) throws {
        let identity = try AgeIdentity.generate()
        let plaintext = pattern(size)
        let other = try AgeIdentity.generate().recipient
        let result = try runProgram(
            ["age"] + (format == .armored ? ["-a"] : []) + ["-r", other.description, "-r", identity.recipient.description],
            input: plaintext,
            in: files.directory
        )
        #expect(result.status == 0, "\(result.errors)")
        let opened = try Age.open(result.output.rawSpan, with: identity)
        #expect(opened.plaintext == plaintext)
        #expect(opened.header.x25519Count == 2)
        let keyring = AgeKeyring(identity)
        for streamed in [
            decryptStreaming(result.output, with: keyring, pieceBytes: 10_007),
            decryptFromSource(result.output, with: keyring, pieceBytes: 70_001),
        ] {
            #expect(streamed.error == nil && streamed.released == plaintext)
        }
    }

    @Test("armor put around a binary file of age's, or taken off an armored one, is age's own", arguments: [0, 1, 47, 48, 49, 65_536])
    func armorAlone(_ size: Int) throws {
        let identity = try AgeIdentity.generate()
        try writeKey(identity, to: "key")
        let result = try runProgram(["age", "-a", "-r", identity.recipient.description], input: pattern(size))
        var file: [UInt8] = []
        var reader = AgeArmorReader()
        try reader.append(result.output.rawSpan) { file += $0.array }
        try reader.finish()
        #expect(try Age.decrypt(file.rawSpan, with: identity, expecting: .binary) == pattern(size))
        var text: [UInt8] = []
        var writer = AgeArmorWriter()
        try writer.append(file.rawSpan) { text += $0.array }
        try writer.finish { text += $0.array }
        #expect(text == result.output)
    }

    @Test("age opens with a passphrase what this library writes with it, and not with another", arguments: [AgeFormat.binary, .armored])
    func ageReadsPassphrase(_ format: AgeFormat) throws {
        let plaintext = pattern(70_000)
        let passphrase = try "correct horse".passphrase()
        try files.write(try Age.encrypt(plaintext.rawSpan, to: passphrase, format: format), to: "file.age")
        let result = try runOnTerminal("age -d -o plain file.age", typing: ["correct horse"])
        #expect(result.status == 0, "\(String(decoding: result.output, as: UTF8.self))")
        #expect(try files.read("plain") == plaintext)
        #expect(try runOnTerminal("age -d -o nothing file.age", typing: ["wrong horse"]).status != 0)
    }

    @Test("this library opens with a passphrase what age writes with it", arguments: [AgeFormat.binary, .armored])
    func ageWritesPassphrase(_ format: AgeFormat) throws {
        let plaintext = pattern(70_000)
        try files.write(plaintext, to: "plain")
        let option = format == .armored ? "-a " : ""
        let result = try runOnTerminal("age \(option)-p -o file.age plain", typing: ["correct horse", "correct horse"])
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
