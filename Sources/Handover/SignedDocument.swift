internal import Minisign
internal import Records
internal import Roster
internal import Sodium

/// A text and its signature file as they stand inside of a document; nothing is believed of it.
package struct SignedDocument: Codable, Hashable, Sendable {
    /// The signature file.
    package let signature: String
    /// The exact text.
    package let text: String

    /// A text as it came with its signature file.
    package init(text: String, signature: String) {
        self.text = text
        self.signature = signature
    }

    /// A text, signed; its context line is the trusted comment.
    init(_ text: SignedText, of form: SignedText.Form, by key: borrowing SigningKey) {
        self.text = String(decoding: text.bytes, as: UTF8.self)
        signature = String(
            decoding: MinisignSignature.sign(text.bytes.rawSpan, with: key, trustedComment: form.context).fileBytes, as: UTF8.self)
    }

    /// The text's bytes.
    package var bytes: [UInt8] { Array(text.utf8) }

    /// Whether the owner of `card` signed it for the purpose that the form's context line names.
    func isSigned(by card: Card, as form: SignedText.Form) -> Bool {
        do {
            try MinisignSignature(file: Array(signature.utf8)).verify(bytes.rawSpan, with: card.signingKey, expecting: form.context)
            return true
        } catch {
            return false
        }
    }

    /// The lines of the text; throws `refused` where it is not of this form.
    func parsed(as form: SignedText.Form) throws(HandoverError) -> SignedText {
        do throws(RosterError) { return try SignedText(form, parsing: bytes) } catch { throw HandoverError(.refused) }
    }
}

extension SignedText {
    /// The text that `lines` make; throws `invalid` where they are not of this form.
    static func handover(_ form: Form, _ lines: [Line]) throws(HandoverError) -> SignedText {
        do throws(RosterError) { return try SignedText(form, lines: lines) } catch { throw HandoverError(.invalid) }
    }

    /// What `parse` makes of the value of a field that stands there once; throws `refused` where it makes nothing of it.
    func value<Value>(_ name: String, _ parse: (String) -> Value?) throws(HandoverError) -> Value {
        guard let value = value(of: name).flatMap(parse) else { throw HandoverError(.refused) }
        return value
    }
}
