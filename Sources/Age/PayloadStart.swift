internal import Sodium

/// Reads the beginning of a file in the binary format, header and nonce, from bytes that arrive in pieces.
struct PayloadStart: ~Copyable {
    private var parser = HeaderParser()
    private var fileKey: AgeFileKey?
    private var nonce: [UInt8] = []

    /// The header, once it was read and its MAC was checked.
    private(set) var header: AgeHeader?

    /// The payload's cipher, once all of the beginning was read.
    private(set) var cipher: ChunkCipher?

    /// Takes the next bytes from the beginning of `bytes`; returns how many, which are all of them as long as there is no cipher.
    ///
    /// Throws what is wrong with the header, or why none of its stanzas can be unwrapped; after that it must not be called again.
    mutating func append<Key: AgeUnwrapper & ~Copyable>(_ bytes: RawSpan, with key: borrowing Key) throws(AgeError) -> Int {
        var offset = 0
        if header == nil {
            guard let taken = try parser.append(bytes) else { return bytes.byteCount }
            offset = taken
            let header = try parser.finish()
            fileKey = try key.authenticatedFileKey(of: header)
            self.header = header
        }
        let taken = min(Format.payloadNonceBytes - nonce.count, bytes.byteCount - offset)
        nonce += bytes.extracting(offset..<(offset + taken)).array
        offset += taken
        if nonce.count == Format.payloadNonceBytes, let fileKey = fileKey.take() {
            cipher = ChunkCipher(fileKey: fileKey.secret, nonce: nonce)
        }
        return offset
    }

    /// What is wrong with a file that ends here.
    var cutShort: AgeError {
        AgeError.header(header == nil ? "the file ends within it" : "the file ends before its payload")
    }
}
