import Foundation
import KeyCalendar
import ProgramRunner
import Records
import Sodium
import System
import Testing

/// What a keeper holds or has handed out, read from its cell and calendar as only it and root can, each as a trace to look for.
struct KeeperSecrets {
    /// The keys of a page's nodes, and the page's day.
    struct Page {
        let day: Day
        let traces: [ProcessMemory.Trace]
    }

    /// The value in the cell, and the key that is made of it.
    let cell: [ProcessMemory.Trace]
    /// The keeper's signing seed, as bytes and as text.
    let identity: [ProcessMemory.Trace]
    /// Each page.
    let pages: [Page]
    /// The leaves of one conversation on every page.
    let leaves: [ProcessMemory.Trace]

    /// Reads them now; `stage` tells them from those of another time.
    init(_ place: Place, conversation: String, _ stage: String = "now") throws {
        let disk = DiskFileSystem()
        let slots = try CellDirectory(place.cell, number: 1, in: disk).openCell()
        let slot = try #require(slots.slots().compactMap { $0 }.first)
        let layout = VaultLayout(root: place.vault)
        let file = try disk.readFile("\(layout.calendar)/\(CalendarFile.name(under: slot.value))", limitBytes: Limits.calendarBytes)
        let calendar = try CalendarFile.open(file, under: slot.value)
        let key = HKDF.derive(from: slot.value, info: Array("transcript-vault/v1/calendar\0".utf8), count: 32)
        let content = try XChaCha20Poly1305.open(file.rawSpan.extracting(10..<file.count), authenticating: Array(file[..<10]), key: key)
        let value = slot.value.copy()
        cell = [
            ProcessMemory.Trace(of: value.bytes, called: "cell value, \(stage)"), .init(of: key.bytes, called: "calendar key, \(stage)"),
        ]
        pages = try Self.pages(content, stage)
        let text = try String(contentsOfFile: "\(place.cell)/keeper.identity", encoding: .utf8)
        let seedText = try #require(text.split(separator: "\n").last?.split(separator: " ").last)
        let seed = try Base64.decode(String(seedText))
        identity = [
            ProcessMemory.Trace(of: seed.rawSpan, called: "signing seed"),
            .init(of: Array(seedText.utf8).rawSpan, called: "signing seed, as text"),
        ]
        let id = try #require(ConversationID(text: conversation))
        leaves = calendar.pages.compactMap { page in
            guard case .leaf(let leaf) = calendar.leaf(day: page.day, conversation: id, today: calendar.highWater) else { return nil }
            return ProcessMemory.Trace(of: leaf.bytes, called: "leaf of \(page.day)")
        }
    }

    /// The pages as Docs/Spec/Calendar.md lays them out: behind the header, each a day, a number of nodes, and nodes of 41 bytes.
    private static func pages(_ content: borrowing SecretBytes, _ stage: String) throws -> [Page] {
        let bytes = content.bytes
        func number(_ offset: Int, _ count: Int) -> Int {
            (0..<count).reversed().reduce(0) { $0 << 8 | Int(unsafe bytes.unsafeLoad(fromByteOffset: offset + $1, as: UInt8.self)) }
        }
        var (offset, pages) = (66, [Page]())
        for _ in 0..<number(54, 4) {
            let (day, count) = (Day(number: UInt32(number(offset, 4))), number(offset + 4, 2))
            offset += 6
            let traces = (0..<count).map { node in
                ProcessMemory.Trace(
                    of: bytes.extracting((offset + 41 * node + 9)..<(offset + 41 * node + 41)),
                    called: "page of \(day), node \(node), \(stage)")
            }
            pages.append(Page(day: day, traces: traces))
            offset += 41 * count
        }
        return pages
    }
}
