package import Records

/// Gathers event lines into conversations: one is finished by its end event, or when the input ends.
package struct ConversationCollector {
    /// A finished conversation.
    package struct Finished: Sendable {
        /// Its lines, byte for byte, in order.
        package let lines: [[UInt8]]
        /// The day of its first event that has a time; nil where none has.
        package let start: Day?
        /// The number of its first line in the input.
        package let firstLine: Int
        /// Whether an end event finished it.
        package let hasEnd: Bool
    }

    private struct Gathering {
        var lines: [[UInt8]] = []
        var start: Day?
        var firstLine: Int
    }

    private var open: [String: Gathering] = [:]

    /// Nothing gathered yet.
    package init() {}

    /// How many conversations are not finished.
    package var openCount: Int { open.count }

    /// Adds a line; returns the conversation that it finishes.
    ///
    /// Throws for a line that is no event; the conversation it would belong to goes on without it.
    package mutating func add(_ line: [UInt8], number: Int) throws(RecordsError) -> Finished? {
        let event = try EventLine(line)
        var gathering = open[event.conversation] ?? Gathering(firstLine: number)
        gathering.lines.append(line)
        gathering.start = gathering.start ?? event.at?.day
        guard event.kind == .end else {
            open[event.conversation] = gathering
            return nil
        }
        open[event.conversation] = nil
        return Finished(lines: gathering.lines, start: gathering.start, firstLine: gathering.firstLine, hasEnd: true)
    }

    /// The conversations that the end of the input finishes, in the order in which they began.
    package mutating func finish() -> [Finished] {
        let rest = open.values.sorted { $0.firstLine < $1.firstLine }
        open = [:]
        return rest.map { Finished(lines: $0.lines, start: $0.start, firstLine: $0.firstLine, hasEnd: false) }
    }
}
