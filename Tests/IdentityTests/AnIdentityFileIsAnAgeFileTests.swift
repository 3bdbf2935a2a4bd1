import Age
import Foundation
import Identity
import Records
import Roster
import Sodium
import SodiumIdentity
import System
import Testing

/// A temporary folder on the disk, removed at the end.
private final class Folder {
    let path: String

    init() throws {
        path = NSTemporaryDirectory() + "identity-" + UUID().uuidString
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit {
        try? FileManager.default.removeItem(atPath: path)
    }

    /// Runs a program here with this standard input; returns its standard output.
    func run(_ program: String, _ arguments: [String], input: String = "") throws -> (code: Int32, output: Data) {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = [program] + arguments
        process.currentDirectoryURL = URL(fileURLWithPath: path)
        let (inPipe, outPipe) = (Pipe(), Pipe())
        process.standardInput = inPipe
        process.standardOutput = outPipe
        process.standardError = Pipe()
        try process.run()
        inPipe.fileHandleForWriting.write(Data(input.utf8))
        try inPipe.fileHandleForWriting.close()
        let output = outPipe.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return (process.terminationStatus, output)
    }
}

private func passphrase(_ text: String) -> SecretBytes {
    let bytes = Array(text.utf8)
    return SecretBytes(copying: bytes.rawSpan)
}

@Suite("An identity file is an age file, inside and out", .serialized)
struct AnIdentityFileIsAnAgeFileTests {
    private let folder: Folder
    private let file: String
    private let recipient: String

    init() throws {
        folder = try Folder()
        file = folder.path + "/anna"
        let identity = try PersonalIdentity.generate(name: "anna", role: .worker, random: SystemRandom())
        recipient = identity.age.recipient.description
        try IdentityFile.write(
            identity, to: file, passphrase: passphrase("four random words here"), fileSystem: DiskFileSystem(), random: SystemRandom())
    }

    @Test("in armor it is refused")
    func armored() throws {
        let disk = DiskFileSystem()
        var text: [UInt8] = []
        var armor = AgeArmorWriter()
        let sealed = try disk.readFile(file, limitBytes: Limits.identityBytes)
        try armor.append(sealed.rawSpan) { text += $0.array }
        try armor.finish { text += $0.array }
        try disk.writeDurably(folder.path + "/armored", text.rawSpan, mode: IdentityFile.fileMode)
        #expect(throws: IdentityError(.malformed)) {
            _ = try IdentityFile.openIdentity(
                folder.path + "/armored", passphrase: passphrase("four random words here"), fileSystem: disk)
        }
    }

    @Test("the age program shows it, and uses what is in it")
    func ageProgram() throws {
        let script = """
            spawn -noecho age -d -o shown anna
            expect "passphrase:"
            send "four random words here\\r"
            expect eof
            """
        _ = try folder.run("expect", ["-"], input: script)
        let shown = try String(contentsOfFile: folder.path + "/shown", encoding: .utf8)
        let lines = shown.split(separator: "\n")
        #expect(lines.count == 6)
        #expect(lines[0] == "# transcript-vault identity 1")
        #expect(lines[1] == "# name: anna")
        #expect(lines[2] == "# role: worker")
        #expect(lines[3].hasPrefix("# record-secret-key: ") && lines[4].hasPrefix("# signing-seed: "))
        #expect(lines[5].hasPrefix("AGE-SECRET-KEY-1"))
        let sealed = try folder.run("age", ["-r", recipient, "-o", "message.age"], input: "for anna")
        #expect(sealed.code == 0)
        let opened = try folder.run("age", ["-d", "-i", "shown", "message.age"])
        #expect(opened.code == 0 && String(decoding: opened.output, as: UTF8.self) == "for anna")
        // The age program takes the encrypted file as an identity, too.
        let direct = """
            spawn -noecho age -d -i anna -o direct message.age
            expect "passphrase"
            send "four random words here\\r"
            expect eof
            """
        _ = try folder.run("expect", ["-"], input: direct)
        #expect(try String(contentsOfFile: folder.path + "/direct", encoding: .utf8) == "for anna")
    }

    @Test("it opens with its passphrase alone, and gives back the same keys")
    func opens() throws {
        let again = try IdentityFile.openIdentity(file, passphrase: passphrase("four random words here"), fileSystem: DiskFileSystem())
        let isSame = again.name == "anna" && again.role == .worker && again.age.recipient.description == recipient
        #expect(isSame)
        #expect(throws: IdentityError(.wrongPassphrase)) {
            _ = try IdentityFile.openIdentity(file, passphrase: passphrase("four random words"), fileSystem: DiskFileSystem())
        }
    }

    @Test("what is not an identity, is damaged or is not there, is named as that")
    func refusals() throws {
        #expect(throws: IdentityError(.missing)) {
            _ = try IdentityFile.openIdentity(folder.path + "/nobody", passphrase: passphrase("x"), fileSystem: DiskFileSystem())
        }
        let text = Array("age-encryption.org/v1\nnonsense".utf8)
        try DiskFileSystem().writeDurably(folder.path + "/nonsense", text.rawSpan, mode: 0o600)
        #expect(throws: IdentityError(.malformed)) {
            _ = try IdentityFile.openIdentity(folder.path + "/nonsense", passphrase: passphrase("x"), fileSystem: DiskFileSystem())
        }
        // The organisation's key is no person.
        let key = try OrganisationKey.generate(random: SystemRandom())
        let path = folder.path + "/organisation"
        try IdentityFile.write(key, to: path, passphrase: passphrase("the office"), fileSystem: DiskFileSystem(), random: SystemRandom())
        #expect(throws: IdentityError(.malformed)) {
            _ = try IdentityFile.openIdentity(path, passphrase: passphrase("the office"), fileSystem: DiskFileSystem())
        }
        #expect(throws: IdentityError(.exists)) {
            try IdentityFile.write(
                key, to: path, passphrase: passphrase("the office"), fileSystem: DiskFileSystem(), random: SystemRandom())
        }
    }
}
