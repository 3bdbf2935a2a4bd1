/// The fields of an event line that are read, as they stand in it; of a key that stands twice, the first.
struct EventFields {
    private var version: String?
    private(set) var kind = ""
    private(set) var conversation = ""
    private(set) var id: String?
    private(set) var at: String?
    private(set) var receivedAt: String?
    private(set) var role: String?
    private(set) var name: String?
    private(set) var visibility: String?
    private(set) var text: String?
    private(set) var replaces: String?

    /// The keys of the event itself that were read, one bit each.
    private var seen: UInt16 = 0
    /// The first field that was found to have a wrong type.
    private var wrong: String?

    private enum Field: String, CaseIterable {
        case v, kind, conversation, id, at, received_at, author, visibility, body, relation
    }

    /// Each field with its key; its place here is its bit among those that were seen.
    private static let fields = Field.allCases.map { (field: $0, key: JSONKey($0.rawValue.utf8)) }
    private static let role = JSONKey("role".utf8)
    private static let name = JSONKey("name".utf8)
    private static let text = JSONKey("text".utf8)
    private static let replaces = JSONKey("replaces".utf8)

    /// Reads a line that is valid UTF-8; the message says which rule it breaks, without repeating any of it.
    init(_ line: [UInt8]) throws(RecordsError) {
        let notObject: JSONText.Value?
        do throws(JSONText.Malformed) {
            var json = JSONText(line)
            notObject = try json.readObject { (json, key) throws(JSONText.Malformed) in try read(key, from: &json) }
            try json.finish()
        } catch {
            throw RecordsError(.malformed, "the line is not a JSON object")
        }
        guard notObject == nil else { throw RecordsError(.malformed, "the line is not a JSON object") }
        // First of all: what a later version's fields look like is not known.
        if let version, !Self.isOne(version) {
            throw RecordsError(.unsupportedVersion, "the event is of another version than 1")
        }
        if let wrong { throw RecordsError(.malformed, "the event's field \"\(wrong)\" has the wrong type") }
        for (bit, must) in Self.fields.prefix(3).enumerated() where seen & 1 << UInt16(bit) == 0 {
            throw RecordsError(.malformed, "the event lacks the field \"\(must.field.rawValue)\"")
        }
    }

    /// Whether a JSON number is exactly 1, however it is written.
    private static func isOne(_ number: String) -> Bool {
        if number == "1" { return true }
        let parts = number.split { $0 == "e" || $0 == "E" }
        guard let exponent = parts.count == 2 ? Int(parts[1]) : 0, let mantissa = parts.first, mantissa.first != "-" else { return false }
        let whole = mantissa.prefix { $0 != "." }
        let digits = whole + mantissa.dropFirst(whole.count + 1)
        let zeros = digits.prefix { $0 == "0" }.count
        guard digits.dropFirst(zeros).first == "1", digits.dropFirst(zeros + 1).allSatisfy({ $0 == "0" }) else { return false }
        return whole.count - 1 - zeros == -exponent
    }

    private mutating func read(_ key: JSONKey, from json: inout JSONText) throws(JSONText.Malformed) {
        guard let place = Self.fields.firstIndex(where: { $0.key == key }), seen & 1 << UInt16(place) == 0 else {
            return try json.skipValue()
        }
        seen |= 1 << UInt16(place)
        let field = Self.fields[place].field
        let name = field.rawValue
        switch field {
        case .v:
            guard case .number(let number) = try json.readValue() else { return mark(name) }
            version = number
        case .kind: kind = required(try json.readValue(), name)
        case .conversation: conversation = required(try json.readValue(), name)
        case .id: id = optional(try json.readValue(), name)
        case .at: at = optional(try json.readValue(), name)
        case .received_at: receivedAt = optional(try json.readValue(), name)
        case .visibility: visibility = optional(try json.readValue(), name)
        case .author:
            let (role, own) = try readMembers(of: name, Self.role, Self.name, from: &json)
            self.role = optional(role, "author.role")
            self.name = optional(own, "author.name")
        case .body: text = optional(try readMembers(of: name, Self.text, nil, from: &json).first, "body.text")
        case .relation:
            // Read where it can be: a platform's own idea of a relation must not lose the message.
            var first: JSONText.Value?
            _ = try json.readObject { (json, key) throws(JSONText.Malformed) in
                try Self.read(key, as: Self.replaces, into: &first, from: &json)
            }
            if case .string(let id) = first { replaces = id }
        }
    }

    /// Reads two members of the object or null that comes next.
    private mutating func readMembers(
        of name: String, _ firstKey: JSONKey, _ secondKey: JSONKey?, from json: inout JSONText
    ) throws(JSONText.Malformed) -> (first: JSONText.Value?, second: JSONText.Value?) {
        var first: JSONText.Value?
        var second: JSONText.Value?
        let notObject = try json.readObject { (json, key) throws(JSONText.Malformed) in
            if let secondKey, key == secondKey {
                try Self.read(key, as: secondKey, into: &second, from: &json)
            } else {
                try Self.read(key, as: firstKey, into: &first, from: &json)
            }
        }
        if let notObject, notObject != .null { mark(name) }
        return (first, second)
    }

    private static func read(
        _ key: JSONKey, as wanted: JSONKey, into value: inout JSONText.Value?, from json: inout JSONText
    ) throws(JSONText.Malformed) {
        if key == wanted && value == nil { value = try json.readValue() } else { try json.skipValue() }
    }

    private mutating func required(_ value: JSONText.Value, _ name: String) -> String {
        if case .string(let text) = value { return text }
        mark(name)
        return ""
    }

    private mutating func optional(_ value: JSONText.Value?, _ name: String) -> String? {
        switch value {
        case .string(let text): return text
        case nil, .null: break
        default: mark(name)
        }
        return nil
    }

    private mutating func mark(_ name: String) {
        if wrong == nil { wrong = name }
    }
}
