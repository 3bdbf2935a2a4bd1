import Foundation
import ProgramRunner
import Records
import System
import TestVault
import Testing

@Suite("An event line is read as RFC 8259 and its specification say")
struct AnEventLineIsReadAsJSONSaysTests {
    /// What a line's fields are, or why it is refused.
    private static func outcome(_ line: String) -> String {
        do {
            let event = try EventLine(Array(line.utf8))
            return "\(event.kind) \(event.name ?? "-") \(event.text ?? "-") \(event.replaces ?? "-")"
        } catch {
            return error.message
        }
    }

    private static func line(_ more: String, kind: String = #""message""#) -> String {
        #"{"v":1,"kind":\#(kind),"conversation":"c"\#(more)}"#
    }

    private static let notObject = "the line is not a JSON object"

    @Test(
        "its strings are what their escapes say",
        arguments: [
            (#"a\"b\\c\/d"#, "a\"b\\c/d"), (#"\b\f\n\r\t"#, "\u{8}\u{C}\n\r\t"), (#"\u00e9\u0000\u20AC"#, "é\0€"),
            (#"\ud83d\ude00\uD83D\uDE00"#, "😀😀"), ("é😀ß", "é😀ß"), ("", ""), (#"\\u0041"#, "\\u0041"),
            // Half a pair is no scalar; the rest of what somebody said is not lost for it.
            (#"a\ud83d"#, "a\u{FFFD}"), (#"\ude00b"#, "\u{FFFD}b"), (#"\ud83d\ud83d\ude00"#, "\u{FFFD}😀"), (#"\ud83d\u0041"#, "\u{FFFD}A"),
            (#"\ud83dx\ude00"#, "\u{FFFD}x\u{FFFD}"),
        ])
    func strings(escaped: String, text: String) {
        #expect(Self.outcome(Self.line(#","body":{"text":"\#(escaped)"}"#)) == "message - \(text) -")
        #expect(Self.outcome(Self.line(#","author":{"name":"\#(escaped)"}"#)) == "message \(text) - -")
    }

    @Test(
        "what is no JSON is refused wherever it stands, read or not",
        arguments: [
            #"\q"#, #"\u12"#, #"\u12g4"#, #"\"#, "\u{1}", "\t", "\n", "\0",
        ].map { #","u":"\#($0)""# }
            + [
                "01", "1.", ".5", "-", "+1", "1e", "1e+", "0x1", "NaN", "Infinity", "nul", "truex", "True", "'a'", "[1,]", "[,]", "[1 2]",
                "{\"a\"}", "{\"a\":}", "{a:1}", "{\"a\":1,}", "{1:1}", "[", "{", "", "1,", "\u{A0}1", "/* */1",
            ].map { ",\"u\":\($0)" } + [",", "}", "]", ":1", ",\"u\"", "\"u\":1", ",1", "} x", "}{"])
    func malformed(more: String) {
        #expect(Self.outcome(Self.line(more)) == Self.notObject)
    }

    @Test(
        "what is JSON is carried unread",
        arguments: [
            "0", "-0", "10", "-1.50e3", "1E+2", "1e-400", "99999999999999999999999999", "true", "false", "null", "[]", "{}", "[[],[{}]]",
            #"{"a":{"a":[1,2,{"b":"\u0000\ud800"}]}}"#, " [ 1 , 2 ] ", #"{"":1,"":2}"#, #""\ud800""#,
        ])
    func carried(value: String) {
        #expect(Self.outcome(Self.line(",\"u\":\(value)")) == "message - - -")
        #expect(Self.outcome("\u{FEFF} " + Self.line(",\"u\":\(value)") + " \r") == "message - - -")
    }

    @Test("of a key that stands twice the first counts, whatever the second is")
    func twice() {
        #expect(
            Self.outcome(Self.line(#","kind":7,"body":{"text":"a","text":5},"body":6,"author":null,"author":{"name":"x"}"#))
                == "message - a -")
        #expect(Self.outcome(Self.line("", kind: "7") + " ") == "the event's field \"kind\" has the wrong type")
        #expect(Self.outcome(#"{"v":1,"k\u0069nd":"end","kind":"edit","conversation":"c"}"#) == "end - - -")
    }

    @Test("a field of the wrong type, or none, is named, and nothing that the line says")
    func fields() {
        let wrong = [
            "id": "7", "at": "[]", "received_at": "{}", "visibility": "true", "author": #""secret""#, "author.role": "1",
            "author.name": "[]",
            "body": "[1]", "body.text": #"{"secret":1}"#,
        ]
        for (name, value) in wrong {
            let pieces = name.split(separator: ".")
            let member = pieces.count == 1 ? "\"\(name)\":\(value)" : "\"\(pieces[0])\":{\"\(pieces[1])\":\(value)}"
            #expect(Self.outcome(Self.line("," + member)) == "the event's field \"\(name)\" has the wrong type")
        }
        for name in ["v", "kind", "conversation"] {
            let fields = ["v": "1", "kind": "\"end\"", "conversation": "\"c\""]
            let without = fields.filter { $0.key != name }.map { "\"\($0.key)\":\($0.value)" }.joined(separator: ",")
            #expect(Self.outcome("{\(without)}") == "the event lacks the field \"\(name)\"")
            #expect(Self.outcome("{\"\(name)\":null,\(without)}") == "the event's field \"\(name)\" has the wrong type")
        }
        for relation in ["5", "null", "[]", #"{"replaces":5}"#, #"{"replaces":null}"#] {
            #expect(Self.outcome(Self.line(",\"relation\":\(relation)")) == "message - - -")
        }
        for version in ["1", "1.0", "1e0", "10E-1"] {
            #expect(Self.outcome(#"{"v":\#(version),"kind":"end","conversation":"c"}"#) == "end - - -")
        }
        for version in ["2", "0", "-1", "1.5", "1e400", "1e999999999999"] {
            #expect(Self.outcome(#"{"v":\#(version),"kind":"end","conversation":"c"}"#) == "the event is of another version than 1")
        }
        for other in ["[]", "1", "\"a\"", "null", "[{\"v\":1}]"] { #expect(Self.outcome(other) == Self.notObject) }
    }

    @Test("nesting is bounded, so that no line uses up a thread's stack")
    func nesting() throws {
        @Sendable func nested(_ depth: Int, _ begin: String, _ end: String) -> String {
            Self.line(",\"u\":" + String(repeating: begin, count: depth) + "1" + String(repeating: end, count: depth))
        }
        for (begin, end) in [("[", "]"), ("{\"a\":", "}")] {
            // On a thread with as little stack as those have that search.
            let thread = try Threads.start(name: "small") { #expect(Self.outcome(nested(511, begin, end)) == "message - - -") }
            thread.join()
            for depth in [512, 100_000] { #expect(Self.outcome(nested(depth, begin, end)) == Self.notObject) }
        }
    }

    // MARK: - Against another reader

    /// The specification of the event line, over Python's reader of JSON; of times it says "?", for it does not read them.
    private static let otherReader = #"""
        import json, sys
        def whole(s): return ''.join('\ufffd' if 0xD800 <= ord(c) <= 0xDFFF else c for c in s)
        def refuse(_): raise ValueError
        def first(pairs):
            found = {}
            for key, value in pairs: found.setdefault(key, value)
            return found
        def string(o, key, must=False):
            value = o.get(key)
            if not (isinstance(value, str) or (value is None and not must)): raise ValueError
            return value
        def thing(o, key):
            value = o.get(key)
            if value is None: return {}
            if not isinstance(value, dict): raise ValueError
            return value
        kinds = ['message', 'edit', 'delete', 'reaction', 'participant', 'end', 'other']
        for line in sys.stdin:
            try:
                text = bytes.fromhex(line).decode('utf-8')
                if text.startswith('\ufeff'): text = text[1:]
                o = json.loads(text, parse_constant=refuse, object_pairs_hook=first, parse_int=float)
                if not isinstance(o, dict) or not isinstance(o.get('v'), float) or o['v'] != 1: raise ValueError
                if string(o, 'kind', True) not in kinds: raise ValueError
                if not 1 <= len(whole(string(o, 'conversation', True)).encode()) <= 1024: raise ValueError
                string(o, 'id'); string(o, 'visibility')
                string(thing(o, 'author'), 'role')
                fields = [o['kind'], string(thing(o, 'author'), 'name'), string(thing(o, 'body'), 'text')]
                times = [string(o, 'at'), string(o, 'received_at')]
                told = '?' if any(times) else json.dumps([None if f is None else whole(f) for f in fields])
            except (ValueError, RecursionError): told = 'refused'
            print(told)
        """#

    @Test("changed by chance, each line is read or refused as another reader does", .enabled(if: TestData.isPresent, "\(TestData.absence)"))
    func changed() throws {
        var random = Chance(seed: 20_261_128)
        let texts = try JSONDecoder().decode([String].self, from: Data(TestData.bytes("robustness/blns.json")))
        var lines = texts.prefix(200).enumerated().map { TestData.message($0.element, id: "\($0.offset)", name: $0.element) }
        lines += try TestData.lines("primock57.jsonl").prefix(200)
        lines.append(
            Array(
                #"{"v":1.0,"kind":"edit","conversation":"c\ud83d\ude00","author":{"role":null},"body":{"text":"\ud83d\/\u00e9"},"n":[1e5,{}]}"#
                    .utf8))
        let pieces = [
            "\"", "\\", "{", "}", "[", "]", ",", ":", "null", "\\u", "\\ud83d", "0", "-", "1e", ".", " ", "\t", "\u{1}", "é", "true",
        ]
        let changed = lines.flatMap { line in
            (0..<12).map { _ in
                var line = line
                for _ in 0..<random.below(3) {
                    let place = random.below(line.count + 1)
                    switch random.below(4) {
                    case 0: line.insert(contentsOf: Array(pieces[random.below(pieces.count)].utf8), at: place)
                    case 1 where place < line.count: line.remove(at: place)
                    case 2 where place < line.count: line[place] = UInt8(random.below(256))
                    default: line.removeSubrange(min(place, line.count - 1)..<min(place + random.below(20), line.count))
                    }
                    if line.isEmpty { line = [UInt8(ascii: " ")] }
                }
                return line.filter { $0 != UInt8(ascii: "\n") }
            }
        }
        let input = changed.map { Hex.encode($0) }.joined(separator: "\n") + "\n"
        let other = try RunningProgram(["python3", "-c", Self.otherReader], input: Data(input.utf8)).end()
        try #require(other.code == 0 && other.lines.count == changed.count, "\(other)")
        var counts = (read: 0, refused: 0)
        for (line, told) in zip(changed, other.lines) where told != "?" {
            let event = try? EventLine(line)
            if told == "refused" {
                counts.refused += 1
                #expect(event == nil, "\(String(decoding: line, as: UTF8.self))")
            } else {
                counts.read += 1
                let fields = try JSONDecoder().decode([String?].self, from: Data(told.utf8))
                let found: [String?] = [event?.kind.rawValue, event?.name, event?.text]
                #expect(
                    found.map { $0.map { Array($0.utf8) } } == fields.map { $0.map { Array($0.utf8) } },
                    "\(String(decoding: line, as: UTF8.self))")
            }
        }
        #expect(counts.read > 1000 && counts.refused > 1000, "\(counts)")
    }
}

/// The same numbers in every run (splitmix64).
private struct Chance {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func below(_ bound: Int) -> Int {
        state &+= 0x9E37_79B9_7F4A_7C15
        var value = state
        value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
        return Int((value ^ (value >> 31)) % UInt64(bound))
    }
}
