import Age
import Foundation
import Minisign
import Records
import Roster
import Sodium
import SodiumIdentity
import System
import Testing

/// The project's folder `Keys`: the demonstration organisation's rosters, which every version must go on reading, and no secret.
@Suite("The folder Keys holds only what is public")
struct KeysHoldsOnlyWhatIsPublicTests {
    // Tests/IdentityTests/KeysHoldsOnlyWhatIsPublicTests.swift lies three levels below the package.
    static let package = "/" + #filePath.split(separator: "/").dropLast(3).joined(separator: "/")
    static let folder = "\(package)/Keys"
    static let demonstration = VaultLayout(root: "\(folder)/demonstration")
    let disk = DiskFileSystem()

    /// Every file below the folder, by its path in it.
    private func files(_ folder: String = folder, _ prefix: String = "") throws -> [String: [UInt8]] {
        var files: [String: [UInt8]] = [:]
        for name in try disk.list(folder) {
            let path = "\(folder)/\(name)"
            if try disk.status(path)?.kind == .directory {
                files.merge(try self.files(path, "\(prefix)\(name)/")) { first, _ in first }
            } else {
                files[prefix + name] = try disk.readFile(path, limitBytes: 1 << 22)
            }
        }
        return files
    }

    private func roster() throws -> VerifiedRoster {
        let store = RosterStore(fileSystem: disk, layout: Self.demonstration)
        return try store.loadFromFirst(organisationKey: store.organisationKey())
    }

    @Test("the demonstration organisation's rosters are verified from the first one on, as they were when they were made")
    func demonstration() throws {
        let roster = try roster()
        #expect(roster.organisation == "The Demonstration Charity" && roster.number == 2)
        #expect(roster.digest.description == "ebbf7dce21e9176337c10d9e83431589c4f169e27b4c771ec9d96091f9f4f63e")
        let people = roster.membersInForce.map { "\($0.card.role.rawValue) \($0.card.name)" }
        #expect(
            people == [
                "lead lena", "lead luis", "lead lara", "worker anna", "worker ben", "team family-support", "service chat-service",
                "keeper keeper",
            ])
        #expect(roster.leadPairs.count == 3 && roster.members.allSatisfy { $0.validTo == nil })
    }

    @Test("every file is of a kind that may be public, and says what it should")
    func kinds() throws {
        let files = try files()
        #expect(files.count >= 7)
        for (name, bytes) in files {
            switch name {
            case "README.md", ".gitignore": break
            case _ where name.hasSuffix(".pub"): #expect(throws: Never.self, "\(name)") { try MinisignPublicKey(file: bytes) }
            case _ where name.hasSuffix(".minisig"):
                #expect(throws: Never.self, "\(name)") { try MinisignSignature(file: bytes) }
                #expect(files[String(name.dropLast(".minisig".count))] != nil, "\(name)")
            case _ where name.hasPrefix("demonstration/rosters/") && name.hasSuffix(".json"):
                let known = try (1...roster().number).map { "demonstration/rosters/\($0).json" }
                #expect(known.contains(name), "\(name)")
            default: Issue.record("\(name) has no business in Keys")
            }
            let text = String(decoding: bytes, as: UTF8.self)
            for mark in [
                "AGE-SECRET-KEY-1", "age-encryption.org/v1", "encrypted secret key", "PRIVATE KEY", "-secret-key:", "signing-seed:",
            ] {
                #expect(!text.contains(mark), "\(name): \(mark)")
            }
        }
    }

    /// The bytes that the words of a text stand for, in base64 or hexadecimal.
    private static func decoded(_ bytes: [UInt8]) -> [[UInt8]] {
        // A line feed inside of JSON is written \n.
        let text = String(decoding: bytes, as: UTF8.self).replacingOccurrences(of: "\\n", with: "\n")
        return text.split { !$0.isASCII || !($0.isLetter || $0.isNumber || "+/=".contains($0)) }.flatMap { word -> [[UInt8]] in
            let hex =
                word.count % 2 == 0
                ? stride(from: 0, to: word.count, by: 2).map { index in
                    UInt8(word.dropFirst(index).prefix(2), radix: 16)
                } : []
            let fromHex = hex.contains(nil) ? [] : hex.compactMap { $0 }
            return [(try? Base64.decode(String(word))) ?? [], fromHex]
        }
    }

    /// Whether 32 bytes anywhere in it are the secret half of any of these keys.
    private static func holdsSecret(of keys: Set<[UInt8]>, _ bytes: [UInt8]) throws -> Bool {
        for run in [bytes] + decoded(bytes) where run.count >= 32 {
            for start in 0...(run.count - 32) {
                let candidate = SecretBytes(copying: Array(run[start..<(start + 32)]).rawSpan)
                if keys.contains(try SigningKey(seed: candidate.copy()).publicKey.bytes) { return true }
                if keys.contains(try BoxKeyPair(secretKey: candidate).publicKey.bytes) { return true }
            }
        }
        return false
    }

    @Test("no file holds the secret half of any key in the rosters")
    func secretHalves() throws {
        let roster = try roster()
        var keys: Set<[UInt8]> = [roster.organisationKey.key.bytes]
        for card in roster.members.map(\.card) {
            keys.insert(card.signingKey.key.bytes)
            if let key = card.recordKey { keys.insert(key.bytes) }
            for recipient in card.recipients { keys.insert(try AgeRecipient(recipient.text).publicKey.bytes) }
        }
        #expect(keys.count == 1 + 8 + 6 + 6)
        for (name, bytes) in try files() { #expect(try !Self.holdsSecret(of: keys, bytes), "\(name)") }
        // Where there is one, it is found, however it is written.
        let seed = SystemRandom().bytes(32)
        let own = try SigningKey(seed: SecretBytes(copying: seed.rawSpan)).publicKey.bytes
        let text = "\"key\":\"line\\n\(Base64.encode(seed))\\n\""
        for planted in [seed, [1, 2] + seed + [3], Array(text.utf8), Array(Hex.encode([9] + seed).utf8)] {
            #expect(try Self.holdsSecret(of: [own], planted))
        }
    }

    private func isIgnored(_ path: String) throws -> Bool? {
        let git = Process()
        git.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        git.arguments = ["git", "-c", "safe.directory=*", "-C", Self.package, "check-ignore", "--no-index", "-q", path]
        git.standardError = FileHandle.nullDevice
        try git.run()
        git.waitUntilExit()
        return git.terminationStatus > 1 ? nil : git.terminationStatus == 0
    }

    @Test("what is put there by mistake is not taken into the project")
    func ignored() throws {
        for name in ["anna", "charity.key", "keeper.identity", "key.txt", "form.json", "demonstration/lena", "passphrase", "cell"] {
            #expect(try isIgnored("Keys/\(name)") ?? true, "\(name)")
        }
        for name in ["README.md", "anna.card", "anna.card.minisig", "demonstration/organisation.pub", "demonstration/rosters/3.json"] {
            #expect(try !(isIgnored("Keys/\(name)") ?? false), "\(name)")
        }
    }
}
