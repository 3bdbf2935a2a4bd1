import Opening
import Searching

extension MeasuredVault {
    /// Opens every conversation of the worker on all cores, and searches each for a word; returns how many were opened.
    public func searchYear(for word: String) throws -> Int {
        let words = try SearchWords([word], asPhrases: false)
        let reader = vault.reader
        let summaries = try reader.conversations(of: vault.roster.holder(named: "anna").keyID).found
        var opened = 0
        try vault.with(.anna) { anna in
            try reader.examine(summaries, reader: anna.record, { words.passages(in: $0.lines, context: 1).count }) { _, found throws in
                _ = try found.get()
                opened += 1
                return true
            }
        }
        return opened
    }
}
