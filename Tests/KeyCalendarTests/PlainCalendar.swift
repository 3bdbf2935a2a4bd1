import KeyCalendar
import Records
import Sodium

/// A calendar's content written field by field from the specification, so that it can be written wrongly too.
struct PlainCalendar {
    var vault = Sample.vault.bytes
    var serial: UInt64 = 3
    var highWater: UInt32 = 20_000
    var budgetDays: UInt16 = 7
    var boot = Sample.boot.bytes
    var seconds: UInt64 = 86_400
    var pageCount: UInt32?
    var keptCount: UInt32?
    var spentCount: UInt32?
    var pages: [(day: UInt32, nodes: [[UInt8]])] = [
        (20_000, [PlainTree.node(0, 0)]), (20_001, [PlainTree.node(1, 0), PlainTree.node(1, 1 << 63)]),
    ]
    var kept: [(conversation: [UInt8], day: UInt32, until: UInt32, retention: UInt8)] = [
        ([UInt8](repeating: 4, count: 16), 19_000, 20_500, 2), ([UInt8](repeating: 4, count: 16), 19_001, 20_500, 1),
        ([UInt8](repeating: 5, count: 16), 20_400, 20_000, 1),
    ]
    var spent: [(request: [UInt8], until: UInt32)] = [
        ([UInt8](repeating: 1, count: 16), 20_000), ([UInt8](repeating: 2, count: 16), 20_009),
    ]
    var trailing: [UInt8] = []

    static let keptKey = [UInt8](repeating: 9, count: 32)

    var bytes: [UInt8] {
        var bytes = vault + littleEndian(serial, 8) + littleEndian(highWater, 4) + littleEndian(budgetDays, 2) + boot
        bytes += littleEndian(seconds, 8) + littleEndian(pageCount ?? UInt32(pages.count), 4)
        bytes += littleEndian(keptCount ?? UInt32(kept.count), 4) + littleEndian(spentCount ?? UInt32(spent.count), 4)
        for page in pages { bytes += littleEndian(page.day, 4) + littleEndian(page.nodes.count, 2) + page.nodes.flatMap { $0 } }
        for leaf in kept {
            bytes += leaf.conversation + littleEndian(leaf.day, 4) + littleEndian(leaf.until, 4) + [leaf.retention] + Self.keptKey
        }
        for request in spent { bytes += request.request + littleEndian(request.until, 4) }
        return bytes + trailing
    }

    /// Whether the module takes it.
    var isTaken: Bool { Self.isTaken(bytes) }

    static func isTaken(_ bytes: [UInt8]) -> Bool {
        do throws(KeyCalendarError) {
            _ = try Calendar(content: secret(bytes))
            return true
        } catch {
            return error.code != .corrupt
        }
    }

    /// The content of a calendar file, opened by hand from the specification.
    static func content(of file: [UInt8], under value: [UInt8]) throws -> [UInt8] {
        let value = secret(value)
        let key = HKDF.derive(from: value, info: Array("transcript-vault/v1/calendar\0".utf8), count: 32)
        let content = try XChaCha20Poly1305.open(Array(file[10...]).rawSpan, authenticating: Array(file[..<10]), key: key)
        return plain(content)
    }

    static func name(under value: [UInt8]) -> String {
        let value = secret(value)
        let name = HKDF.derive(from: value, info: Array("transcript-vault/v1/calendar-id\0".utf8), count: 16)
        return Hex.encode(plain(name)) + ".calendar"
    }
}
