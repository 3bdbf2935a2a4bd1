package import Sodium

extension LeafBatch {
    /// Bytes of each leaf in an answer: its state and its key.
    private static var entryBytes: Int { 1 + leafBytes }
    private static var countBytes: Int { 2 }

    /// The leaves in an answer's payload: `u16` count, then state and 32 bytes each.
    init(answer: borrowing SecretBytes, count: Int) throws(KeeperError) {
        let bytes = answer.bytes
        guard bytes.byteCount == Self.countBytes + count * Self.entryBytes, Int(bytes.byte(at: 0)) | Int(bytes.byte(at: 1)) << 8 == count
        else { throw .malformedAnswer }
        var states: [LeafState] = []
        var keys = SecretBytes(zeros: count * Self.leafBytes)
        for index in 0..<count {
            let start = Self.countBytes + index * Self.entryBytes
            guard let state = LeafState(rawValue: bytes.byte(at: start)) else { throw .malformedAnswer }
            states.append(state)
            var out = keys.mutableBytes
            out.copy(bytes.extracting((start + 1)..<(start + Self.entryBytes)), at: index * Self.leafBytes)
        }
        self.init(states: states, keys: keys)
    }

    /// The answer that these leaves make, a whole frame in guarded memory: a leaf lies nowhere else on its way to the socket.
    package borrowing func frame() -> SecretBytes {
        let count = states.count
        let prefix = KeeperFrame.prefix(type: KeeperAnswer.leaves.rawValue, payloadBytes: Self.countBytes + count * Self.entryBytes)
        var frame = SecretBytes(zeros: prefix.count + Self.countBytes + count * Self.entryBytes)
        var out = frame.mutableBytes
        out.copy(prefix.rawSpan, at: 0)
        out.storeLittleEndian(UInt16(count), at: prefix.count)
        var offset = prefix.count + Self.countBytes
        for (index, state) in states.enumerated() {
            out.setByte(state.rawValue, at: offset)
            if let leaf = leaf(at: index) { out.copy(leaf.bytes, at: offset + 1) }
            offset += Self.entryBytes
        }
        return frame
    }
}

extension KeeperAnswer {
    /// A whole frame of an answer that holds no secret.
    package func frame(_ payload: [UInt8] = []) -> [UInt8] {
        KeeperFrame.prefix(type: rawValue, payloadBytes: payload.count) + payload
    }
}

extension KeeperError {
    /// The whole frame that tells of this failure.
    package var frame: [UInt8] {
        KeeperAnswer.failure.frame([code.rawValue] + Array(message.utf8))
    }

    /// The failure in an answer's payload.
    init(failure payload: [UInt8]) {
        guard let code = payload.first.flatMap(Code.init(rawValue:)), let message = String(validating: payload.dropFirst(), as: UTF8.self)
        else {
            self = .malformedAnswer
            return
        }
        self.init(code, message)
    }

    /// The other side does not speak the protocol.
    static var malformedAnswer: KeeperError {
        KeeperError(.malformed, "the keeper gave an answer that this program does not understand: use programs of one version")
    }
}
