package import Records

/// What somebody asks a request for.
package struct KeeperQuestion: Codable, Hashable, Sendable {
    /// The most bytes of it.
    package static let maximumBytes = 64 << 10

    /// The act.
    package let act: String
    /// What it is to be done to; of a conversation, what the keeper finds out is left out.
    package let targets: [String]

    /// A question.
    package init(act: String, targets: [String]) {
        self.act = act
        self.targets = targets
    }
}

/// An act that somebody wants done: with its approvals, or one that needs none.
package enum KeeperOrder: Equatable, Sendable {
    /// The most approvals.
    package static let mostApprovals = 16

    /// An approval and its signature file.
    package struct Approval: Codable, Hashable, Sendable {
        /// The approval's text.
        package let text: String
        /// Its signature file.
        package let signature: String

        /// An approval.
        package init(text: String, signature: String) {
            self.text = text
            self.signature = signature
        }
    }

    /// Tear off what the clock and the time budget allow.
    case sweep
    /// Do what a request asks for, which these approvals answer.
    case approved(request: String, approvals: [Approval])

    private struct Plain: Codable {
        let act: String
    }

    private struct Approved: Codable {
        let approvals: [Approval]
        let request: String
    }

    private static let sweepName = "sweep"

    /// The canonical JSON.
    package var json: [UInt8] {
        get throws(RecordsError) {
            switch self {
            case .sweep: try CanonicalJSON.line(Plain(act: Self.sweepName))
            case .approved(let request, let approvals): try CanonicalJSON.line(Approved(approvals: approvals, request: request))
            }
        }
    }

    /// The order in canonical JSON; throws `malformed` for anything else.
    package init(json: [UInt8]) throws(RecordsError) {
        if let plain = try? CanonicalJSON.value(Plain.self, fromLine: json, limitBytes: KeeperFrame.maximumBytes) {
            guard plain.act == Self.sweepName else {
                throw RecordsError(.malformed, "every act but a sweep needs a request and its approvals")
            }
            self = .sweep
            return
        }
        let approved = try CanonicalJSON.value(Approved.self, fromLine: json, limitBytes: KeeperFrame.maximumBytes)
        guard approved.approvals.count <= Self.mostApprovals else {
            throw RecordsError(.tooLarge, "more than \(Self.mostApprovals) approvals were given")
        }
        self = .approved(request: approved.request, approvals: approved.approvals)
    }
}

/// What an act came to.
package struct KeeperOutcome: Codable, Hashable, Sendable {
    /// How it ended.
    package enum Result: String, Codable, Sendable {
        /// It was done.
        case done
        /// What it asks for is so already.
        case already
        /// It was carried out in every cell that can be reached; it is done once those that are away have caught up.
        case incomplete
        /// It was done as far as the time budget allows.
        case partly
    }

    /// The act.
    package let act: String
    /// How it ended.
    package let result: Result
    /// The day before which everything is torn off now.
    package let highWater: String
    /// The serial number of the calendar in force.
    package let serial: Int
    /// How many pages are overdue.
    package let overdue: Int
    /// How many expired files were removed.
    package let files: Int
    /// How many expired files could not be removed, or are not the vault's.
    package let left: Int
    /// How many cells and replicas are away.
    package let away: Int

    private enum CodingKeys: String, CodingKey {
        case act, result, serial, overdue, files, left, away
        case highWater = "high_water"
    }

    /// What an act came to.
    package init(act: String, result: Result, highWater: Day, serial: UInt64, overdue: Int, files: Int, left: Int, away: Int = 0) {
        self.act = act
        self.away = away
        self.result = result
        self.highWater = highWater.description
        self.serial = Int(clamping: serial)
        self.overdue = overdue
        self.files = files
        self.left = left
    }
}
