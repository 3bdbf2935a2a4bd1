internal import Keeper
internal import Records
internal import Sodium

/// The leaves of many conversations, asked for in one question and given out one by one.
final class GatheredLeaves: LeafSource {
    private let places: [LeafName: Int]
    private let batch: LeafBatch
    private let source: any LeafSource

    /// Asks `source` for the leaves of these conversations, to read them.
    init(_ names: [LeafName], from source: any LeafSource) throws(KeeperError) {
        places = Dictionary(zip(names, names.indices)) { first, _ in first }
        batch = try source.leaves(names, for: .reading)
        self.source = source
    }

    /// One of the gathered leaves; what was not gathered is asked for as if nothing had been.
    func leaves(_ names: [LeafName], for purpose: LeafPurpose) throws(KeeperError) -> LeafBatch {
        guard purpose == .reading, names.count == 1, let place = places[names[0]] else {
            return try source.leaves(names, for: purpose)
        }
        let leaf = batch.leaf(at: place) ?? SecretBytes(zeros: LeafBatch.leafBytes)
        return LeafBatch(states: [batch.states[place]], keys: leaf)
    }

    func today() throws(KeeperError) -> Day {
        try source.today()
    }

    func preparePages(_ days: [Day]) throws(KeeperError) {
        try source.preparePages(days)
    }

    func isErased(_ conversation: ConversationID) throws(KeeperError) -> Bool {
        try source.isErased(conversation)
    }
}
