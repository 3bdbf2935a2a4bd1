import Foundation
import Minisign
import Records
import Roster
import Sodium
import Testing

/// A JSON file with something changed, in the one form again; the test has to sign it anew where that matters.
func forge(_ file: [UInt8], _ change: (inout [String: Any]) throws -> Void) throws -> [UInt8] {
    var object = try #require(JSONSerialization.jsonObject(with: Data(file)) as? [String: Any])
    try change(&object)
    return [UInt8](try JSONSerialization.data(withJSONObject: object, options: [.sortedKeys, .withoutEscapingSlashes])) + [10]
}

/// A text with something replaced.
func replacing(_ old: String, _ new: String, in text: [UInt8]) throws -> [UInt8] {
    let string = String(decoding: text, as: UTF8.self)
    try #require(string.contains(old))
    return Array(string.replacingOccurrences(of: old, with: new).utf8)
}

/// An approval's text with something replaced, signed by the same person or another.
func forgedApproval(_ approval: UnverifiedApproval, replacing old: String, by new: String, signedBy person: Person) throws
    -> UnverifiedApproval
{
    let text = try replacing(old, new, in: approval.text)
    let signature = MinisignSignature.sign(text.rawSpan, with: person.key, trustedComment: "transcript-vault approval 1")
    return UnverifiedApproval(text: text, signature: signature.fileBytes)
}
