import Age
import Foundation
import Identity
import Minisign
import Records
import Sodium
import TestVault
import Testing

/// A share bundle taken apart and put together again by somebody who knows the format, without the module that makes them.
struct ForgedBundle {
    /// A file of a ustar archive, each field of its header as it stands there.
    struct TarFile {
        var name: String
        var contents: [UInt8]
        var mode = "0000600"
        var owner = "0000000"
        var time = "00000000000"
        var kind = "0"
        var version = "00"
        var userName = ""

        var bytes: [UInt8] {
            var header = [UInt8](repeating: 0, count: 512)
            let octal = String(contents.count, radix: 8)
            let fields = [
                (0, name), (100, mode), (108, owner), (116, owner), (124, String(repeating: "0", count: 11 - octal.count) + octal),
                (136, time),
                (148, "        "), (156, kind), (257, "ustar"), (263, version), (265, userName),
            ]
            for (offset, text) in fields { header.replaceSubrange(offset..<(offset + text.utf8.count), with: Array(text.utf8)) }
            let sum = String(header.reduce(0) { $0 + Int($1) }, radix: 8)
            header.replaceSubrange(148..<155, with: Array((String(repeating: "0", count: 6 - sum.count) + sum + "\0").utf8))
            return header + contents + [UInt8](repeating: 0, count: (512 - contents.count % 512) % 512)
        }
    }

    /// The statement's lines after the first: name and value.
    var statement: [(name: String, value: String)]
    var consent: [UInt8]
    var transcript: [UInt8]
    /// The signature as it came.
    var signature: [UInt8]

    init(archive: [UInt8]) throws {
        var files: [String: [UInt8]] = [:]
        var offset = 0
        while archive[offset] != 0 {
            let name = String(decoding: archive[offset..<(offset + 100)].prefix { $0 != 0 }, as: UTF8.self)
            let size = try #require(Int(String(decoding: archive[(offset + 124)..<(offset + 135)], as: UTF8.self), radix: 8))
            files[name] = Array(archive[(offset + 512)..<(offset + 512 + size)])
            offset += 512 + (size + 511) / 512 * 512
        }
        let text = String(decoding: try #require(files["statement.txt"]), as: UTF8.self)
        statement = text.split(separator: "\n").dropFirst().map { line in
            let parts = line.split(separator: ":", maxSplits: 1)
            return (String(parts[0]), String(parts[1].dropFirst()))
        }
        consent = try #require(files["consent.json"])
        transcript = try #require(files["transcript.jsonl"])
        signature = try #require(files["statement.txt.minisig"])
    }

    var statementBytes: [UInt8] {
        Array(("transcript-vault statement 1\n" + statement.map { "\($0.name): \($0.value)\n" }.joined()).utf8)
    }

    /// Gives a line of the statement another value.
    mutating func set(_ name: String, _ value: String) {
        for index in statement.indices where statement[index].name == name { statement[index].value = value }
    }

    func value(_ name: String) -> String? { statement.first { $0.name == name }?.value }

    /// Makes consent and statement say again what is true of the files: what a forger does who thinks of everything.
    mutating func refresh() throws {
        let digest = Hex.encode(BLAKE2b.hash(transcript))
        if !occurs(Array(digest.utf8), in: consent) {
            consent = try forge(consent) { act in
                var scope = try #require(act["scope"] as? [String: Any])
                scope["digest"] = digest
                act["scope"] = scope
            }
        }
        let context = Array("transcript-vault/v1/bundle\0".utf8)
        set("bundle", Hex.encode(BLAKE2b.hash(context + BLAKE2b.hash(consent), digestBytes: 16)))
        let files = [("consent.json", consent), ("transcript.jsonl", transcript)].map { ($0, $1.count, Hex.encode(SHA256.hash($1))) }
        for (index, file) in zip(statement.indices.filter { statement[$0].name == "file" }, files) {
            statement[index].value = "\(file.0) \(file.1) \(file.2)"
        }
    }

    /// Signs the statement as it stands, with somebody's key.
    mutating func sign(with key: borrowing SigningKey, comment: String = "transcript-vault statement 1") {
        let text = statementBytes
        signature = MinisignSignature.sign(text.rawSpan, with: key, trustedComment: comment).fileBytes
    }

    /// The five files.
    var files: [TarFile] {
        [
            TarFile(name: "statement.txt", contents: statementBytes), TarFile(name: "statement.txt.minisig", contents: signature),
            TarFile(name: "consent.json", contents: consent), TarFile(name: "transcript.jsonl", contents: transcript),
        ]
    }

    /// The archive of these files with their padding.
    static func archive(_ files: [TarFile]) -> [UInt8] {
        let bytes = files.flatMap(\.bytes)
        let least = bytes.count + 512 + 1024
        let padding = TarFile(name: "PADDING", contents: [UInt8](repeating: 0, count: Padme.padded(least) - least))
        return bytes + padding.bytes + [UInt8](repeating: 0, count: 1024)
    }

    var archive: [UInt8] { Self.archive(files) }

    /// The archive with these bytes in the statement's place.
    func archive(withStatement bytes: [UInt8]) -> [UInt8] {
        var files = files
        files[0].contents = bytes
        return Self.archive(files)
    }
}

extension Exchange {
    /// The age file of an archive, for the team or for others.
    func encrypted(_ archive: [UInt8], to recipients: [AgeRecipient]? = nil) throws -> [UInt8] {
        try Age.encrypt(archive.rawSpan, to: recipients ?? [charity.team.age.recipient])
    }

    /// A bundle that was changed, made consistent again, and signed by anna, as a worker could who wants to go round the rules.
    func forged(_ file: [UInt8], _ change: (inout ForgedBundle) throws -> Void) throws -> [UInt8] {
        var bundle = try ForgedBundle(archive: archive(in: file))
        try change(&bundle)
        try bundle.refresh()
        bundle.sign(with: charity.anna.signingKey)
        return try encrypted(bundle.archive)
    }
}
