package import Minisign
package import Records
package import Sodium

/// What the custodian wants to change: people to enrol, names to retire.
package struct RosterChange: Sendable {
    /// The cards to enrol.
    package let enrol: [Card]
    /// The names to retire.
    package let retire: [String]

    /// A change.
    package init(enrol: [Card] = [], retire: [String] = []) {
        self.enrol = enrol
        self.retire = retire
    }
}

/// A roster that keeps every rule and lacks only the organisation's signature.
package struct UnsignedRoster: Sendable {
    /// The exact file.
    package let bytes: [UInt8]
    /// The key that has to sign it.
    package let organisationKey: MinisignPublicKey

    /// Signs it; throws `invalid` for another key than the organisation's.
    package func sign(with key: borrowing SigningKey) throws(RosterError) -> UnverifiedRoster {
        guard MinisignPublicKey(key.publicKey) == organisationKey else { throw RosterError(.invalid) }
        let signature = MinisignSignature.sign(bytes.rawSpan, with: key, trustedComment: VerifiedRoster.context)
        return UnverifiedRoster(bytes: bytes, signature: signature.fileBytes)
    }
}

extension VerifiedRoster {
    /// The first roster of a new vault. With leads (at least three) it holds them alone; without any it holds whoever shall ever be in it.
    ///
    /// Throws `tooFewLeads`, `tooManyLeads`, `leadsFirst`, `nameTaken`, `keyTaken`, `keeperTaken`, and `invalid` for the organisation's name.
    package static func first(
        organisation: String,
        vault: VaultID,
        policy: Policy,
        cards: [Card],
        at moment: Timestamp,
        organisationKey: SigningPublicKey
    ) throws(RosterError) -> UnsignedRoster {
        let content = RosterContent(
            vault: vault,
            organisation: organisation,
            number: 1,
            created: moment.wholeSeconds,
            predecessor: nil,
            policy: policy,
            members: cards.map { Member(card: $0, validFrom: moment.day, validTo: nil) },
            approvals: []
        )
        try RosterRules.checkFirst(content)
        return UnsignedRoster(bytes: try content.encoded(), organisationKey: MinisignPublicKey(organisationKey))
    }

    /// The requests whose approvals a change needs: one to enrol, one to retire, where there is something of it to do.
    ///
    /// Throws everything that is wrong with the change before anybody is asked, `withoutLeads` where there is nobody to ask, `invalid` for no
    /// change or for more than 64 people a time.
    package func requests(for change: RosterChange, expires: Timestamp) throws(RosterError) -> [Request] {
        try RosterRules.checkChange(from: self, to: try content(after: change, approvals: [], at: created))
        guard !leads.isEmpty else { throw RosterError(.withoutLeads) }
        var requests: [Request] = []
        if !change.enrol.isEmpty {
            let targets = change.enrol.map(\.digest.description)
            requests.append(try Request(act: .enrol, targets: targets, cards: change.enrol, vault: vault, id: changeID, expires: expires))
        }
        if !change.retire.isEmpty {
            let targets = try entries(named: change.retire).map { members[$0].card.digest.description }
            requests.append(try Request(act: .retire, targets: targets, cards: [], vault: vault, id: changeID, expires: expires))
        }
        return requests
    }

    /// This roster's successor with a change made, if the approvals are what the change needs.
    ///
    /// Throws `clock` where `moment` is before this roster was made, and everything that is wrong with the change or an approval.
    package func changed(
        by change: RosterChange,
        approvals: [UnverifiedApproval],
        at moment: Timestamp
    ) throws(RosterError) -> UnsignedRoster {
        let content = try content(after: change, approvals: approvals, at: moment.wholeSeconds)
        try RosterRules.checkStep(from: self, to: content)
        return UnsignedRoster(bytes: try content.encoded(), organisationKey: organisationKey)
    }

    private func content(
        after change: RosterChange,
        approvals: [UnverifiedApproval],
        at moment: Timestamp
    ) throws(RosterError) -> RosterContent {
        guard moment >= created else { throw RosterError(.clock) }
        guard !(change.enrol.isEmpty && change.retire.isEmpty) else { throw RosterError(.invalid) }
        var members = members
        for index in try entries(named: change.retire) {
            members[index] = members[index].retired(on: moment.day)
        }
        members += change.enrol.map { Member(card: $0, validFrom: moment.day, validTo: nil) }
        return RosterContent(
            vault: vault,
            organisation: organisation,
            number: number + 1,
            created: moment,
            predecessor: digest,
            policy: policy,
            members: members,
            approvals: approvals
        )
    }

    /// Where the entries in force of these names stand.
    private func entries(named names: [String]) throws(RosterError) -> [Int] {
        var indices: [Int] = []
        for name in names {
            guard let index = members.firstIndex(where: { $0.card.name == name && $0.isInForce }), !indices.contains(index) else {
                throw RosterError(.notInRoster)
            }
            indices.append(index)
        }
        return indices
    }
}
