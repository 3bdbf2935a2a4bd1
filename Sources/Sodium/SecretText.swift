/// Lines of ASCII text in guarded memory, some of which hold keys: an identity file's contents.
package struct SecretText: ~Copyable, Sendable {
    /// The text.
    package let secret: SecretBytes

    /// A text that was read.
    package init(_ secret: consuming SecretBytes) {
        self.secret = secret
    }

    /// Lines of the form `# name: value`, joined with their line feeds.
    package struct Builder: ~Copyable {
        private var text = SecretBytes(zeros: 0)

        /// An empty text.
        package init() {}

        /// Adds a line.
        package mutating func add(line: String) {
            add(Array((line + "\n").utf8).rawSpan)
        }

        /// Adds the line `# name: ` and the base64 of a key.
        package mutating func add(field name: String, key: RawSpan) {
            add(Array("# \(name): ".utf8).rawSpan)
            let encoded = Base64.encodeSecret(key)
            add(encoded.bytes)
            add(Array("\n".utf8).rawSpan)
        }

        /// Adds a line that is secret as a whole.
        package mutating func add(secretLine line: RawSpan) {
            add(line)
            add(Array("\n".utf8).rawSpan)
        }

        private mutating func add(_ bytes: RawSpan) {
            let piece = SecretBytes(copying: bytes)
            text = text.appending(piece)
        }

        /// The text.
        package consuming func build() -> SecretBytes {
            text
        }
    }

    /// Where each line lies, without its line feed.
    private var lines: [Range<Int>] {
        let bytes = secret.bytes
        var lines: [Range<Int>] = []
        var start = 0
        for index in 0..<bytes.byteCount where bytes.byte(at: index) == UInt8(ascii: "\n") {
            lines.append(start..<index)
            start = index + 1
        }
        if start < bytes.byteCount { lines.append(start..<bytes.byteCount) }
        return lines
    }

    /// The first line, which names the format; nil where there is none or it is not ASCII.
    package var firstLine: String? {
        lines.first.flatMap { text(in: $0) }
    }

    /// The value of the one line `# name: value`; nil where there is none or more than one. Not for keys.
    package func value(of name: String) -> String? {
        range(of: name).flatMap { text(in: $0) }
    }

    /// The key in the one line `# name: base64`; throws `malformed` where there is no such line or it is not base64.
    package func key(of name: String) throws(SodiumError) -> SecretBytes {
        guard let range = range(of: name) else { throw SodiumError(.malformed) }
        return try Base64.decodeSecret(secret.bytes.extracting(range))
    }

    /// The one line that begins with `prefix`; throws `malformed` where there is none or more than one.
    package func line(beginningWith prefix: String) throws(SodiumError) -> SecretBytes {
        let found = lines.filter { begins($0, with: prefix) }
        guard found.count == 1, let range = found.first else { throw SodiumError(.malformed) }
        return secret.slice(range)
    }

    private func range(of name: String) -> Range<Int>? {
        let prefix = "# \(name): "
        let found = lines.filter { begins($0, with: prefix) }
        guard found.count == 1, let line = found.first else { return nil }
        return (line.lowerBound + prefix.utf8.count)..<line.upperBound
    }

    private func begins(_ line: Range<Int>, with prefix: String) -> Bool {
        let wanted = Array(prefix.utf8)
        guard line.count >= wanted.count else { return false }
        let bytes = secret.bytes
        return wanted.indices.allSatisfy { bytes.byte(at: line.lowerBound + $0) == wanted[$0] }
    }

    private func text(in range: Range<Int>) -> String? {
        String(validating: secret.bytes.extracting(range).array, as: UTF8.self)
    }
}
