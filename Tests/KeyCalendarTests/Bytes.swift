import KeyCalendar
import Sodium

/// Secrets as plain bytes: a test may look at what the module never lets out.
func plain(_ secret: borrowing SecretBytes) -> [UInt8] { secret.bytes.array }

func plainIfAny(_ secret: consuming SecretBytes?) -> [UInt8]? {
    guard let secret else { return nil }
    return plain(secret)
}

func secret(_ bytes: [UInt8]) -> SecretBytes { SecretBytes(copying: bytes.rawSpan) }

func littleEndian(_ number: some FixedWidthInteger, _ count: Int) -> [UInt8] {
    (0..<count).map { UInt8(truncatingIfNeeded: number >> (8 * $0)) }
}

/// The tree's functions over plain bytes.
enum PlainTree {
    static func leaf(_ path: UInt64, in nodes: [UInt8]) -> [UInt8]? { plainIfAny(KeyTree.leaf(of: path, in: nodes.rawSpan)) }
    static func punctured(_ path: UInt64, in nodes: [UInt8]) -> [UInt8]? { plainIfAny(KeyTree.punctured(path, in: nodes.rawSpan)) }
    static func isValid(_ nodes: [UInt8]) -> Bool { KeyTree.isValid(nodes.rawSpan) }

    static func freshPage(seed: UInt64) -> [UInt8] {
        let page = KeyTree.freshPage(from: RecordingRandom(seed: seed))
        return plain(page)
    }

    static func node(_ bits: UInt8, _ prefix: UInt64, key: [UInt8] = [UInt8](repeating: 3, count: 32)) -> [UInt8] {
        [bits] + littleEndian(prefix, 8) + key
    }

    /// The child of a key, written as plainly as the specification says it.
    static func child(_ bit: UInt64, of key: [UInt8]) -> [UInt8] {
        let parent = secret(key)
        let child = ChildKey.derive(UInt8(bit), of: parent, context: "calendar")
        return plain(child)
    }

    /// All keys on the way from the root to a leaf, both included.
    static func way(to path: UInt64, from root: [UInt8]) -> [[UInt8]] {
        (0..<64).reduce(into: [root]) { keys, level in
            if let last = keys.last { keys.append(child(path >> UInt64(63 - level) & 1, of: last)) }
        }
    }
}
