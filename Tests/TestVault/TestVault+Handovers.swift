package import HandingOver
package import Handover
internal import Identity
package import Keeper
internal import Ledger
internal import Minisign
package import Opening
internal import RecordStore
package import Records
internal import Retention
package import Roster
internal import Sodium
internal import SodiumIdentity
internal import System

/// The keeper's registrar and its ledger, asked directly instead of over the socket.
package struct TestRegister: HandoverRegister {
    fileprivate let registrar: HandoverRegistrar
    fileprivate let leaves: CalendarLeaves
    fileprivate let seed: @Sendable () -> SigningKey?
    fileprivate let now: Timestamp

    /// Records a handover as the keeper does.
    package func record(_ order: [UInt8]) throws(KeeperError) -> [UInt8] {
        guard let key = seed() else { throw KeeperError(.failed, "no key") }
        do throws(RetentionError) {
            return try registrar.record(order, at: now, by: key) { name in
                (try? leaves.leaf(name, for: .reading)) ?? LeafBatch(states: [.noPage], keys: SecretBytes(zeros: LeafBatch.leafBytes))
            }
        } catch {
            throw error.answer
        }
    }
}

extension TestVault {
    /// Where handovers are recorded under the roster of now.
    package var register: TestRegister {
        get throws {
            let seed = keeper.seed().bytes.array
            return TestRegister(
                registrar: HandoverRegistrar(roster: roster, store: store, ledger: ledger), leaves: leaves,
                seed: { try? SigningKey(seed: SecretBytes(copying: seed.rawSpan)) }, now: try now)
        }
    }

    /// Makes handovers under the roster of now.
    package var maker: HandoverMaker {
        get throws { HandoverMaker(reader, store: store, roster: roster, register: try register, now: try now) }
    }

    /// The same person in the roster.
    package func holder(_ person: Person) throws -> Holder {
        let name = with(person) { (owner: borrowing PersonalIdentity) in owner.name }
        return try roster.holder(named: name)
    }

    /// Two leads in the order in which they must act: the first is the one whose key id is the smaller.
    package func inOrder(_ one: Person, _ other: Person) throws -> (first: Person, second: Person) {
        try holder(one).keyID < holder(other).keyID ? (one, other) : (other, one)
    }

    /// What the first lead peels of a conversation for the second, who shall hand it to somebody.
    package func peel(
        _ id: ConversationID, by first: Person, with second: Person, to recipient: Person = .ben, reason: HandoverReason = .lostKey
    ) throws -> [Peel] {
        let peeler = try LeadPeeler(
            reader, roster: roster, first: holder(first), second: holder(second), to: holder(recipient), reason: reason, now: now)
        let parts = try reader.parts(of: id)
        return try with(first) { (owner: borrowing PersonalIdentity) throws in try peeler.peel(parts, of: id, by: owner).peels }
    }

    /// Finishes what was peeled; returns how many parts were handed over.
    @discardableResult
    package func finish(_ peels: [Peel], by second: Person) throws -> Int {
        let (maker, holder) = (try maker, try holder(second))
        return try with(second) { (owner: borrowing PersonalIdentity) throws in
            try peels.reduce(0) { try $0 + maker.finish($1, by: owner, as: holder) }
        }
    }

    /// Has two leads hand a conversation over.
    package func handOver(_ id: ConversationID, byLeads one: Person, _ other: Person, to recipient: Person = .ben) throws {
        let (first, second) = try inOrder(one, other)
        try finish(peel(id, by: first, with: second, to: recipient), by: second)
    }

    /// Hands a conversation over as its holder; returns how many parts.
    @discardableResult
    package func handOver(
        _ id: ConversationID, by person: Person = .anna, to recipient: Person = .ben, reason: HandoverReason = .leave
    ) throws -> Int {
        let (maker, holder, parts) = (try maker, try holder(recipient), try reader.parts(of: id))
        return try with(person) { (owner: borrowing PersonalIdentity) throws in
            try maker.handOver(parts, of: id, by: owner, to: holder, reason: reason).parts
        }
    }

    /// Where the handovers of a conversation lie.
    package func handoverPaths(of id: ConversationID) throws -> [String] {
        try store.expiryDays().flatMap { day in
            try fileSystem.list(layout.records(expiring: day)).filter { VaultLayout.parseHandoverName($0)?.conversation == id }.map {
                "\(layout.records(expiring: day))/\($0)"
            }
        }
    }

    /// Seals records into a further part of a conversation, as somebody who has it: it is sealed to them and signed by them.
    package func add(_ acts: [[UInt8]], to conversation: OpenedConversation, as person: Person) throws {
        let holder = try holder(person)
        try with(person) { (owner: borrowing PersonalIdentity) throws in
            try sealer.append(
                acts.map { PartRecord(.act, $0) }, to: conversation.id, expiring: conversation.expiry, after: conversation.ends,
                for: holder, signer: owner.signingKey)
        }
    }
}
