package import Records

/// A name that somebody says they used, to be compared with those in conversations.
package struct SoughtName: Sendable {
    /// How near another name is.
    package enum Likeness: Int, Comparable, Sendable {
        /// Another name.
        case other
        /// Perhaps the same, written otherwise.
        case similar
        /// The same, folded.
        case same

        /// From far to near.
        package static func < (first: Likeness, second: Likeness) -> Bool { first.rawValue < second.rawValue }
    }

    /// What a conversation holds of it.
    package struct Finding: Equatable, Sendable {
        /// The nearest of the names that a visitor used.
        package let likeness: Likeness
        /// The day of the first message that has a time; nil where none has.
        package let firstDay: Day?
    }

    /// The longest name of which similar ones are looked for, in characters: what comparing costs grows with both lengths.
    package static let comparedCharacters = 100
    /// From how many characters on a beginning, or a word, of a longer name is similar to it.
    package static let meaningfulCharacters = 3

    private let name: FoldedName

    /// The name in a line; throws `nothingSought` where folding leaves nothing of it, `tooLong` over `SearchWords.limitBytes`.
    package init(_ line: String) throws(SearchingError) {
        guard line.utf8.count <= SearchWords.limitBytes else {
            throw SearchingError(.tooLong, "the name is longer than \(SearchWords.limitBytes) bytes: give the name alone")
        }
        var folder = TextFolder()
        name = FoldedName(line, &folder)
        guard !name.bytes.isEmpty else { throw .nothingSought }
    }

    /// Looks at every name that a visitor used in a conversation.
    package func finding(in lines: [[UInt8]]) -> Finding {
        var folder = TextFolder()
        var seen: Set<String> = []
        var nearest = Likeness.other
        var firstDay: Day?
        for line in lines {
            guard let event = try? EventLine(line) else { continue }
            if event.kind == .message, firstDay == nil { firstDay = event.at?.day }
            guard event.role == .visitor, let name = event.name, seen.insert(name).inserted else { continue }
            nearest = max(nearest, likeness(of: name, &folder))
        }
        return Finding(likeness: nearest, firstDay: firstDay)
    }

    /// How near `other` is to the name that is sought.
    package func likeness(of other: String) -> Likeness {
        var folder = TextFolder()
        return likeness(of: other, &folder)
    }

    private func likeness(of text: String, _ folder: inout TextFolder) -> Likeness {
        let other = FoldedName(text, &folder)
        if other.bytes == name.bytes { return .same }
        return name.isSimilar(to: other) ? .similar : .other
    }
}

/// A folded name and what of it is compared.
private struct FoldedName: Sendable {
    let bytes: [UInt8]
    /// Its scalars without spaces and punctuation, unless nothing else is in it.
    let letters: [UnicodeScalar]
    /// Its words, without punctuation.
    let words: [[UnicodeScalar]]

    init(_ text: String, _ folder: inout TextFolder) {
        bytes = folder.fold(text)
        let scalars = String(decoding: bytes, as: UTF8.self).unicodeScalars
        words = scalars.split(whereSeparator: Self.isBetweenWords).map(Array.init)
        letters = words.isEmpty ? Array(scalars) : words.flatMap(\.self)
    }

    private static func isBetweenWords(_ scalar: UnicodeScalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .spaceSeparator, .connectorPunctuation, .dashPunctuation, .openPunctuation, .closePunctuation, .initialPunctuation,
            .finalPunctuation, .otherPunctuation:
            true
        default: false
        }
    }

    func isSimilar(to other: FoldedName) -> Bool {
        guard !letters.isEmpty, !other.letters.isEmpty, letters.count <= SoughtName.comparedCharacters else { return false }
        return letters == other.letters || hasBeginning(in: other) || hasWords(in: other)
            || EditDistance.isAtMost(Self.allowedSlips(min(letters.count, other.letters.count)), from: letters, to: other.letters)
    }

    /// Whether the shorter is the beginning of the longer.
    private func hasBeginning(in other: FoldedName) -> Bool {
        let (shorter, longer) = letters.count <= other.letters.count ? (letters, other.letters) : (other.letters, letters)
        return shorter.count >= SoughtName.meaningfulCharacters && longer.starts(with: shorter)
    }

    /// Whether every word of the one that has fewer is a word of the other, in whatever order.
    private func hasWords(in other: FoldedName) -> Bool {
        let (fewer, more) = words.count <= other.words.count ? (words, other.words) : (other.words, words)
        guard fewer.contains(where: { $0.count >= SoughtName.meaningfulCharacters }) else { return false }
        return Set(fewer).isSubset(of: Set(more))
    }

    /// How many slips of the pen are forgiven where the shorter name has so many letters.
    private static func allowedSlips(_ count: Int) -> Int {
        switch count {
        case ..<3: 0
        case ..<6: 1
        case ..<10: 2
        default: 3
        }
    }
}
