internal import Keeper
internal import Records

/// What the keeper has done and refused since its start: counted by what it was and never by who asked or about whom.
struct KeeperCounts {
    /// Why a question was not answered.
    enum Refusal: String, CaseIterable {
        /// The user may not talk to the keeper at all.
        case stranger
        /// The user may not ask this.
        case notAllowed = "not_allowed"
        /// There were too many connections.
        case noRoom = "no_room"
        /// Too much was asked in too short a time.
        case limited
        /// It was not understood.
        case malformed
        /// Approvals, days or limits are against it.
        case refused
        /// It is about another vault.
        case otherVault = "other_vault"
        /// It could not be done.
        case failed

        /// The reason that a failure's code stands for.
        init(_ code: KeeperError.Code) {
            self =
                switch code {
                case .notAllowed: .notAllowed
                case .limited: .limited
                case .malformed: .malformed
                case .refused: .refused
                case .otherVault: .otherVault
                case .failed, .notRunning: .failed
                }
        }
    }

    /// A kind of answer to a question for leaves.
    struct LeafAnswer: Hashable {
        /// What they were wanted for.
        let purpose: LeafPurpose
        /// What became of them.
        let state: LeafState
    }

    /// How an act ended.
    struct ActResult: Hashable {
        /// The act.
        let act: String
        /// How it ended.
        let result: KeeperOutcome.Result
    }

    /// Leaves by what they were wanted for and what became of them.
    var leaves: [LeafAnswer: Int] = [:]
    /// Leaves that were held back because too many were asked for.
    var limitedLeaves = 0
    /// Questions that were refused, by reason.
    var refusals: [Refusal: Int] = [:]
    /// Acts that somebody had done, by how they ended.
    var acts: [ActResult: Int] = [:]
    /// Sweeps that tore something off, by whose word they were.
    var sweeps = 0
    /// Pages that were drawn.
    var pages = 0
    /// Files that were removed.
    var files = 0
    /// When the keeper last was through with what it does by itself.
    var attended: Timestamp?

    /// Leaves that were handed out.
    func handedOut(_ purpose: LeafPurpose) -> Int { leaves[LeafAnswer(purpose: purpose, state: .found)] ?? 0 }

    /// Questions that were refused because the user may not ask them.
    var forbidden: Int { (refusals[.stranger] ?? 0) + (refusals[.notAllowed] ?? 0) }

    mutating func add(_ refusal: Refusal) { refusals[refusal, default: 0] += 1 }

    mutating func add(_ states: [LeafState], for purpose: LeafPurpose) {
        for state in states { leaves[LeafAnswer(purpose: purpose, state: state), default: 0] += 1 }
    }

    mutating func add(_ outcome: KeeperOutcome) { acts[ActResult(act: outcome.act, result: outcome.result), default: 0] += 1 }
}
