import Records
import Sealing
import Sodium
import System
import TestVault

/// A live conversation: each event is encrypted, written and durable before `append` returns.
public final class LiveConversation {
    private let vault: TestVault
    private let conversation = ConversationID.random
    private var writer: PartWriter

    /// How many bytes of the file one event of `bytes` takes.
    public static func frameBytes(eventBytes: Int) -> Int {
        4 + Frame.overheadBytes + Padme.padded(max(Frame.minimumBytes, PartRecord.overheadBytes + eventBytes))
    }

    /// Begins a live part in `vault`.
    public init(in vault: MeasuredVault) throws {
        self.vault = vault.vault
        writer = try Self.begin(conversation, vault.vault, after: [])
    }

    /// Appends one event.
    public func append(_ line: [UInt8]) throws {
        if !writer.hasRoom(forRecordOf: line.count) {
            let end = try writer.close(signer: vault.service)
            writer = try Self.begin(conversation, vault, after: [end])
        }
        try writer.append(PartRecord(.line, line))
    }

    private static func begin(_ id: ConversationID, _ vault: TestVault, after: [Predecessor]) throws -> PartWriter {
        try vault.beginPart(of: id, expiring: RetentionPeriod.oneYear.expiry(from: TestVault.today), after: after)
    }
}

extension ConversationID {
    static var random: ConversationID { SystemRandom().identifier(ConversationID.self) }
}
