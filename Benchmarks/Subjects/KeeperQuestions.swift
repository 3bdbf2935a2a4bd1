import Keeper
import Records
import Sodium
import System

/// Questions to a keeper that runs, over its socket.
public struct KeeperQuestions {
    private let client: KeeperClient
    private let expiry: Day
    private let random = SystemRandom()

    /// Asks the keeper at `socket` for leaves of the page that it draws for today's conversations.
    public init(socket: String) throws {
        client = KeeperClient(socket: socket, vault: nil)
        expiry = RetentionPeriod.oneYear.expiry(from: try client.today())
        try client.preparePages([expiry])
    }

    /// Asks for `count` leaves in one call; returns how many there were.
    public func ask(_ count: Int) throws -> Int {
        let names = (0..<count).map { _ in LeafName(expiry: expiry, conversation: random.identifier(ConversationID.self)) }
        return try client.leaves(names, for: .sealing).states.count { $0 == .found }
    }
}
