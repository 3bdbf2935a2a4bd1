import Certificate
import Foundation
import Minisign
import ProgramRunner
import Records
import Sodium
import System
import Testing

/// Whoever can write everything in the vault, but has not the keeper's key, wants more to be certified than was done, or less to be seen.
@Suite("P6: what is certified of the destruction is true")
struct P6CertificateTests {
    @Test("a changed count, a certificate with another's number, a text of another: each is refused and told")
    func forged() throws {
        let vault = try CertifiedVault()
        for _ in 0..<3 { try vault.letADayPass() }
        #expect(try vault.findings().isEmpty && vault.certificate(3).content.number == 3)
        let kept = try (1...3).flatMap { vault.paths($0) }.map { ($0, try vault.bytes($0)) }
        func expectFinding(_ words: String..., sourceLocation: SourceLocation = #_sourceLocation, after change: () throws -> Void) throws {
            try change()
            let findings = try vault.findings()
            for word in words {
                #expect(findings.contains { $0.contains(word) }, "\(word): \(findings)", sourceLocation: sourceLocation)
            }
            for path in vault.paths(4) { try vault.fileSystem.removeIfPresent(path) }
            for (path, bytes) in kept { try vault.put(bytes, at: path) }
            #expect(try vault.findings().isEmpty, sourceLocation: sourceLocation)
        }
        // The document and the text, both changed to the same lie, the digest in the text put right.
        try expectFinding("certificate 2: ") {
            let document = String(decoding: try vault.bytes(vault.layout.certificate(2)), as: UTF8.self)
            let lie = Array(document.replacing("\"left\":0", with: "\"left\":1", maxReplacements: 1).utf8)
            #expect(lie != Array(document.utf8))
            let text = String(decoding: try vault.bytes(vault.layout.certificateText(2)), as: UTF8.self)
            try vault.put(lie, at: vault.layout.certificate(2))
            try vault.put(
                Array(text.replacing(try vault.certificate(1).digest, with: Hex.encode(SHA256.hash(lie))).utf8),
                at: vault.layout.certificateText(2))
        }
        // Signed by somebody: but by no keeper of this vault.
        try expectFinding("certificate 2: ") {
            let mine = try CertifiedVault()
            let signed = try SignedCertificate(vault.certificate(2).content, by: mine.keeperKey)
            try vault.folder.write(signed)
        }
        // An earlier one again, in a later one's place, and behind the last.
        try expectFinding("certificate 3: ") {
            for (from, to) in zip(vault.paths(1), vault.paths(3)) { try vault.put(vault.bytes(from), at: to) }
        }
        try expectFinding("certificate 4: ") {
            for (from, to) in zip(vault.paths(3), vault.paths(4)) { try vault.put(vault.bytes(from), at: to) }
        }
        // One's document with another's text, each with its own good signature.
        try expectFinding("certificate 2: ") {
            for (from, to) in zip(vault.paths(1).suffix(2), vault.paths(2).suffix(2)) { try vault.put(vault.bytes(from), at: to) }
        }
        // One that is taken away, in the middle and at the end; a signature that is taken away; a stranger among them.
        try expectFinding("missing: certificate 2", "has no certificate") {
            for path in vault.paths(2) { try vault.fileSystem.remove(path) }
        }
        try expectFinding("has no certificate") { for path in vault.paths(3) { try vault.fileSystem.remove(path) } }
        try expectFinding("certificate 1: ") { try vault.fileSystem.remove(vault.layout.certificateTextSignature(1)) }
        // The document alone: it says that a certificate is there, so without it there is none, whatever else lies there.
        try expectFinding("missing: certificate 2", "has no certificate") { try vault.fileSystem.remove(vault.layout.certificate(2)) }
        try expectFinding("missing: certificate 1") { try vault.fileSystem.remove(vault.layout.certificate(1)) }
        try expectFinding("has no certificate") { try vault.fileSystem.remove(vault.layout.certificate(3)) }
        try expectFinding("missing: certificate 2", "has no certificate") {
            for number in 2...3 { try vault.fileSystem.remove(vault.layout.certificate(number)) }
        }
    }

    @Test("one that is not finished is not told as changed")
    func unfinished() throws {
        let vault = try CertifiedVault()
        for _ in 0..<2 { try vault.letADayPass() }
        let files = try vault.layout.certificateFiles(2).map { ($0, try vault.bytes($0)) }
        for written in 0..<files.count {
            for (path, _) in files { try vault.fileSystem.removeIfPresent(path) }
            for (path, bytes) in files.prefix(written) { try vault.put(bytes, at: path) }
            let chain = try vault.chain()
            // Who cannot ask the keeper hears that it is still to be written, and nothing else.
            #expect(chain.findings.count == 1 && chain.findings[0].contains("still to be written"), "\(chain.findings)")
            #expect(chain.remarks.count == (written > 0 ? 1 : 0) && chain.certificates.count == 1)
            // Who can, hears no more than that.
            let serial = try #require(chain.certificates.first).content.calendar + 1
            let told = CertificateChain.Told(due: [serial, serial + 1], last: 1)
            #expect(try vault.chain(told: told).findings.isEmpty)
            // But not where the keeper says that it was finished.
            #expect(try !vault.chain(told: .init(due: [], last: 2)).findings.isEmpty)
        }
    }

    @Test("each bit that is flipped in any of its files is noticed")
    func flipped() throws {
        let vault = try CertifiedVault()
        try vault.letADayPass()
        let (number, id, keys) = (1, vault.roster.vault, vault.roster.keeperKeys)
        let files = try vault.paths(number).map { try vault.bytes($0) }
        func isBelieved(_ files: [[UInt8]]) -> Bool {
            (try? SignedCertificate(
                document: files[0], signature: files[1], text: files[2], textSignature: files[3], number: number, vault: id, keys: keys))
                != nil
        }
        #expect(isBelieved(files))
        for file in files.indices {
            for index in files[file].indices {
                var changed = files
                changed[file][index] ^= UInt8(1 << (index % 8))
                #expect(!isBelieved(changed), "file \(file), byte \(index)")
            }
            var (longer, shorter) = (files, files)
            longer[file].append(UInt8(ascii: "\n"))
            shorter[file].removeLast()
            #expect(!isBelieved(longer) && !isBelieved(shorter) && !isBelieved(files.enumerated().map { $0 == file ? [] : $1 }))
        }
    }

    @Test("another vault's certificate is none of this one's, even from a keeper with the same key")
    func anotherVault() throws {
        let seed = SystemRandom().bytes(SigningKey.seedBytes)
        let (vault, other) = (try CertifiedVault(keeper: seed), try CertifiedVault(keeper: seed))
        for each in [vault, other] { try each.letADayPass() }
        #expect(vault.keeperKey.publicKey == other.keeperKey.publicKey)
        for (from, to) in zip(other.paths(1), vault.paths(1)) { try vault.put(other.bytes(from), at: to) }
        #expect(try vault.findings().contains { $0.hasPrefix("certificate 1: ") })
        // The same text with this vault's id needs the key; and the ledger would not have what it names.
        let content = try other.certificate(1).content
        #expect(throws: CertificateError.refused) {
            try SignedCertificate(
                document: other.bytes(other.layout.certificate(1)), signature: other.bytes(other.layout.certificateSignature(1)),
                text: other.bytes(other.layout.certificateText(1)), textSignature: other.bytes(other.layout.certificateTextSignature(1)),
                number: 1, vault: vault.roster.vault, keys: vault.roster.keeperKeys)
        }
        #expect(content.vault == other.roster.vault.description)
    }

    @Test("while a cell is away none says that it is complete, and none can be made to")
    func whileACellIsAway() throws {
        let vault = try CertifiedVault()
        try vault.letADayPass()
        try vault.letADayPass(cells: 1)
        let honest = try vault.certificate(2)
        #expect(honest.content.state == .incomplete && !honest.content.lagging.isEmpty)
        #expect(try vault.findings().contains { $0.contains("certificate 2 is incomplete") })
        // The complete one of the day before in its place.
        let kept = try vault.paths(2).map { ($0, try vault.bytes($0)) }
        for (from, to) in zip(vault.paths(1), vault.paths(2)) { try vault.put(vault.bytes(from), at: to) }
        #expect(try vault.findings().contains { $0.hasPrefix("certificate 2: ") })
        for (path, bytes) in kept { try vault.put(bytes, at: path) }
        // The word alone changed.
        let document = String(decoding: honest.document, as: UTF8.self)
        let lie = document.replacing("\"state\":\"incomplete\"", with: "\"state\":\"complete\"")
        try vault.put(Array(lie.utf8), at: vault.layout.certificate(2))
        #expect(lie != document && (try? vault.certificate(2)) == nil)
        // Not even the keeper itself can sign a state that what it tried does not bear out.
        var forged = try #require(try JSONSerialization.jsonObject(with: Data(honest.document)) as? [String: Any])
        forged["verified"] = [
            "cells": 1, "cells_read_back": 0, "earlier_opened": 0, "earlier_tried": 0, "keys_found": 0, "keys_sought": 0,
        ]
        (forged["state"], forged["lagging"]) = ("complete", [String]())
        let bytes = [UInt8](try JSONSerialization.data(withJSONObject: forged, options: [.sortedKeys, .withoutEscapingSlashes])) + [10]
        let signature = MinisignSignature.sign(bytes.rawSpan, with: vault.keeperKey, trustedComment: CertificateContent.context).fileBytes
        try vault.put(bytes, at: vault.layout.certificate(2))
        try vault.put(signature, at: vault.layout.certificateSignature(2))
        #expect((try? vault.certificate(2)) == nil)
        for (path, bytes) in kept { try vault.put(bytes, at: path) }
        // The cell is back, and only now it is said.
        try vault.letADayPass()
        #expect(try vault.findings().isEmpty)
        #expect(try vault.certificate(3).content.completes == [2])
    }

    private static let stockTools = ["minisign", "sha256sum"].allSatisfy { program in
        ProcessInfo.processInfo.environment["PATH", default: ""].split(separator: ":").contains {
            FileManager.default.isExecutableFile(atPath: "\($0)/\(program)")
        }
    }

    @Test(
        "checked with minisign and sha256sum alone, by somebody who was given the files and the key",
        .enabled(if: stockTools, "minisign and sha256sum are needed: what they say of a certificate was not asked"))
    func stock() throws {
        let root = "/tmp/certified-\(getpid())-\(UInt32.random(in: .min ... .max))"
        try FileManager.default.createDirectory(atPath: root, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: root) }
        let vault = try CertifiedVault(DiskFileSystem(), root: root)
        for _ in 0..<2 { try vault.letADayPass() }
        let key = try #require(vault.roster.keeper).card.signingKey.text
        func run(_ command: [String]) throws -> Outcome {
            try RunningProgram(["env", "-C", vault.layout.certificates] + command).end()
        }
        for name in ["1.json", "1.txt", "2.json", "2.txt"] {
            let checked = try run(["minisign", "-V", "-H", "-m", name, "-P", key])
            #expect(checked.code == 0 && checked.text.contains("transcript-vault certificate"), "\(checked)")
        }
        let text = String(decoding: try vault.bytes(vault.layout.certificateText(2)), as: UTF8.self)
        for name in ["1.json", "2.json"] {
            let digest = String(try run(["sha256sum", name]).text.prefix(64))
            #expect(text.contains(digest), "the text names its document and the one before")
        }
        // The program that wrote it is the one that runs.
        let own = String(try RunningProgram(["sha256sum", "/proc/\(getpid())/exe"]).end().text.prefix(64))
        #expect(try vault.certificate(2).content.program.sha256 == own && text.contains(own))
        let other = MinisignPublicKey(try CertifiedVault().keeperKey.publicKey).text
        #expect(try run(["minisign", "-V", "-H", "-m", "2.txt", "-P", other]).code != 0)
        try vault.put(Array(text.replacing(": COMPLETE", with: ": PERFECT").utf8), at: vault.layout.certificateText(2))
        #expect(try run(["minisign", "-V", "-H", "-m", "2.txt", "-P", key]).code != 0)
        // What the custodian's program says of them.
        let admin = BuiltProgram("vault-admin")
        guard admin.isBuilt else { return }
        let told = try admin.run(["certificates", "--vault", vault.layout.root])
        #expect(told.code == 1 && told.lines.count == 1 && told.errors.contains("certificate 2: "), "\(told)")
        try vault.put(Array(text.utf8), at: vault.layout.certificateText(2))
        let shown = try admin.run(["certificates", "--vault", vault.layout.root, "--text", "2"])
        #expect(shown.code == 0 && shown.text == text, "\(shown)")
        let report = try admin.run(["certificates", "--vault", vault.layout.root, "--json"])
        let json = try #require(try JSONSerialization.jsonObject(with: Data(report.output)) as? [String: Any])
        #expect(report.code == 0 && (json["certificates"] as? [Any])?.count == 2 && (json["findings"] as? [Any])?.isEmpty == true)
        let checked = try admin.run(["check", "--vault", vault.layout.root])
        #expect(checked.code == 0 && checked.errors.contains("2 certificates"), "\(checked)")
    }

    private static let readerPath = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .appendingPathComponent("IndependentReader/reader.py").path
    private static let hasReader =
        (try? RunningProgram(["/usr/bin/python3", "-c", "import nacl"]).end().code) == 0

    @Test(
        "verified by a reader that was written from the page alone",
        .enabled(if: hasReader, "python3-nacl is not installed: the second reader was not asked"))
    func secondReader() throws {
        let root = "/tmp/certified-\(getpid())-\(UInt32.random(in: .min ... .max))"
        try FileManager.default.createDirectory(atPath: root, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: root) }
        let vault = try CertifiedVault(DiskFileSystem(), root: root)
        try vault.letADayPass()
        try vault.letADayPass(cells: 1)
        func read() throws -> Outcome {
            try RunningProgram(["/usr/bin/python3", Self.readerPath, "verify", "--vault", vault.layout.root]).end()
        }
        let away = try read()
        #expect(away.code == 0 && away.lines.last == "certificates: 2, incomplete: [2]", "\(away)")
        try vault.letADayPass()
        #expect(try read().lines.last == "certificates: 3, incomplete: []")
        let text = try vault.bytes(vault.layout.certificateText(1))
        try vault.put(text + [UInt8(ascii: "\n")], at: vault.layout.certificateText(1))
        #expect(try read().code == 1)
        try vault.put(text, at: vault.layout.certificateText(1))
        for path in vault.paths(3) { try vault.fileSystem.remove(path) }
        #expect(try read().code == 1)
    }
}
