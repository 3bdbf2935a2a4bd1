import Foundation
import ProgramRunner
import System
import Testing

/// Everything that lies below a folder: names, kinds, modes and contents.
struct Tree: Equatable {
    private let entries: [String: String]

    init(_ root: String) throws {
        let disk = DiskFileSystem()
        var entries: [String: String] = [:]
        var waiting = [root]
        while let folder = waiting.popLast() {
            for name in try disk.list(folder) {
                let path = "\(folder)/\(name)"
                guard let found = try disk.status(path) else { continue }
                let mode = String(found.mode, radix: 8)
                switch found.kind {
                case .directory:
                    entries[path] = "directory \(mode)"
                    waiting.append(path)
                case .file: entries[path] = "file \(mode) \(try Data(contentsOf: URL(fileURLWithPath: path)).base64EncodedString())"
                case .other: entries[path] = "other"
                }
            }
        }
        self.entries = entries
    }

    /// The files.
    var files: [String] { entries.filter { $0.value.hasPrefix("file") }.keys.sorted() }

    /// The paths that differ.
    func differences(from other: Tree) -> [String] {
        Set(entries.keys).union(other.entries.keys).filter { entries[$0] != other.entries[$0] }.sorted()
    }
}

/// Expects that a program refuses with one line that has these words in it, and leaves everything of the charity as it was.
func expectRefusal(
    _ words: String..., in charity: Charity, sourceLocation: SourceLocation = #_sourceLocation, _ run: () throws -> Outcome
) throws {
    let before = try Tree(charity.root)
    let outcome = try run()
    #expect(outcome.isRefusal, "\(outcome)", sourceLocation: sourceLocation)
    for word in words { #expect(outcome.errors.contains(word), "\(outcome)", sourceLocation: sourceLocation) }
    let changed = try Tree(charity.root).differences(from: before)
    #expect(changed == [], sourceLocation: sourceLocation)
}

/// Writes a file.
@discardableResult
func write(_ text: String, to path: String) throws -> String {
    try Data(text.utf8).write(to: URL(fileURLWithPath: path))
    return path
}
