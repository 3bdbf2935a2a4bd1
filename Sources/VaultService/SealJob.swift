internal import Console
internal import Records
internal import Roster
internal import Sealing
internal import System
internal import UnattendedIdentity

/// One run over an input of event lines: what was sealed, and what was refused.
struct SealJob {
    let sealer: TranscriptSealer
    let retention: RetentionPeriod
    let holder: Holder
    let json: Bool
    private var sealedCount = 0
    private var refusedCount = 0
    private var collector = ConversationCollector()

    private struct Row: Encodable {
        let conversation: String
        let first_line: Int
        let lines: Int
        let has_end: Bool
    }

    init(sealer: TranscriptSealer, retention: RetentionPeriod, holder: Holder, json: Bool) {
        self.sealer = sealer
        self.retention = retention
        self.holder = holder
        self.json = json
    }

    /// Seals everything that comes from `descriptor`; a line or conversation that is refused does not stop the rest.
    mutating func run(_ descriptor: Int32, as service: borrowing UnattendedIdentity) throws {
        var lines = LineReader(descriptor: descriptor, lineLimitBytes: Limits.lineBytes)
        var progress = Progress("sealed")
        while let next = try lines.next() {
            if let finished = add(next) { try seal(finished, as: service) }
            progress.update(sealedCount)
        }
        for finished in collector.finish() {
            try seal(finished, as: service)
            progress.update(sealedCount)
        }
        Output.note("\(sealedCount) conversations sealed for \(holder.name)")
        if refusedCount > 0 { throw ConsoleError(.incomplete, "\(refusedCount) refused, as named above; everything else is sealed") }
    }

    /// Adds a line to its conversation; returns the conversation that it finishes.
    private mutating func add(_ next: LineReader.Line) -> ConversationCollector.Finished? {
        switch next {
        case .tooLong(let number):
            refuse("line \(number): the event is longer than 1 MiB")
        case .line(let line, let number):
            // Where lines end in CR LF, an empty one is a CR.
            guard !line.isEmpty, line != [UInt8(ascii: "\r")] else { return nil }
            do {
                return try collector.add(line, number: number)
            } catch {
                refuse("line \(number): \(error.message)")
            }
        }
        return nil
    }

    private mutating func seal(_ finished: ConversationCollector.Finished, as service: borrowing UnattendedIdentity) throws {
        let id: ConversationID
        do throws(SealingError) {
            id = try sealer.seal(
                lines: finished.lines, start: finished.start, retention: retention, for: holder, signer: service.signingKey)
        } catch  where error.code == .overAge || error.code == .tooLarge {
            return refuse("the conversation that begins in line \(finished.firstLine): \(error.message)")
        } catch {
            throw ConsoleError(
                error,
                "\(error.message); stopped at the conversation that begins in line \(finished.firstLine): those whose ids were printed are "
                    + "sealed, the rest is not; see to that, then seal the rest")
        }
        sealedCount += 1
        let row = Row(
            conversation: id.description, first_line: finished.firstLine, lines: finished.lines.count, has_end: finished.hasEnd)
        do throws(ConsoleError) {
            if json { try Output.json(row) } else { try Output.line(id.description) }
        } catch {
            // Whoever does not get an id would seal the conversation again.
            throw ConsoleError(
                .output,
                "\(error); stopped: the conversation that begins in line \(finished.firstLine) is sealed as \(id), the rest is not")
        }
    }

    private mutating func refuse(_ message: String) {
        refusedCount += 1
        Output.note(message)
    }
}
