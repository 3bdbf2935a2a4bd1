internal import Sodium

/// The way of new ciphertext to the caller's sink: after header and nonce, and through the armor if there is one.
struct Outlet: Sendable {
    /// What the file begins with, until it was handed over.
    private var preamble: [UInt8]?
    private var armor: AgeArmorWriter?

    /// The way of a file that begins with `preamble`.
    init(preamble: [UInt8], _ format: AgeFormat) {
        self.preamble = preamble
        armor = format == .armored ? AgeArmorWriter() : nil
    }

    /// Hands over the next ciphertext; throws `callerIO`.
    mutating func hand(_ ciphertext: RawSpan, to emit: (RawSpan) throws -> Void) throws(AgeError) {
        if let preamble = preamble.take() { try write(preamble.rawSpan, emit) }
        try write(ciphertext, emit)
    }

    /// Hands over the end of the file, if there is more to it; throws `callerIO`.
    consuming func finish(_ emit: (RawSpan) throws -> Void) throws(AgeError) {
        try armor?.finish(emit: emit)
    }

    private mutating func write(_ bytes: RawSpan, _ emit: (RawSpan) throws -> Void) throws(AgeError) {
        guard armor != nil else { return try CallerIO.call(emit, bytes) }
        try armor?.append(bytes, emit: emit)
    }
}
