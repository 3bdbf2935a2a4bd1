internal import Records

/// A text that people sign: a context line that says what it is, then `field: value` lines in a fixed order.
///
/// UTF-8, LF, a final LF, no control characters and no characters that change how the rest of a line is shown; one form only, so that what
/// was signed can be re-emitted from what was read.
package struct SignedText: Hashable, Sendable {
    /// One `field: value` line.
    package struct Line: Hashable, Sendable {
        /// The field's name.
        package let name: String
        /// The value: not empty, without a space at either end.
        package let value: String

        /// A line.
        package init(_ name: String, _ value: String) {
            self.name = name
            self.value = value
        }
    }

    /// A field of a form and how often it may stand there.
    package struct Field: Sendable {
        let name: String
        let times: ClosedRange<Int>

        /// A field that stands there `times` times.
        package init(_ name: String, _ times: ClosedRange<Int> = 1...1) {
            self.name = name
            self.times = times
        }
    }

    /// What a kind of text looks like: its context line and its fields in order.
    package struct Form: Sendable {
        /// The first line, which is also the trusted comment of the text's signature.
        package let context: String
        let fields: [Field]

        /// A form.
        package init(context: String, fields: [Field]) {
            self.context = context
            self.fields = fields
        }
    }

    /// The lines after the first.
    package let lines: [Line]
    /// The exact text.
    package let bytes: [UInt8]

    /// The text that `lines` make; throws `invalid` where they are not of this form.
    package init(_ form: Form, lines: [Line]) throws(RosterError) {
        guard lines.allSatisfy({ Self.isValue($0.value) }), Self.areLines(lines, of: form.fields) else { throw RosterError(.invalid) }
        self.lines = lines
        bytes = Array((form.context + "\n" + lines.map { "\($0.name): \($0.value)\n" }.joined()).utf8)
        guard bytes.count <= Limits.signedTextBytes else { throw RosterError(.invalid) }
    }

    /// The text in `bytes`; throws `refused` for anything that is not of this form.
    package init(_ form: Form, parsing bytes: [UInt8]) throws(RosterError) {
        guard bytes.count <= Limits.signedTextBytes, String(validating: bytes, as: UTF8.self) != nil else { throw RosterError(.refused) }
        var pieces = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        guard pieces.count >= 2, pieces.removeLast().isEmpty, pieces.removeFirst().elementsEqual(form.context.utf8) else {
            throw RosterError(.refused)
        }
        var lines: [Line] = []
        for piece in pieces {
            guard let colon = piece.firstIndex(of: UInt8(ascii: ":")), piece[colon...].starts(with: Array(": ".utf8)) else {
                throw RosterError(.refused)
            }
            let line = Line(String(decoding: piece[..<colon], as: UTF8.self), String(decoding: piece[(colon + 2)...], as: UTF8.self))
            guard Self.isValue(line.value) else { throw RosterError(.refused) }
            lines.append(line)
        }
        guard Self.areLines(lines, of: form.fields) else { throw RosterError(.refused) }
        self.lines = lines
        self.bytes = bytes
    }

    /// The values of a field, in order.
    package func values(of name: String) -> [String] {
        lines.filter { $0.name == name }.map(\.value)
    }

    /// The value of a field that stands there once; nil where it does not.
    package func value(of name: String) -> String? {
        let values = values(of: name)
        return values.count == 1 ? values[0] : nil
    }

    /// Whether `text` may be a value: one line for people to read, which shows what it is.
    package static func isValue(_ text: String) -> Bool {
        !text.isEmpty && !text.utf8.starts(with: [space]) && text.utf8.last != space && text.unicodeScalars.allSatisfy(isShown)
    }

    private static let space = UInt8(ascii: " ")

    private static func isShown(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        // Control characters.
        case 0x00...0x1F, 0x7F...0x9F: false
        // Line and paragraph separator, byte order mark; embeddings, overrides and isolates, which make a line read as another.
        case 0x2028...0x2029, 0xFEFF, 0x202A...0x202E, 0x2066...0x2069: false
        default: true
        }
    }

    /// Names are compared as bytes: Swift's strings are equal when they look alike.
    private static func areLines(_ lines: [Line], of fields: [Field]) -> Bool {
        var rest = lines[...]
        for field in fields {
            let count = rest.prefix { $0.name.utf8.elementsEqual(field.name.utf8) }.count
            guard field.times.contains(count) else { return false }
            rest = rest.dropFirst(count)
        }
        return rest.isEmpty
    }
}
