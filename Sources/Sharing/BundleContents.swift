internal import Records

/// The files of a share bundle, by their fixed names and in their fixed order. See `Docs/Spec/ShareBundle.md`.
package struct BundleContents: Equatable, Sendable {
    static let statementName = "statement.txt"
    static let signatureName = "statement.txt.minisig"
    static let consentName = "consent.json"
    static let transcriptName = "transcript.jsonl"
    static let paddingName = "PADDING"

    /// `statement.txt`: what the sender signed.
    package let statement: [UInt8]
    /// `statement.txt.minisig`.
    package let signature: [UInt8]
    /// `consent.json`: the yes, as it is sealed in the conversation.
    package let consent: [UInt8]
    /// `transcript.jsonl`: the lines agreed to.
    package let transcript: [UInt8]

    /// The archive, whose length is rounded up by `PADDING`, so that a bundle's size tells little of what was said.
    package var archive: [UInt8] {
        let files = [
            Ustar.Entry(name: Self.statementName, contents: statement), Ustar.Entry(name: Self.signatureName, contents: signature),
            Ustar.Entry(name: Self.consentName, contents: consent), Ustar.Entry(name: Self.transcriptName, contents: transcript),
        ]
        let least = Ustar.archiveBytes(sizes: files.map(\.contents.count) + [0])
        let padding = [UInt8](repeating: 0, count: Padme.padded(least) - least)
        return Ustar.archive(files + [Ustar.Entry(name: Self.paddingName, contents: padding)])
    }

    /// The files of a bundle.
    package init(statement: [UInt8], signature: [UInt8], consent: [UInt8], transcript: [UInt8]) {
        self.statement = statement
        self.signature = signature
        self.consent = consent
        self.transcript = transcript
    }

    /// The contents of an archive; nil for anything but the one form.
    package init?(archive bytes: [UInt8]) {
        guard let entries = Ustar.entries(of: bytes), entries.count == 5 else { return nil }
        let names = [Self.statementName, Self.signatureName, Self.consentName, Self.transcriptName, Self.paddingName]
        guard entries.map(\.name) == names else { return nil }
        self.init(
            statement: entries[0].contents, signature: entries[1].contents, consent: entries[2].contents, transcript: entries[3].contents)
        guard archive == bytes else { return nil }
    }
}
