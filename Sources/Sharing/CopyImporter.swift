package import Identity
internal import Keeper
package import Opening
package import RecordStore
package import Records
package import Roster
package import Sealing
internal import Sodium
internal import System

/// Takes a verified bundle into the team's own vault, under the team's own calendar, until the day agreed to.
package struct CopyImporter: Sendable {
    private let store: RecordStore
    private let sealer: TranscriptSealer
    private let reader: ConversationReader
    private let now: Timestamp

    /// An importer into the vault that these parts work on.
    package init(store: RecordStore, sealer: TranscriptSealer, reader: ConversationReader, now: Timestamp) {
        self.store = store
        self.sealer = sealer
        self.reader = reader
        self.now = now
    }

    /// Seals the copy and gives the acknowledgement; a bundle that was imported before is not stored again and gives the same one.
    package func importCopy(
        _ bundle: VerifiedBundle, by owner: borrowing PersonalIdentity, as holder: Holder
    ) throws(SharingError) -> (acknowledgement: Acknowledgement, isRepeat: Bool) {
        let parts: [RecordStore.StoredPart]
        do {
            parts = try store.parts(of: bundle.conversation)
        } catch {
            throw SharingError(.failed, error.description)
        }
        if !parts.isEmpty {
            let received = try earlier(bundle, by: owner)
            return (try Acknowledgement(received, by: owner), true)
        }
        let received = ReceivedCopy(
            bundle: bundle.statement.bundle.description, statement: String(decoding: bundle.contents.statement, as: UTF8.self),
            signature: String(decoding: bundle.contents.signature, as: UTF8.self),
            consent: String(decoding: bundle.contents.consent, as: UTF8.self), importedAt: now.description)
        do {
            let act = PartRecord(.act, try CanonicalJSON.line(received))
            try sealer.append(
                [act] + bundle.lines.map { PartRecord(.line, $0) }, to: bundle.conversation, expiring: bundle.statement.retainUntil,
                after: [], for: holder, signer: owner.signingKey)
        } catch {
            throw SharingError(.failed, "the copy was not stored: \(error)")
        }
        return (try Acknowledgement(received, by: owner), false)
    }

    private func earlier(_ bundle: VerifiedBundle, by owner: borrowing PersonalIdentity) throws(SharingError) -> ReceivedCopy {
        let conversation: OpenedConversation
        do {
            conversation = try reader.open(bundle.conversation, reader: owner.record)
        } catch {
            throw SharingError(.failed, "the copy was imported before, and cannot be opened now: \(error.message)")
        }
        guard conversation.remarks.isEmpty, conversation.lines == bundle.lines,
            let received = RecordedActs(conversation.acts).received.first(where: { $0.bundle == bundle.statement.bundle.description })
        else {
            throw SharingError(.failed, "the copy was imported before, and is damaged now: nothing is acknowledged; ask your custodian")
        }
        return received
    }
}
