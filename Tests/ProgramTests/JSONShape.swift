import Foundation

/// Which fields a JSON value has, and of which kind, whatever stands in them.
struct JSONShape: Equatable {
    /// The fields by their paths, such as `[].parts`, with the kinds of their values.
    private(set) var fields: [String: String] = [:]
    /// Paths of which nothing more is known: empty arrays, and nulls.
    private(set) var open: Set<String> = []

    /// The shape of a line of JSON; nil where it is none.
    init?(_ text: some StringProtocol) {
        guard let value = try? JSONDecoder().decode(Value.self, from: Data(text.utf8)) else { return nil }
        add(value, at: "")
    }

    private mutating func add(_ value: Value, at path: String) {
        switch value {
        case .object(let object):
            fields[path] = "object"
            for (key, value) in object {
                // Where keys are months, each is as good as another.
                add(value, at: "\(path).\(key.allSatisfy { $0.isNumber || $0 == "-" } ? "*" : key)")
            }
        case .array(let array):
            fields[path] = "array"
            if array.isEmpty { open.insert(path) }
            for element in array { add(element, at: "\(path)[]") }
        case .null: open.insert(path)
        case .plain(let kind): fields[path] = kind
        }
    }

    private enum Value: Decodable {
        case object([String: Value])
        case array([Value])
        case plain(String)
        case null

        init(from decoder: any Decoder) throws {
            let one = try decoder.singleValueContainer()
            if one.decodeNil() {
                self = .null
            } else if let object = try? one.decode([String: Value].self) {
                self = .object(object)
            } else if let array = try? one.decode([Value].self) {
                self = .array(array)
            } else if (try? one.decode(Bool.self)) != nil {
                self = .plain("boolean")
            } else if (try? one.decode(Double.self)) != nil {
                self = .plain("number")
            } else {
                _ = try one.decode(String.self)
                self = .plain("string")
            }
        }
    }

    /// What is not as documented: fields that are not, or of another kind; and fields that are missing and may not be.
    func differences(from documented: JSONShape, mayLack: Set<String>) -> [String] {
        let strange = fields.filter { documented.fields[$0.key] != $0.value }.map { "\($0.key): \($0.value)" }
        let missing = documented.fields.keys.filter { path in
            fields[path] == nil && !open.contains { path.hasPrefix($0) }
                && mayLack.isDisjoint(with: path.split(whereSeparator: { ".[]".contains($0) }).map(String.init))
        }
        return (strange + missing.map { "\($0) is missing" }).sorted()
    }
}

/// `Docs/CommandLine.md`: what each command prints with `--json`.
struct CommandLinePage {
    /// What one command prints: one of these values, or one of them a line.
    struct Entry {
        var shapes: [JSONShape] = []
        var mayLack: Set<String> = []
    }

    private(set) var entries: [String: Entry] = [:]

    /// Reads the page; throws nothing, and finds nothing where it is not as it should be.
    init() throws {
        let package = "/" + #filePath.split(separator: "/").dropLast(3).joined(separator: "/")
        let page = try String(contentsOfFile: "\(package)/Docs/CommandLine.md", encoding: .utf8)
        for section in page.components(separatedBy: "\n### ").dropFirst() {
            let name = String(section.prefix { $0 != "\n" })
            var entry = Entry()
            for block in section.components(separatedBy: "```json\n").dropFirst() {
                if let shape = JSONShape(block.components(separatedBy: "\n```")[0]) { entry.shapes.append(shape) }
            }
            for line in section.split(separator: "\n") where line.hasPrefix("May lack") {
                let words = line.split(separator: "`", omittingEmptySubsequences: false)
                entry.mayLack.formUnion(words.indices.filter { $0 % 2 == 1 }.map { String(words[$0]) })
            }
            entries[name] = entry
        }
    }
}
