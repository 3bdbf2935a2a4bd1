package import Keeper

/// Which users may ask the keeper what. Its own user may always ask everything.
package struct KeeperAccess: Equatable, Sendable {
    /// What a user may do, beside asking for the day, the status, and what became of a record.
    package enum Right: String, CaseIterable, Sendable {
        /// Get leaves to seal, and have pages drawn.
        case seal
        /// Get leaves to read, and have handovers recorded.
        case read
        /// Ask for requests, have acts done, and ask what is held.
        case act
    }

    /// A user and what it may do.
    package struct Grant: Equatable, Sendable {
        /// The user id.
        package let user: UInt32
        /// What it may do.
        package let rights: Set<Right>

        /// A user and what it may do.
        package init(user: UInt32, rights: Set<Right>) {
            self.user = user
            self.rights = rights
        }

        /// What `UID:seal,read,act` says: a user id in decimal and one or more rights; nil for anything else.
        package init?(text: String) {
            let parts = text.split(separator: ":", omittingEmptySubsequences: false)
            guard parts.count == 2, parts[0].utf8.allSatisfy({ (48...57).contains($0) }), let user = UInt32(parts[0]) else { return nil }
            let words = parts[1].split(separator: ",", omittingEmptySubsequences: false)
            let rights = words.compactMap { Right(rawValue: String($0)) }
            guard rights.count == words.count else { return nil }
            self.init(user: user, rights: Set(rights))
        }
    }

    private let rights: [UInt32: Set<Right>]
    private let own: UInt32

    /// Access for `own` to everything, and for each user to all that its grants say.
    package init(own: UInt32, grants: [Grant] = []) {
        var rights: [UInt32: Set<Right>] = [:]
        for grant in grants { rights[grant.user, default: []].formUnion(grant.rights) }
        rights[own] = Set(Right.allCases)
        self.rights = rights
        self.own = own
    }

    /// What differs from what was so before, a line for each user.
    package func changes(since before: KeeperAccess) -> [String] {
        func words(_ rights: Set<Right>?) -> String {
            guard let rights else { return "nothing" }
            return rights.isEmpty ? "status" : Right.allCases.filter(rights.contains).map(\.rawValue).joined(separator: ",")
        }
        return Set(rights.keys).union(before.rights.keys).sorted().compactMap { user in
            let (old, new) = (before.rights[user], rights[user])
            return old == new ? nil : "user \(user) may ask: \(words(new)); before: \(words(old))"
        }
    }

    /// Whether a user may talk to the keeper at all.
    package func isKnown(_ user: UInt32) -> Bool { rights[user] != nil }

    /// Whether a user may ask this.
    package func allows(_ user: UInt32, _ request: KeeperRequest) -> Bool {
        guard let rights = rights[user] else { return false }
        // They name paths, which the keeper reads and writes with its own rights.
        if request.isKeepersOwn { return user == own }
        guard let needed = Self.right(for: request) else { return true }
        return rights.contains(needed)
    }

    /// The right that a question needs; nil where none is needed.
    private static func right(for request: KeeperRequest) -> Right? {
        switch request {
        case .leaves(.sealing, _), .pages: .seal
        case .leaves(.reading, _), .record: .read
        case .today, .status, .states, .metrics, .drill, .cell: nil
        case .request, .act, .kept: .act
        }
    }
}

extension KeeperRequest {
    /// Whether only the keeper's own user may ask it.
    var isKeepersOwn: Bool {
        switch self {
        case .drill, .cell: true
        default: false
        }
    }
}
