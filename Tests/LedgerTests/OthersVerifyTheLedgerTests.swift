import Foundation
import Ledger
import ProgramRunner
import Records
import Sodium
import System
import Testing

/// What others' tools say of our files: a reader that was written from the specification alone, in Python with PyNaCl, and the packages with
/// which Go verifies its own log.
@Suite final class OthersVerifyTheLedgerTests {
    let desk: Desk
    let directory = FileManager.default.temporaryDirectory.appendingPathComponent("ledger-\(UUID().uuidString)")

    init() throws {
        desk = try Desk()
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(at: directory) }

    private func file(_ name: String, _ bytes: [UInt8]) throws -> String {
        let url = directory.appendingPathComponent(name)
        try Data(bytes).write(to: url)
        return url.path
    }

    /// The second reader of vaults, which was written from the specifications alone. Here it is asked without a roster: for the keys that are given.
    private static let reader = """
        import sys
        from types import SimpleNamespace as Having
        sys.path.insert(0, sys.argv[1])
        from vaultreader import checkpoint, ledger
        from vaultreader.refusal import Refusal
        what, vault, arguments = sys.argv[2], sys.argv[3], sys.argv[4:]
        def read(path):
            return open(path, "rb").read()
        def roster(keys):
            cards = [Having(signing_key=Having(ed25519=bytes.fromhex(key))) for key in keys]
            return Having(vault=vault, keepers=lambda: cards)
        try:
            if what == "ledger":
                keepers = roster(arguments[2:])
                found = ledger.verify(read(arguments[0]), keepers)
                print(len(found.entries), ledger.covered(found, read(arguments[1]), keepers))
            elif what == "proof":
                print(checkpoint.verify_proof(read(arguments[0]), roster(arguments[1:]))[0])
            else:
                print(ledger.mark(bytes.fromhex(arguments[0]), arguments[1], arguments[2].encode()))
        except Refusal as refusal:
            sys.exit(f"refused: {refusal}")
        """

    private static let readerFolder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .appendingPathComponent("IndependentReader").path

    private func python(_ what: String, _ arguments: String...) throws -> Outcome {
        try RunningProgram(
            ["/usr/bin/python3", "-c", Self.reader, Self.readerFolder, what, Sample.vault.description] + arguments
        ).end()
    }

    private func publicKey(_ desk: Desk) -> String { Hex.encode(desk.key.publicKey.bytes) }

    /// A ledger with everything in it: a keeper and its successor, a roster, an act about a conversation, crashes.
    private func fillWithEverything() throws -> [String] {
        try desk.fill(5)
        try desk.write(desk.bytes() + Array("torn".utf8))
        let ledger = try desk.ledger()
        try ledger.append(LedgerEvent(goingBy: .init(number: 2, sha256: [UInt8](repeating: 8, count: 32))), at: Sample.moment)
        try ledger.append(LedgerEvent(.done, act: "handover", mark: LedgerMark([UInt8](repeating: 3, count: 32))), at: Sample.moment)
        return [publicKey(desk)]
    }

    @Test func `a reader in Python, written from the specification, agrees`() throws {
        var keys = try fillWithEverything()
        let (acts, checkpoint) = (try file("acts", desk.bytes()), try file("checkpoint", desk.checkpoint))
        let whole = try python("ledger", acts, checkpoint, keys[0])
        #expect(whole.code == 0 && whole.text == "7 7\n", "\(whole)")
        let next = try Desk(desk.disk)
        let following = try next.ledger(earlier: [desk.key.publicKey])
        for serial in 40...45 as ClosedRange<UInt64> { try following.append(Sample.event(serial), at: Sample.moment) }
        keys.append(publicKey(next))
        let longer = try python("ledger", file("acts", desk.bytes()), file("checkpoint", desk.checkpoint), keys[0], keys[1])
        #expect(longer.code == 0 && longer.text == "13 13\n", "\(longer)")
        let reading = try desk.read(keys: [desk.key.publicKey, next.key.publicKey])
        for number in 1...13 {
            let proof = try file("proof", reading.proof(ofEntry: number, fileSystem: desk.disk, layout: Sample.layout))
            let verified = try python("proof", proof, keys[0], keys[1])
            #expect(verified.code == 0 && verified.text == "\(number)\n", "\(verified)")
        }
        for number in [-1, 0, 14] {
            #expect(
                code { () throws(LedgerError) in
                    _ = try reading.proof(ofEntry: number, fileSystem: desk.disk, layout: Sample.layout)
                } == .noEntry)
        }
    }

    @Test func `the reader in Python refuses what is not so`() throws {
        let keys = try fillWithEverything()
        let checkpoint = try file("checkpoint", desk.checkpoint)
        let lines = try desk.lines()
        let stranger = try Desk()
        try desk.fill(6)
        for (name, bytes) in [
            ("cut", lines.dropLast().flatMap { $0 }), ("swapped", (lines[1] + lines[0]) + lines[2...].flatMap { $0 }),
            ("dropped", lines[1...].flatMap { $0 }),
        ] {
            let outcome = try python("ledger", file(name, bytes), checkpoint, keys[0])
            #expect(outcome.code == 1 && outcome.errors.hasPrefix("refused"), "\(name): \(outcome)")
        }
        let foreign = try python("ledger", file("acts", desk.bytes()), checkpoint, publicKey(stranger))
        #expect(foreign.code == 1 && foreign.errors.hasPrefix("refused"))
        let reading = try desk.read()
        let proof = try reading.proof(ofEntry: 2, fileSystem: desk.disk, layout: Sample.layout)
        let text = String(decoding: proof, as: UTF8.self)
        for changed in [text.replacing("index 1", with: "index 2"), text.replacing("\n\n", with: "\nAAAA\n\n")] {
            #expect(changed != text)
            #expect(try python("proof", file("proof", Array(changed.utf8)), keys[0]).code == 1)
        }
    }

    @Test func `a mark in Python is the same mark`() throws {
        let leaf = [UInt8](0..<32)
        let line = #"{"type":"transcript-vault spent 1"}"#
        let act = LedgeredAct(.copy, text: Array(line.utf8))
        let key = SecretBytes(leaf)
        let mark = try #require(try act.event(leaf: key).mark)
        let outcome = try python("mark", Hex.encode(leaf), "copy", line)
        #expect(outcome.code == 0 && outcome.text == "\(mark)\n", "\(outcome)")
    }

    /// Reads a verifier key and a checkpoint, and the lines, the proof of one, and the proof from an earlier checkpoint.
    private static let goProgram = """
        package main

        import (
        	"bytes"
        	"encoding/base64"
        	"fmt"
        	"log"
        	"os"
        	"strconv"
        	"strings"

        	"golang.org/x/mod/sumdb/note"
        	"golang.org/x/mod/sumdb/tlog"
        )

        func tree(path string, verifier note.Verifier) (int64, tlog.Hash) {
        	file, err := os.ReadFile(path)
        	must(err)
        	opened, err := note.Open(file, note.VerifierList(verifier))
        	must(err)
        	lines := strings.Split(opened.Text, "\\n")
        	if lines[0] != verifier.Name() {
        		log.Fatal("another origin")
        	}
        	size, err := strconv.ParseInt(lines[1], 10, 64)
        	must(err)
        	hash, err := tlog.ParseHash(lines[2])
        	must(err)
        	return size, hash
        }

        func must(err error) {
        	if err != nil {
        		log.Fatal(err)
        	}
        }

        func hashes(texts []string) (found []tlog.Hash) {
        	for _, text := range texts {
        		hash, err := tlog.ParseHash(text)
        		must(err)
        		found = append(found, hash)
        	}
        	return
        }

        func main() {
        	verifier, err := note.NewVerifier(os.Args[1])
        	must(err)
        	size, root := tree(os.Args[2], verifier)
        	proof, err := os.ReadFile(os.Args[3])
        	must(err)
        	head, _, _ := bytes.Cut(proof, []byte("\\n\\n"))
        	lines := strings.Split(string(head), "\\n")
        	record, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(lines[1], "extra "))
        	must(err)
        	index, err := strconv.ParseInt(strings.TrimPrefix(lines[2], "index "), 10, 64)
        	must(err)
        	must(tlog.CheckRecord(hashes(lines[3:]), size, root, index, tlog.RecordHash(record)))
        	earlier, earlierRoot := tree(os.Args[4], verifier)
        	must(tlog.CheckTree(hashes(os.Args[5:]), size, root, earlier, earlierRoot))
        	fmt.Println(size, index, earlier)
        }

        """
    private static let goPackages = "/usr/share/gocode"
    private static let hasGo =
        FileManager.default.isExecutableFile(atPath: "/usr/bin/go")
        && FileManager.default.fileExists(atPath: "\(goPackages)/src/golang.org/x/mod/sumdb/note")

    @Test(
        .enabled(
            if: hasGo,
            "what Go's own packages say of our files was not asked: Debian's golang-go and golang-golang-x-mod-dev are not installed"))
    func `Go's packages for its own log believe checkpoint, inclusion and consistency`() throws {
        try desk.fill(5)
        let earlier = try file("earlier", desk.checkpoint)
        try desk.fill(12)
        let reading = try desk.read()
        let program = try file("main.go", Array(Self.goProgram.utf8))
        let binary = directory.appendingPathComponent("verify").path
        let environment = [
            "GO111MODULE": "off", "GOPATH": Self.goPackages, "GOCACHE": directory.appendingPathComponent("cache").path,
            "HOME": directory.path,
        ]
        let built = try RunningProgram(["go", "build", "-o", binary, program], environment: environment).end(limit: 300)
        try #require(built.code == 0, "\(built)")
        let checkpoint = try file("checkpoint", desk.checkpoint)
        let consistency = reading.tree.consistencyProof(from: 5, to: 12).map { Base64.encode($0.bytes) }
        for number in 1...12 {
            let proof = try file("proof", reading.proof(ofEntry: number, fileSystem: desk.disk, layout: Sample.layout))
            let outcome = try RunningProgram([binary, desk.name.text, checkpoint, proof, earlier] + consistency).end()
            #expect(outcome.code == 0 && outcome.text == "12 \(number - 1) 5\n", "\(outcome)")
        }
        let proof = try file("proof", reading.proof(ofEntry: 3, fileSystem: desk.disk, layout: Sample.layout))
        let stranger = try Desk()
        for arguments in [
            [stranger.name.text, checkpoint, proof, earlier] + consistency, [desk.name.text, earlier, proof, earlier] + consistency,
            [desk.name.text, checkpoint, proof, earlier] + consistency.reversed(),
        ] {
            #expect(try RunningProgram([binary] + arguments).end().code == 1)
        }
    }
}
