import Age
import Foundation
import Sodium
import Testing

/// rage, the implementation in Rust, through its Python binding, in the environment that `make test` sets up.
private enum Rage {
    static let python = packageDirectory.appendingPathComponent(".build-python/bin/python3").path
    static let isPresent = FileManager.default.isExecutableFile(atPath: python)

    /// Decrypts each file in the folder that ends in `.age` into one that ends in `.plain`, and encrypts `plaintext` in every way.
    ///
    /// Keys and passphrases of a test are no secrets, so they stand in files.
    static let script = """
        import pathlib, pyrage, sys
        folder = pathlib.Path(sys.argv[1])
        plaintext = (folder / "plaintext").read_bytes()
        identity = pyrage.x25519.Identity.from_str((folder / "key").read_text())
        recipients = [pyrage.x25519.Recipient.from_str(line) for line in (folder / "recipients").read_text().split()]
        passphrase = (folder / "passphrase").read_text() if (folder / "passphrase").exists() else None
        for file in sorted(folder.glob("*.age")):
            data = file.read_bytes()
            opened = pyrage.passphrase.decrypt(data, passphrase) if "passphrase" in file.name else pyrage.decrypt(data, [identity])
            file.with_suffix(".plain").write_bytes(opened)
        for name, armored in (("binary", False), ("armored", True)):
            (folder / ("rage-one-" + name)).write_bytes(pyrage.encrypt(plaintext, [identity.to_public()], armored=armored))
            (folder / ("rage-all-" + name)).write_bytes(pyrage.encrypt(plaintext, recipients, armored=armored))
            if passphrase:
                (folder / ("rage-passphrase-" + name)).write_bytes(pyrage.passphrase.encrypt(plaintext, passphrase, armored=armored))
        """

    static func run(in folder: TemporaryDirectory) throws {
        let result = try runProgram([python, "-c", script, folder.directory.path])
        try #require(result.status == 0, "\(result.errors)")
    }
}

@Suite(.enabled(if: Rage.isPresent, "needs .build-python, which Scripts/setup-python makes"))
struct InteroperatesWithRage {
    private let files: TemporaryDirectory
    private let identity: String
    private let recipients: [AgeRecipient]

    init() throws {
        files = try TemporaryDirectory()
        let identity = try AgeIdentity.generate()
        recipients = [try AgeIdentity.generate().recipient, identity.recipient, try AgeIdentity.generate().recipient]
        let text = identity.text()
        self.identity = String(decoding: text.bytes.array, as: UTF8.self)
        try files.write(text.bytes.array, to: "key")
        try files.write(Array(recipients.map { "\($0)\n" }.joined().utf8), to: "recipients")
    }

    @Test("each opens what the other writes, armored and binary, for one recipient and for several", arguments: boundarySizes)
    func bothWays(_ size: Int) throws {
        let plaintext = pattern(size)
        let keyring = try identity.keyring()
        try files.write(plaintext, to: "plaintext")
        for (name, format) in [("binary", AgeFormat.binary), ("armored", .armored)] {
            try files.write(try Age.encrypt(plaintext.rawSpan, to: [recipients[1]], format: format), to: "one-\(name).age")
            try files.write(try Age.encrypt(plaintext.rawSpan, to: recipients, format: format), to: "all-\(name).age")
            let streamed = try encryptFromSource(plaintext, to: recipients, format: format, pieceBytes: 70_001)
            try files.write(streamed, to: "source-\(name).age")
        }
        try Rage.run(in: files)
        for name in ["binary", "armored"] {
            for way in ["one", "all", "source"] { #expect(try files.read("\(way)-\(name).plain") == plaintext, "\(way) \(name)") }
            for way in ["one", "all"] {
                let file = try files.read("rage-\(way)-\(name)")
                #expect(try Age.decrypt(file.rawSpan, with: keyring) == plaintext, "\(way) \(name)")
                let streamed = decryptFromSource(file, with: keyring, pieceBytes: 70_001)
                #expect(streamed.error == nil && streamed.released == plaintext, "\(way) \(name)")
            }
        }
    }

    @Test("each opens with a passphrase what the other writes with it, armored and binary")
    func passphrases() throws {
        let plaintext = pattern(70_000)
        let passphrase = try "correct horse".passphrase()
        try files.write(plaintext, to: "plaintext")
        try files.write(Array("correct horse".utf8), to: "passphrase")
        for (name, format) in [("binary", AgeFormat.binary), ("armored", .armored)] {
            try files.write(try Age.encrypt(plaintext.rawSpan, to: passphrase, format: format), to: "passphrase-\(name).age")
        }
        try Rage.run(in: files)
        for name in ["binary", "armored"] {
            #expect(try files.read("passphrase-\(name).plain") == plaintext)
            let file = try files.read("rage-passphrase-\(name)")
            #expect(try Age.decrypt(file.rawSpan, with: passphrase) == plaintext)
            let wrong = try "wrong horse".passphrase()
            #expect(code { () throws(AgeError) in _ = try Age.decrypt(file.rawSpan, with: wrong) } == .noMatch)
        }
    }
}
