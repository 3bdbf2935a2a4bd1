package import Minisign
package import Records
package import Roster
internal import Sodium

/// What the sender of a copy signs: which files, for whom, why and until when. See `Docs/Spec/Statement.md`.
package struct Statement: Hashable, Sendable {
    /// A file that the statement vouches for.
    package struct File: Hashable, Sendable {
        /// Its name in the bundle.
        package let name: String
        /// Its length in bytes.
        package let lengthBytes: Int
        /// SHA-256 of it, hexadecimal.
        package let digest: String

        /// Describes a file.
        init(name: String, contents: [UInt8]) {
            self.init(name: name, lengthBytes: contents.count, digest: Hex.encode(SHA256.hash(contents)))
        }

        fileprivate init(name: String, lengthBytes: Int, digest: String) {
            self.name = name
            self.lengthBytes = lengthBytes
            self.digest = digest
        }

        fileprivate var text: String { "\(name) \(lengthBytes) \(digest)" }

        fileprivate init?(text: String) {
            let words = text.split(separator: " ", omittingEmptySubsequences: false).map(String.init)
            guard words.count == 3, let length = Int(words[1]), length >= 0, words[1] == String(length), Hex.decode(words[2])?.count == 32
            else { return nil }
            self.init(name: words[0], lengthBytes: length, digest: words[2])
        }
    }

    /// Names the bundle.
    package let bundle: BundleID
    /// The sender's name in the roster.
    package let senderName: String
    /// The sender's signing key.
    package let senderKey: MinisignPublicKey
    /// Every age recipient, sorted.
    package let recipients: [String]
    /// The number of the roster under which it was signed.
    package let rosterNumber: Int
    /// That roster's digest.
    package let rosterDigest: RosterDigest
    /// The conversation it was taken from.
    package let conversation: ConversationID
    /// The first and the last line that the consent covers.
    package let events: ClosedRange<Int>
    /// The files vouched for, in the bundle's order.
    package let files: [File]
    /// Why the copy is made.
    package let purpose: String
    /// The last day on which the copy may be opened.
    package let retainUntil: Day
    /// When it was signed.
    package let created: Timestamp

    /// The context line, which is also the trusted comment of the signature.
    package static let context = "transcript-vault statement 1"

    private static let form = SignedText.Form(
        context: context,
        fields: [
            .init("bundle"), .init("from"), .init("recipient", 1...64), .init("roster"), .init("conversation"), .init("events"),
            .init("file", 2...2), .init("purpose"), .init("retain-until"), .init("created"), .init("previous"),
        ])

    /// The statement's exact text.
    package func text() throws(RosterError) -> [UInt8] {
        var lines = [SignedText.Line("bundle", bundle.description), SignedText.Line("from", "\(senderName) \(senderKey.text)")]
        lines += recipients.map { SignedText.Line("recipient", $0) }
        lines += [
            SignedText.Line("roster", "\(rosterNumber) \(rosterDigest)"), SignedText.Line("conversation", conversation.description),
            SignedText.Line("events", "\(events.lowerBound)-\(events.upperBound)"),
        ]
        lines += files.map { SignedText.Line("file", $0.text) }
        lines += [
            SignedText.Line("purpose", purpose), SignedText.Line("retain-until", retainUntil.description),
            SignedText.Line("created", created.description), SignedText.Line("previous", "-"),
        ]
        return try SignedText(Self.form, lines: lines).bytes
    }

    /// The statement in a text; nil for anything but its one form.
    package init?(parsing bytes: [UInt8]) {
        guard let text = try? SignedText(Self.form, parsing: bytes), let bundle = text.value(of: "bundle").flatMap(BundleID.init(text:)),
            let from = text.value(of: "from")?.split(separator: " ", omittingEmptySubsequences: false), from.count == 2,
            Card.isName(String(from[0])),
            let key = try? MinisignPublicKey(text: String(from[1])),
            let roster = text.value(of: "roster")?.split(separator: " ", omittingEmptySubsequences: false), roster.count == 2,
            let number = Int(roster[0]), number >= 0, let digest = RosterDigest(text: roster[1]),
            let conversation = text.value(of: "conversation").flatMap(ConversationID.init(text:)),
            let events = text.value(of: "events")?.split(separator: "-", omittingEmptySubsequences: false), events.count == 2,
            let first = Int(events[0]), let last = Int(events[1]), first >= 1, first <= last, let purpose = text.value(of: "purpose"),
            let retainUntil = text.value(of: "retain-until").flatMap(Day.init(text:)),
            let created = text.value(of: "created").flatMap(Timestamp.init(text:)), text.value(of: "previous") == "-"
        else { return nil }
        let files = text.values(of: "file").compactMap(File.init(text:))
        let recipients = text.values(of: "recipient")
        // Each once: a recipient listed twice would make room for a stanza that is nobody's in the list.
        guard files.map(\.name) == [BundleContents.consentName, BundleContents.transcriptName],
            recipients.allSatisfy({ DatedRecipient.isRecipient($0) }),
            zip(recipients, recipients.dropFirst()).allSatisfy({ $0.utf8.lexicographicallyPrecedes($1.utf8) })
        else {
            return nil
        }
        self.init(
            bundle: bundle, senderName: String(from[0]), senderKey: key, recipients: recipients, rosterNumber: number,
            rosterDigest: digest, conversation: conversation, events: first...last, files: files, purpose: purpose,
            retainUntil: retainUntil, created: created)
        // Numbers and times have one form each.
        guard (try? self.text()) == bytes else { return nil }
    }

    init(
        bundle: BundleID, senderName: String, senderKey: MinisignPublicKey, recipients: [String], rosterNumber: Int,
        rosterDigest: RosterDigest, conversation: ConversationID, events: ClosedRange<Int>, files: [File], purpose: String,
        retainUntil: Day, created: Timestamp
    ) {
        self.bundle = bundle
        self.senderName = senderName
        self.senderKey = senderKey
        self.recipients = recipients
        self.rosterNumber = rosterNumber
        self.rosterDigest = rosterDigest
        self.conversation = conversation
        self.events = events
        self.files = files
        self.purpose = purpose
        self.retainUntil = retainUntil
        self.created = created
    }
}

extension BundleID {
    private static let context = Array("transcript-vault/v1/bundle\0".utf8)

    /// The bundle that a consent gives: one yes, one copy, one name.
    init(consentLine line: [UInt8]) {
        self = BundleID(BLAKE2b.hash(Self.context + BLAKE2b.hash(line), digestBytes: BundleID.lengthBytes)) ?? .zero
    }
}
