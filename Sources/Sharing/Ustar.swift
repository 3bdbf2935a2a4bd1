internal import Records

/// A deterministic ustar archive (POSIX.1-1988): the same files give the same bytes, and there is nothing in it but names and contents.
enum Ustar {
    /// Length of a block in bytes.
    static let blockBytes = 512

    /// A file of an archive.
    struct Entry: Equatable {
        let name: String
        let contents: [UInt8]
    }

    /// The archive of these files, in order.
    static func archive(_ entries: [Entry]) -> [UInt8] {
        var bytes: [UInt8] = []
        for entry in entries {
            bytes += header(name: entry.name, sizeBytes: entry.contents.count) + entry.contents
            bytes += zeros(padding(entry.contents.count))
        }
        return bytes + zeros(2 * blockBytes)
    }

    /// How long the archive of files of these sizes is, in bytes.
    static func archiveBytes(sizes: [Int]) -> Int {
        sizes.reduce(2 * blockBytes) { $0 + blockBytes + $1 + padding($1) }
    }

    /// The files of an archive; nil for anything that `archive` does not write, to the last byte.
    static func entries(of bytes: [UInt8]) -> [Entry]? {
        var entries: [Entry] = []
        var offset = 0
        while offset + blockBytes <= bytes.count, bytes[offset] != 0 {
            let name = bytes[offset..<(offset + 100)].prefix { $0 != 0 }
            let size = bytes[(offset + 124)..<(offset + 135)]
            guard let text = String(validating: name, as: UTF8.self), size.allSatisfy({ (48...55).contains($0) }) else { return nil }
            let length = size.reduce(0) { $0 * 8 + Int($1 - 48) }
            let start = offset + blockBytes
            guard length <= bytes.count - start else { return nil }
            entries.append(Entry(name: text, contents: Array(bytes[start..<(start + length)])))
            offset = start + length + padding(length)
        }
        // One form only: whatever else was put into headers or behind the end would be lost in writing it again.
        return archive(entries) == bytes ? entries : nil
    }

    private static func header(name: String, sizeBytes: Int) -> [UInt8] {
        var header = zeros(blockBytes)
        func put(_ text: String, at offset: Int) {
            header.replaceSubrange(offset..<(offset + text.utf8.count), with: Array(text.utf8))
        }
        put(name, at: 0)
        put("0000600", at: 100)
        put("0000000", at: 108)
        put("0000000", at: 116)
        put(octal(sizeBytes, digits: 11), at: 124)
        put("00000000000", at: 136)
        put("        ", at: 148)
        put("0", at: 156)
        put("ustar", at: 257)
        put("00", at: 263)
        let sum = header.reduce(0) { $0 + Int($1) }
        put(octal(sum, digits: 6), at: 148)
        header[154] = 0
        return header
    }

    private static func octal(_ number: Int, digits: Int) -> String {
        let text = String(number, radix: 8)
        return String(repeating: "0", count: max(0, digits - text.utf8.count)) + text
    }

    private static func padding(_ length: Int) -> Int {
        (blockBytes - length % blockBytes) % blockBytes
    }

    private static func zeros(_ count: Int) -> [UInt8] {
        [UInt8](repeating: 0, count: count)
    }
}
