import Foundation
import Sodium
import Testing

/// One of the C2SP community vectors: `key: value` lines, an empty line, an age file.
struct Vector: CustomTestStringConvertible {
    let name: String
    let fields: [(key: String, value: String)]
    private let body: [UInt8]

    var testDescription: String { name }

    init(name: String, _ bytes: [UInt8]) throws {
        self.name = name
        var fields: [(key: String, value: String)] = []
        var rest = bytes[...]
        while let end = rest.firstIndex(of: UInt8(ascii: "\n")), end > rest.startIndex {
            let line = String(decoding: rest[rest.startIndex..<end], as: UTF8.self)
            let parts = line.split(separator: ":", maxSplits: 1)
            fields.append((key: String(try #require(parts.first)), value: String(try #require(parts.last).dropFirst())))
            rest = rest[(end + 1)...]
        }
        self.fields = fields
        body = Array(rest.dropFirst())
    }

    func values(_ key: String) -> [String] {
        fields.filter { $0.key == key }.map(\.value)
    }

    /// Whether the file is in ASCII armor.
    var isArmored: Bool { values("armored").contains("yes") }

    /// Why this vector is left out, or nil if it is run.
    var leftOutBecause: String? {
        let hybrid = values("identity").filter { $0.hasPrefix("AGE-SECRET-KEY-PQ-") }
        // Where a plain identity stands beside the hybrid one, it is enough to meet the fact that the file is about.
        if !hybrid.isEmpty, values("identity").count == hybrid.count { return "its only identity is hybrid post-quantum" }
        return nil
    }

    /// The age file.
    func file() throws -> [UInt8] {
        guard values("compressed").contains("zlib") else { return body }
        let result = try runProgram(
            ["python3", "-c", "import sys, zlib; sys.stdout.buffer.write(zlib.decompress(sys.stdin.buffer.read()))"],
            input: body
        )
        try #require(result.status == 0, "python3 could not decompress the vector: \(result.errors)")
        return result.output
    }

    /// Where the vectors lie: beside the package, or where `VAULT_TEST_VECTORS` says.
    static let directory: URL = {
        if let path = ProcessInfo.processInfo.environment["VAULT_TEST_VECTORS"] {
            return URL(fileURLWithPath: path).appendingPathComponent("age")
        }
        return packageDirectory.appendingPathComponent("../shared/vectors/age").standardizedFileURL
    }()

    static let arePresent = FileManager.default.fileExists(atPath: directory.path)

    /// All vectors, by name; none if the directory is absent.
    static let all: [Vector] = {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: directory.path)) ?? []
        return names.sorted().compactMap { name in
            guard let data = try? Data(contentsOf: directory.appendingPathComponent(name)) else { return nil }
            return try? Vector(name: name, [UInt8](data))
        }
    }()

    static let selected: [Vector] = all.filter { $0.leftOutBecause == nil }
}
