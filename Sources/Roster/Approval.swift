internal import Minisign
package import Records
package import Sodium

/// A lead's yes to one act on named targets, in answer to one request, until a moment.
///
/// It is made from what a reviewed request says, never from a text as it came: see `Request.review`.
package struct Approval: Hashable, Sendable {
    /// What is approved.
    package let act: Act
    /// What it is done to, sorted.
    package let targets: [String]
    /// The vault in which it counts.
    package let vault: VaultID
    /// The request that it answers.
    package let request: RequestID
    /// From this moment on it does not count.
    package let expires: Timestamp
    /// The exact text.
    package let text: [UInt8]

    /// The longest that an approval may count: so long does a keeper remember a spent request.
    package static let longestLifeDays: UInt32 = 31

    static let form = SignedText.Form(
        context: "transcript-vault approval 1",
        fields: [.init("act"), .init("target", 1...Act.mostTargets), .init("vault"), .init("request"), .init("expires")]
    )

    /// For `ReviewedRequest` alone; throws `invalid` for targets that are not the act's.
    init(answering request: Request) throws(RosterError) {
        guard try request.act.areTargets(request.targets) else { throw RosterError(.invalid) }
        act = request.act
        targets = request.targets
        vault = request.vault
        self.request = request.id
        expires = request.expires
        let lines =
            [SignedText.Line("act", act.rawValue)] + targets.map { .init("target", $0) }
            + [.init("vault", vault.description), .init("request", self.request.description), .init("expires", expires.description)]
        text = try SignedText(Self.form, lines: lines).bytes
    }

    /// The approval in `bytes`; throws `refused` for anything but its one form.
    init(parsing bytes: [UInt8]) throws(RosterError) {
        let text = try SignedText(Self.form, parsing: bytes)
        guard let act = text.value(of: "act").flatMap(Act.init(rawValue:)),
            let vault = text.value(of: "vault").flatMap(VaultID.init(text:)),
            let request = text.value(of: "request").flatMap(RequestID.init(text:)),
            let expires = text.value(of: "expires").flatMap(Timestamp.init(canonical:))
        else { throw RosterError(.refused) }
        self.act = act
        targets = text.values(of: "target")
        self.vault = vault
        self.request = request
        self.expires = expires
        self.text = bytes
        guard try act.areTargets(targets) else { throw RosterError(.refused) }
    }

    /// Signs it with a lead's key.
    package func sign(with key: borrowing SigningKey) -> UnverifiedApproval {
        let signature = MinisignSignature.sign(text.rawSpan, with: key, trustedComment: Self.form.context)
        return UnverifiedApproval(text: text, signature: signature.fileBytes)
    }
}

/// An approval and signature as they came, of which nothing is believed.
package struct UnverifiedApproval: Hashable, Sendable {
    /// The approval's text.
    package let text: [UInt8]
    /// The signature file.
    package let signature: [UInt8]

    /// An approval and its signature.
    package init(text: [UInt8], signature: [UInt8]) {
        self.text = text
        self.signature = signature
    }

    /// BLAKE2b-256 of the text: what a keeper's record of an intent names.
    package var digest: ApprovalDigest { ApprovalDigest(hash: BLAKE2b.hash(text)) }

    /// Whether `key` signed it.
    func isSigned(by key: MinisignPublicKey) -> Bool {
        do {
            try MinisignSignature(file: signature).verify(text.rawSpan, with: key, expecting: Approval.form.context)
            return true
        } catch {
            return false
        }
    }
}

extension Timestamp {
    /// The moment that a text in its one form names: RFC 3339, whole seconds, `Z`; nil for anything else.
    package init?(canonical text: String) {
        self.init(text: text)
        guard description.utf8.elementsEqual(text.utf8) else { return nil }
    }

    /// This moment without its fraction of a second.
    package var wholeSeconds: Timestamp { Timestamp(seconds: seconds) }

    /// The moment so many days later.
    package func adding(days: UInt32) -> Timestamp {
        Timestamp(seconds: seconds + Int64(days) * Day.seconds, nanoseconds: nanoseconds)
    }
}
