internal import Sealing
internal import System

/// Data that lies beside the project: real conversations and awkward text. Tests say so when it is absent.
package enum TestData {
    private static let root: String = {
        // Tests/TestVault/TestData.swift lies three levels below the package, whose neighbour `shared` is.
        let package = #filePath.split(separator: "/").dropLast(3).joined(separator: "/")
        return "/\(package)/../shared/data"
    }()

    /// The sets of conversations.
    package static let transcriptSets = ["primock57.jsonl", "mts-dialog.jsonl"]

    /// Whether the data is there.
    package static var isPresent: Bool {
        ((try? DiskFileSystem().status("\(root)/transcripts/primock57.jsonl")) ?? nil) != nil
    }

    /// What to say where it is absent.
    package static let absence = "the data sets are not beside the project (../shared/data): nothing was tested"

    /// All bytes of a file below the data folder.
    package static func bytes(_ name: String) throws -> [UInt8] {
        try DiskFileSystem().readFile("\(root)/\(name)", limitBytes: 64 << 20)
    }

    /// The lines of a set of conversations.
    package static func lines(_ set: String) throws -> [[UInt8]] {
        try bytes("transcripts/\(set)").split(separator: UInt8(ascii: "\n")).map(Array.init)
    }

    /// The conversations of a set, each as its lines.
    package static func conversations(_ set: String) throws -> [[[UInt8]]] {
        var collector = ConversationCollector()
        return try lines(set).enumerated().compactMap { try collector.add($0.element, number: $0.offset + 1)?.lines }
    }

    /// An event line with this text, as a platform would send it.
    package static func message(
        _ text: String, id: String, role: String = "visitor", name: String? = nil, at: String? = nil, visibility: String = "all"
    ) -> [UInt8] {
        func quoted(_ text: String?) -> String {
            guard let text else { return "null" }
            var out = "\""
            for scalar in text.unicodeScalars {
                switch scalar {
                case "\"": out += "\\\""
                case "\\": out += "\\\\"
                case _ where scalar.value < 0x20: out += "\\u00" + (scalar.value < 16 ? "0" : "") + String(scalar.value, radix: 16)
                default: out.unicodeScalars.append(scalar)
                }
            }
            return out + "\""
        }
        return Array(
            """
            {"v":1,"kind":"message","conversation":"c","id":\(quoted(id)),"at":\(quoted(at)),"author":{"role":"\(role)","name":\(quoted(name))},\
            "visibility":"\(visibility)","body":{"type":"text","text":\(quoted(text))},"source":{"platform":"test"}}
            """.utf8)
    }
}
