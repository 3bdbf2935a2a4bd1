package import Records
internal import Sodium
internal import Synchronization
internal import System

/// Asks the keeper over its socket; every program that seals or reads holds one.
///
/// The connection is made at the first question and kept; one question is under way at a time.
package final class KeeperClient: LeafSource, HandoverRegister {
    /// How long the keeper may take for an answer; an act, which may remove many files, takes as long as it takes.
    private static let patienceMilliseconds = 60_000
    /// How often, and how long apart, leaves are asked for that the keeper holds back: some 20 seconds, or 40,000 leaves.
    private static let patientAttempts = 100
    private static let pauseMilliseconds: UInt32 = 200

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
            for index in start..<end {
                if let leaf = batch.leaf(at: index - start) {
                    var out = keys.mutableBytes
                    out.copy(leaf.bytes, at: index * LeafBatch.leafBytes)
                }
            }
        }
        return LeafBatch(states: states, keys: keys)
    }

    /// The keeper's day.
    package func today() throws(KeeperError) -> Day {
        let answer = try ask(.today, expecting: .today)
        var reader = ByteReader(answer)
        guard let day = reader.day(), let kept = reader.identifier(VaultID.self) else { throw .malformedAnswer }
        if let vault, vault != kept {
            throw KeeperError(.otherVault, "the keeper at \(socket) keeps another vault: name the right one with --keeper")
        }
        return day
    }

    /// Makes sure that there are pages for these expiry days.
    package func preparePages(_ days: [Day]) throws(KeeperError) {
        _ = try ask(.pages(days), expecting: .pages)
    }

    /// What a person wants to know about the keeper: canonical JSON.
    package func status() throws(KeeperError) -> [UInt8] {
        try ask(.status, expecting: .status)
    }

    /// How the keeper is, in the text format of Prometheus.
    package func metrics() throws(KeeperError) -> [UInt8] {
        try ask(.metrics, expecting: .metrics)
    }

    /// The request to be signed for an act: canonical JSON.
    package func request(_ question: [UInt8]) throws(KeeperError) -> [UInt8] {
        try ask(.request(question), expecting: .request)
    }

    /// Has an act done; returns what was done as canonical JSON.
    package func act(_ order: [UInt8]) throws(KeeperError) -> [UInt8] {
        try ask(.act(order), expecting: .act)
    }

    /// Has recovery tried; returns what came of it as canonical JSON.
    package func drill(_ question: [UInt8]) throws(KeeperError) -> [UInt8] {
        try ask(.drill(question), expecting: .drill)
    }

    /// Has a further cell made; returns the keeper's status as canonical JSON.
    package func addCell(_ question: [UInt8]) throws(KeeperError) -> [UInt8] {
        try ask(.cell(question), expecting: .cell)
    }

    /// Has a handover written down; returns the keeper's receipt as canonical JSON.
    package func record(_ order: [UInt8]) throws(KeeperError) -> [UInt8] {
        for _ in 0..<Self.patientAttempts {
            do throws(KeeperError) {
                return try ask(.record(order), expecting: .record)
            } catch  where error.code == .limited {
                OwnProcess.pause(milliseconds: Self.pauseMilliseconds)
            }
        }
        throw KeeperError(.limited, "the keeper writes down no more handovers of this user for now: try again in an hour")
    }

    /// One batch; where the keeper holds it back because much was asked for already, it waits and asks again.
    private func oneBatch(_ names: [LeafName], for purpose: LeafPurpose) throws(KeeperError) -> LeafBatch {
        for _ in 0..<Self.patientAttempts {
            do throws(KeeperError) {
                let answer = try exchange(.leaves(purpose, names), expecting: .leaves)
                return try LeafBatch(answer: answer, count: names.count)
            } catch  where error.code == .limited {
                OwnProcess.pause(milliseconds: Self.pauseMilliseconds)
            }
        }
        throw KeeperError(.limited, "the keeper goes on holding back leaves, for this user asked for too many: try again in a few minutes")
    }

    func ask(_ request: KeeperRequest, expecting answer: KeeperAnswer) throws(KeeperError) -> [UInt8] {
        let payload = try exchange(request, expecting: answer)
        return payload.bytes.array
    }

    /// Sends a request and returns the payload of its answer, in guarded memory, for it may hold leaves.
    private func exchange(_ request: KeeperRequest, expecting expected: KeeperAnswer) throws(KeeperError) -> SecretBytes {
        let frame: SecretBytes
        do throws(SocketError) {
            frame = try answer(to: request)
        } catch {
            throw explain(error)
        }
        return try Self.payload(of: frame, expecting: expected)
    }

    private func answer(to request: KeeperRequest) throws(SocketError) -> SecretBytes {
        // Taken out while it is in use: after an error it is not put back, and the next question connects anew.
        let held = connection.withLock { connection in connection.take() }
        // An act is asked on a connection of its own, for it must never be asked twice.
        guard let held, !request.isAct else { return try answer(to: request, on: connect()) }
        do throws(SocketError) {
            return try answer(to: request, on: held)
        } catch  where error.code == .closed {
            // The keeper ends connections that are long silent, and all of them when it is started again.
            return try answer(to: request, on: connect())
        }
    }

    private func connect() throws(SocketError) -> LocalSocketConnection {
        try LocalSocketConnection.connect(path: socket)
    }

    private func answer(to request: KeeperRequest, on open: LocalSocketConnection) throws(SocketError) -> SecretBytes {
        open.setTimeouts(sendMilliseconds: Self.patienceMilliseconds, receiveMilliseconds: request.isAct ? nil : Self.patienceMilliseconds)
        guard let answer = try KeeperWire.answer(to: request, over: open) else {
            throw SocketError(.closed, "the keeper closed the connection")
        }
        connection.withLock { $0 = open }
        return answer
    }

    private static func payload(of frame: borrowing SecretBytes, expecting expected: KeeperAnswer) throws(KeeperError) -> SecretBytes {
        let prefix = frame.slice(0..<KeeperFrame.prefixBytes)
        let payload = frame.slice(KeeperFrame.prefixBytes..<frame.count)
        guard prefix.bytes.byte(at: 0) == KeeperFrame.version, let kind = KeeperAnswer(rawValue: prefix.bytes.byte(at: 1)) else {
            throw .malformedAnswer
        }
        guard kind != .failure else { throw failure(payload) }
        guard kind == expected else { throw .malformedAnswer }
        return payload
    }

    private static func failure(_ payload: borrowing SecretBytes) -> KeeperError {
        KeeperError(failure: payload.bytes.array)
    }

    private func explain(_ error: SocketError) -> KeeperError {
        switch error.code {
        case .notFound, .refused:
            KeeperError(.notRunning, "the keeper is not running at \(socket): start it with 'vault-retention run'; nothing was lost")
        case .permissionDenied:
            KeeperError(.notAllowed, "this user may not talk to the keeper at \(socket): run as a user that it allows")
        case .pathTooLong: KeeperError(.failed, error.message)
        default: KeeperError(.failed, "the keeper at \(socket) did not answer: \(error.message)")
        }
    }
}
