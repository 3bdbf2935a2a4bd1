import Ledger
import Records
import Sodium
import Testing

/// C2SP signed notes and checkpoints: known answers that others published, and what is none.
@Suite struct ANoteHasOneFormTests {
    /// The example of c2sp.org/signed-note (CC BY 4.0).
    private static let exampleKey = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k"
    private static let example = """
        This is an example message.

        \u{2014} example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=

        """
    /// The log of Go's modules, which has been in use since 2019, as its public key is in every Go toolchain, and one of its checkpoints.
    private static let goKey = "sum.golang.org+033de0ae+Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8"
    private static let goCheckpoint = """
        go.sum database tree
        63096908
        8lHrQPRYe4KT4WQ9/Qk8/taKnD6IRHbFgfN7vQE2Y54=

        \u{2014} sum.golang.org Az3gri/oVBN1jAhNZ/iS+W31psFAWRT20/GyrhpU6taFwulQGetBkH5S7wpGXdS935jiIGiUUAXBVHzT/P6fYhqAmAk=

        """
    /// Its proof of one entry (transparency-dev/incubator, cmd/tlog-verify, Apache-2.0).
    private static let goEntry = """
        github.com/transparency-dev/tessera v1.0.0 h1:4OT1V9xJLa5NnYlFWWlCdZkCm18/o12rdd+bCTje7XE=
        github.com/transparency-dev/tessera v1.0.0/go.mod h1:TLvfjlkbmsmKVEJUtzO2eb9Q2IBnK3EJ0dI4G0oxEOU=

        """
    private static let goProof = """
        c2sp.org/tlog-proof@v1
        index 43930254
        Q2cuq1e21q4UC1RQ6wtmXmCxk2q3Wqz/yFvD12P2KSM=
        VdgHwjNYSv9fZVxvYzn8kySGvrjqeCnzdJqJILieWf4=
        ARfBpZjsj3LSP42V4xBVdCKbHVa4WXSbuFAa0rUSCVQ=
        0VYgz0Vmgz6jOM8H6edZBWHtO6+R7tPvN4EOwwRRSws=
        vq+ifloynXE+ORFC1wymQT0cpNIJA1tqg2mQpA55+kc=
        SCRewH6vHE1/Vwkt5yEW8xT7il0WbWltXjFIVqlGtQQ=
        p//fIG8jgZie4MMwjHF7quCIJ4hErr7U4at0HV34MZQ=
        D3K5YdBlxQcklrgF8vSbDyT05J5/mA9lzuhhp72uSOk=
        jeYlYyH9FhYGwu+ZJmfPr8GvSNdgrydwqmJgHsygoR0=
        p6RFgfGhu8Uuy0LyyZdI4MrSPOZkMe+ycwWJFfr8zTI=
        AMZsxrVKBPSe8nSNVVCTyTxWns0CiNbChG/FoiSJWuM=
        e+rtSmK5Pd1K5LgFwj7VSo5XJXOcq7OOcqPVZn1hqeM=
        expmv1e6XiGr5NMUjMRkSZijlcBx+fZcpqQmUnawhOY=
        +Wuic0YARH84k80/Q+KJIbhRCldxG8npjLFiHMLtEpo=
        NOMeJqlyUxFXUKYRI/1YqAF4WJBfXJr8UM/SlWGqxgY=
        Lm6+TAlLb2lvUs/3unZ2t6RSmJw8RO+WuEuUbAw3QEc=
        Jhh2EDG15gDBoLmLiF88lVTgd+uvx3L0xczb8Y3kSq8=
        taenaiKqtYMXS3gDzIF3q8VZzqAXqftHqL9BC39njaw=
        kZNKypGwEANnt1+msLINnqrIrwX+0MGZUTTKXTfbloI=
        A4NJSymjVJ5dvGPaGC3Gj04x8qVRKYfh0pP24mwd6Yk=
        KQq808D9W4NUgr4ip+rF/RCyAUERYKKCwKiiAJfaFOc=
        I3EVN3zM2rDjs5Q06Zr5gxhg+ksnX2h77E75uL+h3aI=
        7iNSYSDhMeRkeV7r9krKbKelNPiqDCJU1i6xAn/Fbuw=
        MYqdo6zSjxaAn+29EEjNRbPYm0myB3bheu+HTZIAbVY=
        S7olT9TPLXk+bbawbV3sAzWMmhcpWrtjbw++9ZTiyn8=
        xJ20xXM4QItt5vxFOtolZ5l18p7ej1+RimNkgWmoRFM=

        go.sum database tree
        58253265
        lIyLAEe4zJUQAda6pFFg3yPOf7j1SgfMEDrpgoX39JU=

        \u{2014} sum.golang.org Az3grkvBHbFcpEFQ3BhGlktgB7pcswIW+ez91eWY6rNPtWfAey8bJO2rVoG2yO5zXvgiaikWVHqon+e14JhA+WXvpAY=

        """

    /// The key of a verifier key's text.
    private func key(_ text: String) throws -> NoteKey {
        let parts = text.split(separator: "+", maxSplits: 2)
        return try NoteKey(name: String(parts[0]), key: SigningPublicKey(Array(Base64.decode(String(parts[2])).dropFirst())))
    }

    private func note(_ text: String) throws -> SignedNote { try #require(SignedNote(Array(text.utf8))) }

    @Test func `the specification's example, and a log in use`() throws {
        for (text, noteText) in [(Self.exampleKey, Self.example), (Self.goKey, Self.goCheckpoint)] {
            let (key, note) = (try key(text), try note(noteText))
            #expect(key.text == text && Hex.encode(key.id) == text.split(separator: "+")[1])
            #expect(note.isSigned(by: [key]))
            for other in [Self.exampleKey, Self.goKey] where other != text { #expect(try !note.isSigned(by: [self.key(other)])) }
        }
        #expect(try note(Self.example).text == Array("This is an example message.\n".utf8))
        let checkpoint = try #require(Checkpoint(text: note(Self.goCheckpoint).text))
        #expect(checkpoint.origin == "go.sum database tree" && checkpoint.size == 63_096_908)
        #expect(Base64.encode(checkpoint.root.bytes) == "8lHrQPRYe4KT4WQ9/Qk8/taKnD6IRHbFgfN7vQE2Y54=")
    }

    @Test func `a proof of one entry among 58 million`() throws {
        let lines = Self.goProof.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        let end = try #require(lines.firstIndex(of: ""))
        let hashes = try lines[2..<end].map { try #require(MerkleHash(Base64.decode($0))) }
        let note = try note(lines[(end + 1)...].joined(separator: "\n"))
        #expect(try note.isSigned(by: [key(Self.goKey)]))
        let checkpoint = try #require(Checkpoint(text: note.text))
        let leaf = MerkleHash.leaf(Array(Self.goEntry.utf8))
        func holds(at index: Int) -> Bool {
            MerkleProof.includes(leaf, at: index, in: checkpoint.size, root: checkpoint.root, proof: hashes)
        }
        #expect(hashes.count == 26 && holds(at: 43_930_254) && !holds(at: 43_930_255))
    }

    @Test func `a changed byte of a note is refused`() throws {
        let whole = Array(Self.goCheckpoint.utf8)
        let key = try key(Self.goKey)
        for index in whole.indices {
            var changed = whole
            changed[index] ^= 1 << UInt8(index % 8)
            #expect(SignedNote(changed).map { $0.isSigned(by: [key]) } != true, "byte \(index)")
        }
        for length in whole.indices { #expect(SignedNote(Array(whole[..<length])).map { $0.isSigned(by: [key]) } != true) }
    }

    @Test(arguments: [
        "", "\n", "text\n", "text\n\n", "text\n\n\n", "\u{2014} a QUJDREVG\n", "text\n\n\u{2014} a QUJDREVG", "text\n\n- a QUJDREVG\n",
        "text\n\n\u{2014} a\n", "text\n\n\u{2014}  QUJDREVG\n", "text\n\n\u{2014} a+b QUJDREVG\n", "text\n\n\u{2014} a\u{A0}b QUJDREVG\n",
        "text\n\n\u{2014} a QUJDREVG \n", "text\n\n\u{2014} a QUJDRA==\n", "text\n\n\u{2014} a QUJDREVG=\n",
        "text\n\n\u{2014} a !UJDREVG\n",
        "text\n\n\u{2014} a QUJDREVG\n\u{2014} b\n", "te\txt\n\n\u{2014} a QUJDREVG\n", "text\r\n\n\u{2014} a QUJDREVG\n",
    ]) func `what is no note`(text: String) {
        #expect(SignedNote(Array(text.utf8)) == nil)
    }

    @Test func `what is one: several signatures, empty lines in the text, none of them known`() throws {
        for text in [
            "text\n\n\u{2014} a QUJDREVG\n", "one\n\ntwo\n\n\u{2014} a QUJDREVG\n\u{2014} b QUJDREVG\n", "\n\n\u{2014} a QUJDREVG\n",
        ] {
            let note = try note(text)
            #expect(!note.isSigned(by: []))
            #expect(text.utf8.starts(with: note.text) && note.text.last == UInt8(ascii: "\n"))
        }
        #expect(SignedNote([0xFF] + Array("\n\n\u{2014} a QUJDREVG\n".utf8)) == nil, "not UTF-8")
    }

    @Test func `one false signature of a known key outweighs a good one, and strangers' do not matter`() throws {
        let seed = SecretBytes([UInt8](repeating: 5, count: 32))
        let signing = try SigningKey(seed: seed)
        let own = NoteKey(name: "log", key: signing.publicKey)
        let good = SignedNote.signed(Array("text\n".utf8), name: "log", by: signing)
        #expect(SignedNote(good)?.isSigned(by: [own]) == true)
        let stranger = try key(Self.goKey)
        let line = "\u{2014} sum.golang.org \(Base64.encode(stranger.id + [UInt8](repeating: 1, count: 64)))\n"
        let both = try #require(SignedNote(good + Array(line.utf8)))
        #expect(both.isSigned(by: [own]) && !both.isSigned(by: [stranger]) && !both.isSigned(by: [own, stranger]))
        // The same key under another name is another key.
        #expect(SignedNote(good)?.isSigned(by: [NoteKey(name: "gol", key: own.key)]) == false)
    }

    @Test(arguments: [
        "", "origin\n1\n", "origin\n1\nAAAA\n", "origin\n01\n{root}\n", "origin\n+1\n{root}\n", "origin\n-1\n{root}\n", "\n1\n{root}\n",
        "origin\n1\n{root}", "origin\n1\n{root}\nmore\n", "origin\n1\n{root}\n\n", "origin\n 1\n{root}\n",
        "origin\n99999999999999999999\n{root}\n",
    ]) func `what is no checkpoint`(text: String) {
        let root = Base64.encode([UInt8](repeating: 9, count: 32))
        #expect(Checkpoint(text: Array(text.replacing("{root}", with: root).utf8)) == nil)
        #expect(Checkpoint(text: Array("origin\n0\n\(root)\n".utf8)) != nil)
    }
}
