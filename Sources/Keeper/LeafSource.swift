package import Records
package import Sodium

/// Where sealing and opening get the calendar's half of a key: the keeper's socket, or a calendar in a test.
package protocol LeafSource: Sendable {
    /// The leaves of these conversations, in the same order.
    func leaves(_ names: [LeafName], for purpose: LeafPurpose) throws(KeeperError) -> LeafBatch
    /// The keeper's day: the later of its clock and its high-water day.
    func today() throws(KeeperError) -> Day
    /// Makes sure that there are pages for these expiry days.
    func preparePages(_ days: [Day]) throws(KeeperError)
    /// Whether a conversation was erased, whatever its day is: for one of which no file is there, or none that can be read.
    func isErased(_ conversation: ConversationID) throws(KeeperError) -> Bool
}

/// Where a handover is written down before it is made: the keeper's socket, or a ledger in a test.
package protocol HandoverRegister: Sendable {
    /// Has a handover written down; returns the receipt. Both are canonical JSON.
    func record(_ order: [UInt8]) throws(KeeperError) -> [UInt8]
}

extension LeafSource {
    /// The leaf of one conversation, or the state that stands instead of it.
    package func leaf(_ name: LeafName, for purpose: LeafPurpose) throws(KeeperError) -> LeafBatch {
        try leaves([name], for: purpose)
    }
}

/// Leaves in one piece of guarded memory, each with its state.
package struct LeafBatch: ~Copyable, Sendable {
    /// Length of a leaf in bytes.
    package static let leafBytes = 32

    /// What became of each.
    package let states: [LeafState]
    private let keys: SecretBytes

    /// Leaves that lie one after the other in `keys`, 32 bytes each, zeros where there is none.
    package init(states: [LeafState], keys: consuming SecretBytes) {
        precondition(keys.count == states.count * Self.leafBytes, "every leaf has 32 bytes")
        self.states = states
        self.keys = keys
    }

    /// The leaf at `index`; nil where its state is not `found`.
    package borrowing func leaf(at index: Int) -> SecretBytes? {
        guard states[index] == .found else { return nil }
        return keys.slice((index * Self.leafBytes)..<((index + 1) * Self.leafBytes))
    }
}
