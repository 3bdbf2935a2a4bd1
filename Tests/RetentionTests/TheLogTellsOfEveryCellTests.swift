import Keeper
import Logging
import Records
import Retention
import Roster
import Synchronization
import Testing

/// What goes away and comes back is in the log once, whoever noticed it first; and no act is told there as more than it is.
@Suite struct TheLogTellsOfEveryCellTests {
    /// Every line that is told.
    private final class Lines: Sendable {
        private let lines = Mutex<[String]>([])
        func add(_ line: String) { lines.withLock { $0.append(line) } }
        /// Those with these words, since it was asked last.
        func taken(_ words: String) -> [String] {
            lines.withLock { lines in
                defer { lines = [] }
                return lines.filter { $0.contains(words) }
            }
        }
    }

    private struct Handler: LogHandler {
        let lines: Lines
        var metadata: Logger.Metadata = [:]
        var logLevel = Logger.Level.trace

        subscript(metadataKey key: String) -> Logger.Metadata.Value? {
            get { metadata[key] }
            set { metadata[key] = newValue }
        }

        func log(event: LogEvent) {
            lines.add("\(event.level) \(event.message)")
        }
    }

    @Test func `a cell that an act found away, or back, is told of by the next look`() throws {
        let ground = try Ground()
        try ground.initialise()
        let lines = Lines()
        let log = Logger(label: "test") { _ in Handler(lines: lines) }
        let keeper = try RetentionKeeper(opening: ground.place(on: ground.fileSystem, log: log), key: ground.keeperKey)
        keeper.attend()
        let conversation = Ground.conversation()
        try ground.addRecord(conversation, expiring: Ground.expiry(ground.today))
        try ground.fileSystem.rename("/cell-b/cell", to: "/cell-b/gone")
        let leads = [ground.leads[0], ground.leads[1]]
        let order = try ground.order(ground.request(.erase, [ConversationTarget(conversation)], of: keeper), by: leads)
        #expect(try keeper.act(order).result == .incomplete)
        #expect(lines.taken("erase of 1 conversation(s)") == ["notice erase of 1 conversation(s), approved by 2: incomplete"])
        for expected in [1, 0] {
            keeper.attend()
            #expect(lines.taken("cell 2 is away").count { $0.hasPrefix("error") } == expected)
        }
        try ground.fileSystem.rename("/cell-b/gone", to: "/cell-b/cell")
        #expect(try keeper.sweep().result == .already)
        for expected in [1, 0] {
            keeper.attend()
            #expect(
                lines.taken("cell 2 is there again") == Array(repeating: "notice cell 2 is there again and has caught up", count: expected))
        }
    }
}
