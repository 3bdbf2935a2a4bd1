internal import Sodium
internal import Synchronization

/// Files of any size from where they are to where they go: on all processors, in bounded memory, about a mebibyte for each of up to eight.
///
/// `source` and `sink` are called by several threads, each by one at a time and in the order of the file, but both at the same time. The call
/// returns, or throws, when no thread calls them any more.
extension Age {
    /// Encrypts all that `source` gives for all of `recipients`; what was handed over is a file only once this has returned.
    ///
    /// - Parameters:
    ///   - recipients: any of whom can open it.
    ///   - format: the format of the file.
    ///   - source: writes the next bytes from the beginning of the span on and returns their number, 0 only where there are no more. The
    ///     span lies in guarded memory.
    ///   - sink: takes the next bytes of the file; the span is good during the call alone.
    /// - Throws: `keyMalformed` if there are no recipients, more than `AgeLimit.stanzas`, or one with a key of low order; `callerIO` if
    ///   `source` or `sink` throws.
    public static func encrypt(
        to recipients: [AgeRecipient],
        format: AgeFormat = .binary,
        from source: @Sendable (inout MutableRawSpan) throws -> Int,
        into sink: @Sendable (RawSpan) throws -> Void
    ) throws(AgeError) {
        try encrypt(NewFile(to: recipients, random: SystemRandom()), format, from: source, into: sink)
    }

    /// Encrypts all that `source` gives for a passphrase; takes and throws what the other does, and `memory`.
    public static func encrypt(
        to passphrase: borrowing AgePassphrase,
        format: AgeFormat = .binary,
        from source: @Sendable (inout MutableRawSpan) throws -> Int,
        into sink: @Sendable (RawSpan) throws -> Void
    ) throws(AgeError) {
        try encrypt(NewFile(to: passphrase, random: SystemRandom()), format, from: source, into: sink)
    }

    /// Decrypts all that `source` gives; only when this has returned was the file complete: believe nothing before.
    ///
    /// Each chunk is authentic when `sink` gets it, and so are all before it. After a fault `sink` gets what stands before it.
    ///
    /// - Parameters:
    ///   - key: an identity, a passphrase, or a keyring.
    ///   - format: the format that the file must have; nil takes the one that its first byte tells.
    ///   - source: writes the next bytes from the beginning of the span on and returns their number, 0 only where there are no more.
    ///   - sink: takes the next bytes of plaintext; the span is good during the call alone, and lies in guarded memory.
    /// - Returns: the authenticated header.
    /// - Throws: `headerMalformed`, `armor`, `noMatch`, `headerMAC`, `payload` or `memory`; `callerIO` if `source` or `sink` throws.
    @discardableResult
    public static func decrypt<Key: AgeUnwrapper & ~Copyable>(
        with key: borrowing Key,
        expecting format: AgeFormat? = nil,
        from source: @Sendable (inout MutableRawSpan) throws -> Int,
        into sink: @Sendable (RawSpan) throws -> Void
    ) throws(AgeError) -> AgeHeader {
        var file = FileSource(format)
        var start = PayloadStart()
        var piece = [UInt8](repeating: 0, count: Format.pieceBytes)
        while true {
            var count = 0
            try piece.write { (room: inout MutableRawSpan) throws(AgeError) in count = try file.read(into: &room, from: source) }
            guard count > 0 else { throw start.cutShort }
            let taken = try start.append(piece.rawSpan.extracting(first: count), with: key)
            guard let header = start.header, let cipher = start.cipher else { continue }
            let crew = ChunkCrew(.opening, cipher, file, after: piece.rawSpan.extracting(taken..<count))
            try crew.run(from: source) { (bytes: RawSpan) throws(AgeError) in try CallerIO.call(sink, bytes) }
            return header
        }
    }

    private static func encrypt(
        _ file: NewFile,
        _ format: AgeFormat,
        from source: @Sendable (inout MutableRawSpan) throws -> Int,
        into sink: @Sendable (RawSpan) throws -> Void
    ) throws(AgeError) {
        let outlet = Mutex(Outlet(preamble: file.preamble, format))
        let nothing: [UInt8] = []
        let crew = ChunkCrew(.sealing, file.cipher, FileSource(.binary), after: nothing.rawSpan)
        try crew.run(from: source) { (bytes: RawSpan) throws(AgeError) in
            try outlet.withLock { outlet throws(AgeError) in try outlet.hand(bytes, to: sink) }
        }
        try outlet.withLock { outlet throws(AgeError) in try outlet.finish(sink) }
    }
}
