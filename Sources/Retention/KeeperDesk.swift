package import Keeper
internal import KeyCalendar
internal import Records
internal import Roster
package import Sodium
internal import Synchronization
internal import System

/// Answers the questions of one user after the other, as far as each may ask them.
package struct KeeperDesk: Sendable {
    /// An answer's frame.
    package enum Answer: ~Copyable, Sendable {
        /// With leaves.
        case leaves(SecretBytes)
        /// Without a secret.
        case plain([UInt8])
        /// After which nothing more of this connection is understood.
        case last([UInt8])
    }

    private let keeper: RetentionKeeper
    private let access: AccessInForce
    private let limiter: LeafLimiter
    private let handovers: LeafLimiter
    private let scratch: String

    /// A desk in front of a keeper.
    ///
    /// - Parameters:
    ///   - keeper: who knows.
    ///   - access: who may ask what.
    ///   - limiter: how many leaves in how many seconds.
    ///   - scratch: where a drill has its private directory.
    ///   - handovers: how many handovers in how many minutes: a year's records at once, but never the ledger full.
    package init(
        _ keeper: RetentionKeeper, access: KeeperAccess, limiter: LeafLimiter = LeafLimiter(),
        handovers: LeafLimiter = LeafLimiter(burst: 10_000, perSecond: 10), scratch: String = "/tmp"
    ) {
        self.scratch = scratch
        self.keeper = keeper
        self.access = AccessInForce(access)
        self.limiter = limiter
        self.handovers = handovers
    }

    /// Whether a user may talk to the keeper at all; a refusal is counted.
    package func admits(_ user: UInt32) -> Bool {
        if access.now.isKnown(user) { return true }
        count(.stranger)
        return false
    }

    /// Counts a user who was turned away because there were too many connections.
    package func countNoRoom() { count(.noRoom) }

    /// Lets other users in than before, or to other questions, from the next question on; returns what has changed.
    package func grant(_ access: KeeperAccess) -> [String] { self.access.replace(by: access) }

    private func count(_ refusal: KeeperCounts.Refusal) {
        keeper.counts.withLock { $0.add(refusal) }
    }

    /// The refusal of a user whom nobody allowed anything.
    package static let notAdmitted = KeeperError(
        .notAllowed, "this user may not talk to the keeper: whoever runs it can allow it with --allow")
    /// The refusal of what is no question.
    package static let malformed = KeeperError(.malformed, "the keeper does not understand the question: use programs of one version")

    /// The answer to the bytes of a frame after its length, asked by `user`.
    package func answer(_ frame: [UInt8], from user: UInt32) -> Answer {
        guard let request = KeeperRequest(frame: frame) else {
            count(.malformed)
            return .last(Self.malformed.frame)
        }
        guard access.now.allows(user, request) else {
            count(.notAllowed)
            let who = request.isKeepersOwn ? "its own user alone may" : "whoever runs it can allow it with --allow"
            return .plain(KeeperError(.notAllowed, "this user may not ask the keeper this: \(who)").frame)
        }
        if case .leaves(let purpose, let names) = request { return leaves(names, for: purpose, user: user) }
        if case .record = request, !handovers.take(1, user: user, second: keeper.place.clock.secondsSinceBoot() / 60) {
            count(.limited)
            return .plain(KeeperError(.limited, "this user had too many handovers recorded: try again in a few minutes").frame)
        }
        do throws(RetentionError) {
            return .plain(try plainAnswer(to: request))
        } catch {
            count(.init(error.answer.code))
            return .plain(error.answer.frame)
        }
    }

    private func leaves(_ names: [LeafName], for purpose: LeafPurpose, user: UInt32) -> Answer {
        guard limiter.take(names.count, user: user, second: keeper.place.clock.secondsSinceBoot()) else {
            keeper.counts.withLock { $0.limitedLeaves += names.count }
            count(.limited)
            return .plain(
                KeeperError(.limited, "this user asked for too many leaves in too short a time: try again in a few seconds").frame)
        }
        let batch = keeper.leaves(names, for: purpose)
        return .leaves(batch.frame())
    }

    private func plainAnswer(to request: KeeperRequest) throws(RetentionError) -> [UInt8] {
        switch request {
        case .leaves: return Self.malformed.frame
        case .today:
            var payload: [UInt8] = []
            payload.append(littleEndian: keeper.today.number)
            return KeeperAnswer.today.frame(payload + keeper.vault.bytes)
        case .pages(let days):
            var payload: [UInt8] = []
            payload.append(littleEndian: UInt16(clamping: try keeper.drawPages(days)))
            return KeeperAnswer.pages.frame(payload)
        case .status: return try json(.status, keeper.status())
        case .metrics: return KeeperAnswer.metrics.frame(Array(keeper.metrics().utf8))
        case .request(let text):
            let question = try read { () throws(RecordsError) in
                try CanonicalJSON.value(KeeperQuestion.self, fromLine: text, limitBytes: KeeperQuestion.maximumBytes)
            }
            return KeeperAnswer.request.frame(try keeper.request(question).bytes)
        case .states(let names): return KeeperAnswer.frame(states: keeper.states(of: names))
        case .kept(let place):
            let (records, hasMore) = keeper.kept(after: place)
            return KeeperAnswer.frame(kept: records, hasMore: hasMore)
        case .act(let text):
            let order = try read { () throws(RecordsError) in try KeeperOrder(json: text) }
            let outcome = try keeper.act(order)
            keeper.counts.withLock { $0.add(outcome) }
            return try json(.act, outcome)
        case .drill(let text):
            let question = try read { () throws(RecordsError) in
                try CanonicalJSON.value(DrillQuestion.self, fromLine: text, limitBytes: DrillQuestion.maximumBytes)
            }
            return try json(.drill, keeper.drill(question, in: scratch))
        case .cell(let text):
            let question = try read { () throws(RecordsError) in
                try CanonicalJSON.value(CellQuestion.self, fromLine: text, limitBytes: DrillQuestion.maximumBytes)
            }
            try keeper.addCell(question.directory)
            return try json(.cell, keeper.status())
        case .record(let text):
            return KeeperAnswer.record.frame(try keeper.record(text))
        }
    }

    private func read<Value>(_ body: () throws(RecordsError) -> Value) throws(RetentionError) -> Value {
        do throws(RecordsError) { return try body() } catch { throw RetentionError(.malformed, error.message) }
    }

    private func json(_ answer: KeeperAnswer, _ value: some Encodable) throws(RetentionError) -> [UInt8] {
        do throws(RecordsError) { return answer.frame(try CanonicalJSON.line(value)) } catch {
            throw RetentionError(.failed, error.message)
        }
    }
}
