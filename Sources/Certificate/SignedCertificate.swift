internal import Minisign
package import Records
package import Sodium

/// A certificate with everything that lies in its four files: the document for programs, the text for people, and a signature of each.
package struct SignedCertificate: Hashable, Sendable {
    /// The largest document, and the largest text.
    package static let maximumBytes = Limits.signedTextBytes
    /// The first line of the text, and its signature's trusted comment.
    package static let textContext = "transcript-vault certificate text 1"

    /// What it says.
    package let content: CertificateContent
    /// The document: canonical JSON with its line feed.
    package let document: [UInt8]
    /// Its signature file.
    package let documentSignature: [UInt8]
    /// The text, which is made of the document and of nothing else.
    package let text: [UInt8]
    /// Its signature file.
    package let textSignature: [UInt8]

    /// SHA-256 of the document, by which the next certificate names it.
    package var digest: String { Self.digest(of: document) }

    /// Signs a certificate; throws `tooLarge` where it is too long, or is none that a reader would take.
    package init(_ content: CertificateContent, by keeper: borrowing SigningKey) throws(CertificateError) {
        guard content.isSound, let document = try? CanonicalJSON.file(content), document.count <= Self.maximumBytes else {
            throw .tooLarge
        }
        let text = CertificateText(content, digest: Self.digest(of: document)).bytes
        guard text.count <= Self.maximumBytes else { throw .tooLarge }
        self.content = content
        self.document = document
        self.text = text
        documentSignature = MinisignSignature.sign(document.rawSpan, with: keeper, trustedComment: CertificateContent.context).fileBytes
        textSignature = MinisignSignature.sign(text.rawSpan, with: keeper, trustedComment: Self.textContext).fileBytes
    }

    /// Verifies what lies in the four files.
    ///
    /// - Parameters:
    ///   - number: the number that the files' names have.
    ///   - vault: the vault that it must be of.
    ///   - keys: the signing keys of every keeper that the vault ever had.
    /// - Throws: `refused`, whatever is wrong.
    package init(
        document: [UInt8], signature: [UInt8], text: [UInt8], textSignature: [UInt8], number: Int, vault: VaultID,
        keys: [SigningPublicKey]
    ) throws(CertificateError) {
        guard
            let content = try? CanonicalJSON.value(CertificateContent.self, fromFile: document, limitBytes: Self.maximumBytes),
            content.isSound, content.number == number, content.vault == vault.description,
            let key = keys.map({ MinisignPublicKey($0) }).first(where: { $0.text == content.keeper }),
            Self.isValid(signature, of: document, by: key, CertificateContent.context),
            Self.isValid(textSignature, of: text, by: key, Self.textContext),
            text == CertificateText(content, digest: Self.digest(of: document)).bytes
        else { throw .refused }
        self.content = content
        self.document = document
        documentSignature = signature
        self.text = text
        self.textSignature = textSignature
    }

    private static func isValid(_ signature: [UInt8], of bytes: [UInt8], by key: MinisignPublicKey, _ context: String) -> Bool {
        do throws(MinisignError) {
            try MinisignSignature(file: signature).verify(bytes.rawSpan, with: key, expecting: context)
            return true
        } catch {
            return false
        }
    }

    private static func digest(of document: [UInt8]) -> String { Hex.encode(SHA256.hash(document)) }
}
