import Age
import Foundation
import Minisign
import Records
import Sharing
import Sodium
import TestVault
import Testing

/// What a team can do that has none of our software.
extension P9GenuineForTheTeamTests {
    @Test("opened and checked with age, tar, minisign and sha256sum alone", .enabled(if: StockTools.areInstalled, "\(StockTools.absence)"))
    func stockTools() throws {
        let tools = try StockTools()
        defer { tools.remove() }
        try tools.write(copy(of: exchange.charity.team.age.text()), to: "key.txt")
        try tools.write(bundle.file, to: "copy.age")
        #expect(try tools.run("age -d -i key.txt copy.age | tar x && rm key.txt").code == 0)
        #expect(
            try tools.list() == ["PADDING", "consent.json", "copy.age", "statement.txt", "statement.txt.minisig", "transcript.jsonl"])
        #expect(try tools.read("transcript.jsonl") == Self.agreed.reduce(into: []) { $0 += $1 + [10] })
        // The key is the one that the charity's roster has for anna; the trusted comment says what kind of file it is.
        let key = try #require(exchange.charity.roster.member(named: "anna")).card.signingKey.text
        let verify = "minisign -Vm statement.txt -P \(key)"
        let verified = try tools.run(verify)
        #expect(verified.code == 0 && verified.output.contains("Trusted comment: transcript-vault statement 1"))
        let sums = "sed -n 's/^file: \\([^ ]*\\) [0-9]* \\([0-9a-f]*\\)$/\\2  \\1/p' statement.txt | sha256sum --strict -c"
        let summed = try tools.run(sums)
        #expect(summed.code == 0 && summed.output.contains("consent.json: OK") && summed.output.contains("transcript.jsonl: OK"))
        // They find what was changed as well.
        for (name, check) in [
            ("statement.txt", verify), ("statement.txt.minisig", verify), ("consent.json", sums), ("transcript.jsonl", sums),
        ] {
            let original = try tools.read(name)
            var changed = original
            changed[original.count - 20] ^= 1
            try tools.write(changed, to: name)
            #expect(try tools.run(check).code != 0, "\(name)")
            try tools.write(original, to: name)
            #expect(try tools.run(check).code == 0)
        }
        let other = try #require(exchange.charity.roster.member(named: "ben")).card.signingKey.text
        #expect(try tools.run("minisign -Vm statement.txt -P \(other)").code != 0)
        try tools.write(copy(of: exchange.court.age.text()), to: "key.txt")
        #expect(try tools.run("age -d -i key.txt copy.age").code != 0)
    }
}

/// A shell in a directory of its own, with the programs that a team has.
private struct StockTools {
    static let areInstalled = ["age", "tar", "minisign", "sha256sum", "sed", "bash"].allSatisfy { program in
        ProcessInfo.processInfo.environment["PATH", default: ""].split(separator: ":").contains {
            FileManager.default.isExecutableFile(atPath: "\($0)/\(program)")
        }
    }
    static let absence = "age, tar, minisign, sha256sum, sed and bash are needed: what they say of our bundles was not asked"

    private let directory = FileManager.default.temporaryDirectory.appendingPathComponent("bundle-\(UUID().uuidString)")

    init() throws {
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
    }

    func remove() {
        try? FileManager.default.removeItem(at: directory)
    }

    func write(_ bytes: [UInt8], to name: String) throws {
        try Data(bytes).write(to: directory.appendingPathComponent(name))
    }

    func read(_ name: String) throws -> [UInt8] {
        [UInt8](try Data(contentsOf: directory.appendingPathComponent(name)))
    }

    func list() throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: directory.path).sorted()
    }

    /// Runs a line of the shell, every program of which must succeed.
    func run(_ command: String) throws -> (code: Int32, output: String) {
        let process = Process()
        let output = Pipe()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = ["LC_ALL=C", "bash", "-c", "set -o pipefail; \(command)"]
        process.currentDirectoryURL = directory
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = output
        process.standardError = FileHandle.nullDevice
        try process.run()
        let bytes = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return (process.terminationStatus, String(decoding: bytes, as: UTF8.self))
    }
}
