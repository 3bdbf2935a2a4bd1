internal import FoundationEssentials
internal import Records
internal import Sodium

/// The acts of a conversation that sharing knows, read from their sealed lines.
struct RecordedActs {
    private(set) var consents: [(consent: Consent, line: [UInt8])] = []
    private(set) var spent: [SpentConsent] = []
    private(set) var received: [ReceivedCopy] = []

    /// Reads the acts that are of a known type and of the one form; others are for others.
    init(_ lines: [[UInt8]]) {
        for line in lines {
            guard let kind = try? JSONDecoder().decode(ActType.self, from: Data(line)) else { continue }
            switch kind.type {
            case Consent.type:
                if let consent = Self.value(Consent.self, line) { consents.append((consent, line)) }
            case SpentConsent.type:
                if let act = Self.value(SpentConsent.self, line) { spent.append(act) }
            case ReceivedCopy.type:
                if let act = Self.value(ReceivedCopy.self, line) { received.append(act) }
            default: continue
            }
        }
    }

    /// How one consent names the one before it.
    static func digest(_ line: [UInt8]) -> String {
        Hex.encode(BLAKE2b.hash(line))
    }

    private static func value<Value: Codable>(_ type: Value.Type, _ line: [UInt8]) -> Value? {
        try? CanonicalJSON.value(type, fromLine: line, limitBytes: Limits.recordBytes)
    }
}
