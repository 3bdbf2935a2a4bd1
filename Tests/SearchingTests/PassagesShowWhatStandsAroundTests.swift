import Records
import Searching
import Testing

@Suite("Passages show what stands around a match, each line once")
struct PassagesShowWhatStandsAroundTests {
    /// The numbers of the lines of each passage, those that match marked.
    private func shape(_ words: String, in texts: [(String?, String)], context: Int) throws -> [String] {
        let lines = texts.enumerated().map { Said.line($0.element.1, id: "\($0.offset)", name: $0.element.0) }
        return try SearchWords([words], asPhrases: false).passages(in: lines, context: context).map { passage in
            passage.lines.map { "\($0.number)\($0.isMatch ? "!" : "")" }.joined(separator: " ")
        }
    }

    private let ten = (1...10).map { (String?.none, $0 == 2 || $0 == 5 || $0 == 10 ? "needle \($0)" : "hay \($0)") }

    @Test(
        "as many lines as asked for, and those that touch together",
        arguments: [
            (0, ["2!", "5!", "10!"]), (1, ["1 2! 3 4 5! 6", "9 10!"]), (2, ["1 2! 3 4 5! 6 7 8 9 10!"]),
            (1000, ["1 2! 3 4 5! 6 7 8 9 10!"]),
        ])
    func context(context: Int, expected: [String]) throws {
        #expect(try shape("needle", in: ten, context: context) == expected)
    }

    @Test("a name that is searched for gives its first message, and a word of the text gives all")
    func names() throws {
        let texts: [(String?, String)] = [
            ("Anna", "hello"), ("Bluebird", "hi"), ("Bluebird", "again"), ("bluebird", "and again"), ("Robin", "bluebird?"),
            ("Bluebird", "a bluebird"),
        ]
        #expect(try shape("bluebird", in: texts, context: 0) == ["2!", "5! 6!"])
        #expect(try shape("bluebird again", in: texts, context: 0) == ["3! 4!"])
        #expect(try shape("robin", in: texts, context: 0) == ["5!"])
    }

    @Test("what a platform delivered twice is shown once, under the number of the first; what is no event is passed over")
    func twice() throws {
        let lines = [
            Said.line("hay", id: "1"), Said.line("needle", id: "2"), Said.line("needle", id: "2"), Said.line("hay", id: "1"),
            Array("{}".utf8),
            Said.line("needle", id: "3"), [0xFF],
        ]
        let passages = try SearchWords(["needle"], asPhrases: false).passages(in: lines, context: 1)
        #expect(passages.map { $0.lines.map(\.number) } == [[1, 2, 6]])
        #expect(passages[0].lines.map(\.isMatch) == [false, true, true])
        #expect(passages[0].lines.map(\.event.text) == ["hay", "needle", "needle"])
    }
}
