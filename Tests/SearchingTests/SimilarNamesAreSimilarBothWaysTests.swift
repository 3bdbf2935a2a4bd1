import Records
import Searching
import Testing

@Suite("A name is the same, similar or another, and as much the other way round")
struct SimilarNamesAreSimilarBothWaysTests {
    private func likeness(_ first: String, _ second: String) throws -> SoughtName.Likeness {
        let (there, back) = (try SoughtName(first).likeness(of: second), try SoughtName(second).likeness(of: first))
        #expect(there == back, "\(first) \(second)")
        return there
    }

    @Test(
        "the same",
        arguments: [
            ("Bluebird", "bluebird"), ("Zoë", "ZOE"), ("  Blue  Bird ", "blue bird"), ("🦊", "🦊"), ("𝓑𝓵𝓾𝓮", "blue"), ("Straße", "STRASSE"),
            ("***", "***"),
        ])
    func same(first: String, second: String) throws {
        #expect(try likeness(first, second) == .same)
    }

    @Test(
        "similar",
        arguments: [
            ("Bluebird", "Blue Bird"), ("Blue-Bird", "bluebird"), ("xX_anon_Xx", "xxanonxx"), ("Bluebird", "Blubird"),
            ("Bluebird", "Bleubird"),
            ("Bluebird", "Bluebirb"), ("Bluebird", "Bluebrid"), ("Anna", "Ana"), ("Anna", "Hanna"), ("Sam", "Samantha"), ("Sam", "Sm a"),
            ("Red Robin", "Robin Red"), ("Robin", "Little Robin"), ("bluebird", "bluebird07"), ("Mueller", "Müller"),
            ("Katharina", "Catarina"),
            ("Alexandrina", "Alexandr ina!!"), ("Alexandrina", "Aleksandryna"), ("قمر", "قمرة"),
        ])
    func similar(first: String, second: String) throws {
        #expect(try likeness(first, second) == .similar)
    }

    @Test(
        "others",
        arguments: [
            ("Bluebird", "Blackbird"), ("Bo", "Ba"), ("Bo", "Bob"), ("Sam", "Sim on"), ("Robin", "Raven"), ("🦊", "🐻"), ("Anna", "Robin"),
            ("Al", "Little Al"),
            ("***", "Bluebird"), ("Bluebird", ""), ("Bluebird", "\u{200B}"), ("x", "y"),
        ])
    func others(first: String, second: String) throws {
        #expect(try SoughtName(first).likeness(of: second) == .other)
        guard !second.isEmpty, second != "\u{200B}" else { return }
        #expect(try likeness(first, second) == .other)
    }

    /// The distance as its definition has it, without a limit and without cleverness.
    private func distance(_ first: ArraySlice<UnicodeScalar>, _ second: ArraySlice<UnicodeScalar>) -> Int {
        guard let a = first.last, let b = second.last else { return first.count + second.count }
        var least = min(
            distance(first.dropLast(), second) + 1, distance(first, second.dropLast()) + 1,
            distance(first.dropLast(), second.dropLast()) + (a == b ? 0 : 1))
        if first.count > 1, second.count > 1, first.dropLast().last == b, second.dropLast().last == a {
            least = min(least, distance(first.dropLast(2), second.dropLast(2)) + 1)
        }
        return least
    }

    @Test("as many slips as are allowed make a similar name, one more another")
    func slips() throws {
        // The same words in every run.
        var state: UInt32 = 12345
        func next(_ bound: UInt32) -> Int {
            state = state &* 1_664_525 &+ 1_013_904_223
            return Int((state >> 16) % bound)
        }
        let letters: [UnicodeScalar] = ["a", "b", "c"]
        var counts = [SoughtName.Likeness: Int]()
        for _ in 0..<4000 {
            let first = (0..<(3 + next(3))).map { _ in letters[next(3)] }
            let second = (0..<(3 + next(3))).map { _ in letters[next(3)] }
            guard first != second, !first.starts(with: second), !second.starts(with: first) else { continue }
            let found = try likeness(String(String.UnicodeScalarView(first)), String(String.UnicodeScalarView(second)))
            #expect(found == (distance(first[...], second[...]) <= 1 ? .similar : .other), "\(first) \(second)")
            counts[found, default: 0] += 1
        }
        #expect((counts[.similar] ?? 0) > 50 && (counts[.other] ?? 0) > 50)
    }

    @Test("only visitors' names count, the nearest of a conversation, and its first day is that of the first message with a time")
    func findings() throws {
        let sought = try SoughtName("Bluebird")
        let lines = [
            Said.line("hello", id: "0", role: "worker", name: "Bluebird", at: nil),
            Said.line("hi", id: "1", name: "Blubird", at: "2026-11-02T09:00:00+02:00"),
            Said.line("hi", id: "2", name: "Robin", at: "2026-01-01T00:00:00Z"),
        ]
        func finding(_ lines: [[UInt8]]) -> String {
            let found = sought.finding(in: lines)
            return "\(found.likeness) \(found.firstDay.map(\.description) ?? "never")"
        }
        #expect(finding(lines) == "similar 2026-11-02")
        #expect(finding(lines + [Said.line("x", id: "3", name: "BLUEBIRD")]) == "same 2026-11-02")
        #expect(finding([lines[0], lines[2], [0xFF]]) == "other 2026-01-01")
        #expect(finding([Said.line("hi", name: "Bluebird")]) == "same never")
        #expect(finding([]) == "other never")
    }
}
