internal import KeyCalendar
internal import Records
internal import RecordStore
internal import System

/// Which of a backup's records are brought back: those whose keys the calendar has.
struct RestoredRecords {
    /// A file to be copied.
    struct Item {
        let from: String
        let to: String
        let conversation: ConversationID
        let day: Day
    }

    private(set) var items: [Item] = []
    private(set) var brought = RestoreReport.Brought()
    private(set) var left = RestoreReport.Left()
    private(set) var conversations: Set<ConversationID> = []

    private let store: RecordStore
    private let target: VaultLayout
    private let kept: Set<ConversationID>

    /// Looks through a backup by names and headers.
    init(of plan: borrowing RestorePlan) throws(FileError) {
        let calendar = plan.cells.calendar.keptLeaves
        store = RecordStore(fileSystem: plan.place.fileSystem, layout: plan.backup)
        target = plan.place.layout
        kept = Set(calendar.map(\.conversation))
        guard try store.fileSystem.status(plan.backup.records) != nil else { throw FileError(.notFound, "list", plan.backup.records) }
        for name in try store.fileSystem.list(plan.backup.records) {
            let folder = "\(plan.backup.records)/\(name)"
            guard let day = Day(text: name), try store.fileSystem.status(folder)?.kind == .directory else {
                left.foreign += 1
                continue
            }
            for file in try store.fileSystem.list(folder) { try add(file, in: folder, on: day, to: target.records(expiring: day), plan) }
        }
        for part in try store.parts(in: plan.backup.open, isOpen: true) {
            guard let header = try? store.header(of: part) else {
                left.foreign += 1
                continue
            }
            let name = VaultLayout.partName(part.part, of: part.conversation)
            try add(name, in: plan.backup.open, on: header.expiry, to: target.open, plan)
        }
        brought.files = items.count
        brought.conversations = conversations.count
    }

    private mutating func add(_ name: String, in folder: String, on day: Day, to: String, _ plan: borrowing RestorePlan) throws(FileError) {
        let path = "\(folder)/\(name)"
        let part = VaultLayout.parsePartName(name)
        guard let conversation = part?.conversation ?? VaultLayout.parseHandoverName(name)?.conversation,
            try store.fileSystem.status(path)?.kind == .file
        else {
            left.foreign += 1
            return
        }
        if !kept.contains(conversation) {
            guard day >= plan.cells.calendar.highWater else {
                left.expired += 1
                return
            }
            guard !plan.cells.calendar.isErased(conversation, on: day...day) else {
                left.erased += 1
                return
            }
            if plan.cells.calendar.page(for: day) == nil { brought.unreadable += 1 }
        }
        if let part {
            let stored = RecordStore.StoredPart(conversation: part.conversation, part: part.part, path: path, isOpen: false)
            let header = try? store.header(of: stored)
            if header?.expiry != day || header?.conversation != conversation || header?.part != part.part { brought.damaged += 1 }
        }
        items.append(Item(from: path, to: "\(to)/\(name)", conversation: conversation, day: day))
        conversations.insert(conversation)
    }

    /// Of how many conversations that are kept there is no file.
    var missingKept: Int { kept.subtracting(conversations).count }
}
