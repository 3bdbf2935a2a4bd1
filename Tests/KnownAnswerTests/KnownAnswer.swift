import Foundation
import Records
import System

/// One fact from `Tests/KnownAnswers`: what is given, and what must come of it. Its form is told in the README there.
struct KnownAnswer: Sendable {
    typealias Field = (name: String, value: String)

    /// Folder and name, for people.
    let name: String
    /// What kind of thing it is, which says who reads it.
    let kind: String
    /// What must come of it, `expect` first.
    let outcome: [Field]
    /// Every file by its name.
    let files: [(name: String, bytes: [UInt8])]
    private let given: [Field]

    /// Where all of them lie.
    static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent().appendingPathComponent(
        "KnownAnswers")
    /// What several of them have in common.
    static let common = folder.appendingPathComponent("common")

    /// The known answer in a file; throws where it is not exactly in the form.
    init(name: String, _ bytes: [UInt8]) throws {
        self.name = name
        var (fields, rest): ([Field], ArraySlice<UInt8>) = ([], bytes[...])
        func line() throws -> String {
            guard let end = rest.firstIndex(of: UInt8(ascii: "\n")), let line = String(validating: rest[..<end], as: UTF8.self) else {
                throw FormError(what: "its head does not end")
            }
            rest = rest[(end + 1)...]
            return line
        }
        guard try line() == "transcript-vault known answer 1" else { throw FormError(what: "another first line") }
        while case let text = try line(), !text.isEmpty {
            guard let colon = text.firstRange(of: ": ") else { throw FormError(what: "a line without a field") }
            fields.append((String(text[..<colon.lowerBound]), String(text[colon.upperBound...])))
        }
        guard fields.prefix(2).map(\.name) == ["kind", "fact"], let expect = fields.firstIndex(where: { $0.name == "expect" }) else {
            throw FormError(what: "no kind, fact or outcome")
        }
        kind = fields[0].value
        outcome = Array(fields[expect...])
        given = Array(fields[2..<expect])
        files = try Self.files(given, from: &rest)
        guard rest.isEmpty else { throw FormError(what: "bytes that belong to no file") }
    }

    private static func files(_ fields: [Field], from rest: inout ArraySlice<UInt8>) throws -> [(name: String, bytes: [UInt8])] {
        var files: [(name: String, bytes: [UInt8])] = []
        for field in fields {
            let words = field.value.split(separator: " ", omittingEmptySubsequences: false).map(String.init)
            switch field.name {
            case "common":
                files.append((field.value, Array(try Data(contentsOf: common.appendingPathComponent(field.value)))))
            case "file":
                guard words.count == 2, let length = Int(words[1]), length <= rest.count else { throw FormError(what: "a file's length") }
                files.append((words[0], Array(rest.prefix(length))))
                rest = rest.dropFirst(length)
            case "zeros":
                guard words.count == 2, let count = Int(words[1]), files.last?.name == words[0] else { throw FormError(what: "zeros") }
                files[files.count - 1].bytes += [UInt8](repeating: 0, count: count)
            default: break
            }
        }
        return files
    }

    /// The values of a field that is given.
    func values(_ name: String) -> [String] {
        given.filter { $0.name == name }.map(\.value)
    }

    /// The value of a field that is given once.
    func value(_ name: String) throws -> String {
        guard let value = values(name).first, values(name).count == 1 else { throw FormError(what: "not one \(name)") }
        return value
    }

    /// The value of a field that is given once, read in some way.
    func value<Value>(_ name: String, _ read: (String) -> Value?) throws -> Value {
        guard let value = read(try value(name)) else { throw FormError(what: "\(name) cannot be read") }
        return value
    }

    /// The bytes of a file.
    func file(_ name: String) throws -> [UInt8] {
        guard let file = files.first(where: { $0.name == name }) else { throw FormError(what: "no file \(name)") }
        return file.bytes
    }

    /// A disk in memory with all files, each under its name below `root`.
    func disk(root: String) throws -> MemoryFileSystem {
        let disk = MemoryFileSystem()
        for directory in VaultLayout(root: root).directories {
            try disk.createDirectories(directory, mode: VaultLayout.directoryMode)
        }
        for file in files {
            let path = "\(root)/\(file.name)"
            let folder = path[..<(path.lastIndex(of: "/") ?? path.startIndex)]
            try disk.createDirectories(String(folder), mode: VaultLayout.directoryMode)
            try disk.writeDurably(path, file.bytes.rawSpan, mode: VaultLayout.fileMode)
        }
        return disk
    }

    /// What is wrong with a file.
    struct FormError: Error {
        let what: String
    }

    /// Every known answer by folder and name; the files in `common/` are none.
    static func all() throws -> [KnownAnswer] {
        var all: [KnownAnswer] = []
        for kind in try names(in: folder) where kind != "common" && kind != "README.md" && kind != ".gitattributes" {
            for name in try names(in: folder.appendingPathComponent(kind)) {
                let file = folder.appendingPathComponent(kind).appendingPathComponent(name)
                all.append(try KnownAnswer(name: "\(kind)/\(name)", Array(try Data(contentsOf: file))))
            }
        }
        return all
    }

    private static func names(in folder: URL) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
    }
}
