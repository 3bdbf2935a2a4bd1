package import Records
package import Sodium
internal import Synchronization
package import System

/// Asks the keeper over its socket; every program that seals or reads holds one.
///
/// The connection is made at the first question and kept; one question is under way at a time.
package final class KeeperClient: LeafSource {
    /// Where the keeper listens unless something else is said.
    package static let defaultSocket = "/run/transcript-vault/keeper.socket"

    private let socket: String
    private let vault: VaultID?
    private let connection = Mutex<LocalSocketConnection?>(nil)

    /// A client of the keeper that listens at `socket`; where `vault` is given, a keeper of any other vault is refused.
    package init(socket: String, vault: VaultID?) {
        self.socket = socket
        self.vault = vault
    }

    /// The leaves of these conversations, in the same order, asked in batches.
    package func leaves(_ names: [LeafName], for purpose: LeafPurpose) throws(KeeperError) -> LeafBatch {
        guard names.count > KeeperFrame.maximumLeaves else { return try oneBatch(names, for: purpose) }
        var states: [LeafState] = []
        var keys = SecretBytes(zeros: names.count * LeafBatch.leafBytes)
        for start in stride(from: 0, to: names.count, by: KeeperFrame.maximumLeaves) {
            let end = min(start + KeeperFrame.maximumLeaves, names.count)
            let batch = try oneBatch(Array(names[start..<end]), for: purpose)
            states += batch.states
            batch.copyKeys(into: &keys, at: start * LeafBatch.leafBytes)
        }
        return LeafBatch(states: states, keys: keys)
    }

    /// The keeper's day.
    package func today() throws(KeeperError) -> Day {
        let answer = try ask(.today, expecting: .today)
        var reader = ByteReader(answer)
        guard let day = reader.integer(UInt32.self), let kept = reader.identifier(VaultID.self) else { throw .malformedAnswer }
        if let vault, vault != kept {
            throw KeeperError(.otherVault, "the keeper at \(socket) keeps another vault: name the right one with --keeper")
        }
        return Day(number: day)
    }

    /// Makes sure that there are pages for these expiry days.
    package func preparePages(_ days: [Day]) throws(KeeperError) {
        _ = try ask(.pages(days), expecting: .pages)
    }

    /// What a person wants to know about the keeper: canonical JSON.
    package func status() throws(KeeperError) -> [UInt8] {
        try ask(.status, expecting: .status)
    }

    /// The request to be signed for an act: canonical JSON.
    package func request(_ question: [UInt8]) throws(KeeperError) -> [UInt8] {
        try ask(.request(question), expecting: .request)
    }

    /// Has an act done; returns what was done as canonical JSON.
    package func act(_ order: [UInt8]) throws(KeeperError) -> [UInt8] {
        try ask(.act(order), expecting: .act)
    }

    private func oneBatch(_ names: [LeafName], for purpose: LeafPurpose) throws(KeeperError) -> LeafBatch {
        let answer = try exchange(.leaves(purpose, names), expecting: .leaves)
        return try LeafBatch(answer: answer, count: names.count)
    }

    private func ask(_ request: KeeperRequest, expecting answer: KeeperAnswer) throws(KeeperError) -> [UInt8] {
        let secret = try exchange(request, expecting: answer)
        return secret.bytes.array
    }

    /// Sends a request and reads the payload of its answer straight into guarded memory, for it may hold leaves.
    private func exchange(_ request: KeeperRequest, expecting expected: KeeperAnswer) throws(KeeperError) -> SecretBytes {
        // The lock's closure may not throw a typed error or return what cannot be copied, so the connection is taken out and put back.
        let held = connection.withLock { connection -> LocalSocketConnection? in
            defer { connection = nil }
            return connection
        }
        do throws(SocketError) {
            let open = try held ?? LocalSocketConnection.connect(path: socket)
            try open.write(request.encoded.rawSpan)
            let answer = try KeeperClient.readAnswer(from: open)
            connection.withLock { $0 = open }
            return try answer.payload(expected)
        } catch {
            throw explain(error)
        }
    }

    private func explain(_ error: SocketError) -> KeeperError {
        switch error.code {
        case .notFound, .refused:
            KeeperError(.notRunning, "the keeper is not running at \(socket): start it with 'vault-retention run'; nothing was lost")
        case .permissionDenied:
            KeeperError(.notAllowed, "this user may not talk to the keeper at \(socket): run as a user that it allows")
        default: KeeperError(.failed, "the keeper at \(socket) did not answer: \(error.message)")
        }
    }
}
