package import Handover
internal import Records
internal import Sodium

/// What the first lead gives on: a signed yes, and a box for the second lead of each part. It opens nothing by itself.
package struct Peel: Hashable, Sendable {
    /// The signed yes.
    package let document: SignedDocument
    /// `W` of each part, boxed to the second lead, in the order of the parts.
    package let boxes: [[UInt8]]

    /// What came with the boxes, of which nothing is believed.
    package init(document: SignedDocument, boxes: [[UInt8]]) {
        self.document = document
        self.boxes = boxes
    }
}

/// The file in which one lead gives the other what was peeled: many conversations at once. Nothing in it is believed.
package enum PeelFile {
    private static let type = "transcript-vault peel file 1"

    private struct Document: Codable {
        let peels: [Entry]
        let type: String
    }

    private struct Entry: Codable {
        let boxes: [String]
        let signature: String
        let text: String
    }

    /// The exact file; throws `invalid` for more than one file holds.
    package static func bytes(of peels: [Peel]) throws(HandingOverError) -> [UInt8] {
        let entries = peels.map {
            Entry(boxes: $0.boxes.map { Base64.encode($0) }, signature: $0.document.signature, text: $0.document.text)
        }
        guard let bytes = try? CanonicalJSON.file(Document(peels: entries, type: type)), bytes.count <= Limits.peelFileBytes else {
            throw HandingOverError(.refused(.invalid), "these are more conversations than one file holds: name fewer at once")
        }
        return bytes
    }

    /// What the file in `bytes` holds; throws `corrupt` for anything but its one form.
    package static func parse(_ bytes: [UInt8]) throws(HandingOverError) -> [Peel] {
        guard let document = try? CanonicalJSON.value(Document.self, fromFile: bytes, limitBytes: Limits.peelFileBytes),
            document.type == type, !document.peels.isEmpty
        else { throw .corrupt }
        var peels: [Peel] = []
        for entry in document.peels {
            let boxes = entry.boxes.compactMap { try? Base64.decode($0) }
            guard boxes.count == entry.boxes.count else { throw .corrupt }
            peels.append(Peel(document: SignedDocument(text: entry.text, signature: entry.signature), boxes: boxes))
        }
        return peels
    }
}
