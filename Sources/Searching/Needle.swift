/// Something to be found in folded text, in time that depends on the two lengths alone (Knuth, Morris and Pratt, 1977): what a stranger
/// writes must not make a search slow.
struct Needle: Sendable {
    private let bytes: [UInt8]
    /// For every beginning of `bytes`, the length of its longest shorter beginning that is also its end.
    private let fallbacks: [Int]

    /// A needle of at least one byte.
    init(_ bytes: [UInt8]) {
        var fallbacks = [0]
        for index in bytes.indices.dropFirst() {
            var length = fallbacks[index - 1]
            while length > 0 && bytes[length] != bytes[index] { length = fallbacks[length - 1] }
            fallbacks.append(bytes[length] == bytes[index] ? length + 1 : 0)
        }
        self.bytes = bytes
        self.fallbacks = fallbacks
    }

    /// Whether it occurs in folded text.
    func occurs(in text: [UInt8]) -> Bool {
        occurs(in: text.span) { $0 }
    }

    /// Whether it occurs in the bytes of a line, letters of either case taken for the same.
    func occurs(inLine line: [UInt8]) -> Bool {
        occurs(in: line.span) { (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains($0) ? $0 | 0x20 : $0 }
    }

    @inline(__always)
    private func occurs(in text: Span<UInt8>, _ folded: (UInt8) -> UInt8) -> Bool {
        guard text.count >= bytes.count else { return false }
        var length = 0
        for index in text.indices {
            let byte = folded(text[index])
            while length > 0 && bytes[length] != byte { length = fallbacks[length - 1] }
            if bytes[length] == byte { length += 1 }
            if length == bytes.count { return true }
        }
        return false
    }
}
