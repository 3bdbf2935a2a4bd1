internal import Records

/// Words or phrases, all of which are to be found in one message or in its author's name.
package struct SearchWords: Sendable {
    /// The most that is searched for at once, in bytes of UTF-8.
    package static let limitBytes = 4096

    private let needles: [Needle]
    private let filter: LineFilter

    /// Every word in `lines`, or with `asPhrases` every line as it stands, white space apart.
    ///
    /// Throws `nothingSought` where folding leaves nothing, `tooLong` over `limitBytes`.
    package init(_ lines: [String], asPhrases: Bool) throws(SearchingError) {
        guard lines.reduce(0, { $0 + $1.utf8.count }) <= Self.limitBytes else {
            throw SearchingError(.tooLong, "what is searched for is longer than \(Self.limitBytes) bytes: give fewer words")
        }
        var folder = TextFolder()
        let folded = lines.map { folder.fold($0) }
        let sought = asPhrases ? folded : folded.flatMap { $0.split(separator: UInt8(ascii: " ")).map(Array.init) }
        needles = sought.filter { !$0.isEmpty }.map(Needle.init)
        filter = LineFilter(sought)
        guard !needles.isEmpty else { throw .nothingSought }
    }

    /// Where all of them were found.
    private enum Place {
        /// In the name of the author alone.
        case name
        /// At least partly in what was said.
        case text
    }

    /// The passages of a conversation in which all are found, with up to `context` lines before and behind.
    ///
    /// A line with identical bytes counts once. Where all are found in an author's name alone, only the first of that author's lines is a
    /// match: otherwise a name would give everything that its owner said.
    package func passages(in lines: [[UInt8]], context: Int) -> [Passage] {
        let matches = matches(in: lines)
        guard !matches.isEmpty else { return [] }
        let events = lines.map { try? EventLine($0) }
        var seen: Set<[UInt8]> = []
        seen.reserveCapacity(lines.count)
        let shown = lines.indices.filter { seen.insert(lines[$0]).inserted && events[$0] != nil }
        return Self.ranges(of: shown.indices.filter { matches.contains(shown[$0]) }, within: shown.indices, context: context).map { range in
            Passage(
                lines: shown[range].compactMap { index in
                    events[index].map { Passage.Line(number: index + 1, event: $0, isMatch: matches.contains(index)) }
                })
        }
    }

    /// The places of the lines that match.
    private func matches(in lines: [[UInt8]]) -> Set<Int> {
        var folder = TextFolder()
        var names: Set<[UInt8]> = []
        var matches: Set<Int> = []
        for (index, line) in lines.enumerated() where filter.mayMatch(line) {
            guard let event = try? EventLine(line) else { continue }
            let name = event.name.map { folder.fold($0) } ?? []
            switch place(in: event.text.map { folder.fold($0) } ?? [], name: name) {
            case .text: matches.insert(index)
            case .name where names.insert(name).inserted: matches.insert(index)
            case .name, nil: break
            }
        }
        return matches
    }

    private func place(in text: [UInt8], name: [UInt8]) -> Place? {
        var isInText = true
        var isInName = true
        for needle in needles {
            let (text, name) = (needle.occurs(in: text), needle.occurs(in: name))
            guard text || name else { return nil }
            isInText = isInText && text
            isInName = isInName && name
        }
        return isInName && !isInText ? .name : .text
    }

    /// The places around each of `matches`, those that touch or overlap as one.
    private static func ranges(of matches: [Int], within bounds: Range<Int>, context: Int) -> [Range<Int>] {
        var ranges: [Range<Int>] = []
        for match in matches {
            let range = max(bounds.lowerBound, match - context)..<min(bounds.upperBound, match + context + 1)
            if let last = ranges.last, last.upperBound >= range.lowerBound {
                ranges[ranges.count - 1] = last.lowerBound..<range.upperBound
            } else {
                ranges.append(range)
            }
        }
        return ranges
    }
}
