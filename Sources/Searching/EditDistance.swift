/// How many letters must be changed, added, left out, or exchanged with their neighbour to make one word of another (Damerau 1964, in the
/// restricted form: no part is changed twice).
enum EditDistance {
    /// Whether the distance between two words that are not empty is at most `limit`.
    static func isAtMost(_ limit: Int, from first: [UnicodeScalar], to second: [UnicodeScalar]) -> Bool {
        guard abs(first.count - second.count) <= limit else { return false }
        // Three rows of the table: the one before the last, the last, and this one.
        var earlier: [Int] = []
        var last = Array(0...second.count)
        for row in 1...first.count {
            var current = [row]
            for column in 1...second.count {
                let isSame = first[row - 1] == second[column - 1]
                var distance = min(last[column] + 1, current[column - 1] + 1, last[column - 1] + (isSame ? 0 : 1))
                if row > 1, column > 1, first[row - 1] == second[column - 2], first[row - 2] == second[column - 1] {
                    distance = min(distance, earlier[column - 2] + 1)
                }
                current.append(distance)
            }
            guard current.contains(where: { $0 <= limit }) || last.contains(where: { $0 <= limit }) else { return false }
            (earlier, last) = (last, current)
        }
        return last[second.count] <= limit
    }
}
