internal import Sodium

/// Identities and passphrases that are tried in turn; it can be shared and kept, while each key stays where it is in guarded memory.
public final class AgeKeyring: AgeUnwrapper, Sendable {
    /// A non-copyable key needs a reference around it to stand in an array.
    private final class Entry<Key: AgeUnwrapper & ~Copyable & Sendable>: AgeUnwrapper, Sendable {
        let key: Key

        init(_ key: consuming Key) {
            self.key = key
        }

        func fileKey(of header: AgeHeader) throws(AgeError) -> AgeFileKey? {
            try key.fileKey(of: header)
        }
    }

    private let entries: [any AgeUnwrapper & Sendable]

    /// A keyring with one identity.
    public init(_ identity: consuming AgeIdentity) {
        entries = [Entry(identity)]
    }

    /// A keyring with one passphrase.
    public init(_ passphrase: consuming AgePassphrase) {
        entries = [Entry(passphrase)]
    }

    private init(entries: [any AgeUnwrapper & Sendable]) {
        self.entries = entries
    }

    /// The keys of an identity file: lines of `AGE-SECRET-KEY-1…`, lines that begin with `#`, and empty lines, ending in LF or CRLF.
    ///
    /// Throws `keyMalformed` for any other line, or if there is no key.
    public convenience init(identityFile file: RawSpan) throws(AgeError) {
        var entries: [any AgeUnwrapper & Sendable] = []
        var start = 0
        while start < file.byteCount {
            var end = start
            while end < file.byteCount, file.byte(at: end) != UInt8(ascii: "\n") { end += 1 }
            let next = end + 1
            if end > start, file.byte(at: end - 1) == UInt8(ascii: "\r") { end -= 1 }
            if end > start, file.byte(at: start) != UInt8(ascii: "#") {
                entries.append(Entry(try AgeIdentity(file.extracting(start..<end))))
            }
            start = next
        }
        guard !entries.isEmpty else { throw AgeError(.keyMalformed, "the identity file has no key") }
        self.init(entries: entries)
    }

    /// This keyring's keys and those of `other` after them.
    public func joined(with other: AgeKeyring) -> AgeKeyring {
        AgeKeyring(entries: entries + other.entries)
    }

    /// The file key that the first key to match unwraps.
    public func fileKey(of header: AgeHeader) throws(AgeError) -> AgeFileKey? {
        for entry in entries {
            if let fileKey = try entry.fileKey(of: header) { return fileKey }
        }
        return nil
    }
}
