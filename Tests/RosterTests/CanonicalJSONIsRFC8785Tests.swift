import Records
import Testing

@Suite("Canonical JSON is RFC 8785 for what we use of it")
struct CanonicalJSONIsRFC8785Tests {
    struct Thing: Codable, Equatable {
        var text: String
        var number: Int
        var list: [String]
        var maybe: String?
        var yes: Bool

        func encode(to encoder: any Encoder) throws {
            var container = encoder.container(keyedBy: CodingKeys.self)
            try container.encode(text, forKey: .text)
            try container.encode(number, forKey: .number)
            try container.encode(list, forKey: .list)
            try container.encode(maybe, forKey: .maybe)
            try container.encode(yes, forKey: .yes)
        }
    }

    static func read(_ text: String) throws -> Thing {
        try CanonicalJSON.value(Thing.self, fromLine: Array(text.utf8), limitBytes: 10_000)
    }

    @Test("strings are escaped as RFC 8785 section 3.2.2.2 says, and no further")
    func strings() throws {
        // JCS: two-character escapes where JSON has them, \u00xx in lower case for the other control characters, all else as it is.
        let control =
            #"\u0000\u0001\u0002\u0003\u0004\u0005\u0006\u0007\b\t\n\u000b\f\r\u000e\u000f"#
            + #"\u0010\u0011\u0012\u0013\u0014\u0015\u0016\u0017\u0018\u0019\u001a\u001b\u001c\u001d\u001e\u001f"#
        let controlText = String(String.UnicodeScalarView((0..<32).map { Unicode.Scalar(UInt8($0)) }))
        #expect(try CanonicalJSON.line([controlText]) == Array("[\"\(control)\"]".utf8))
        let plain = " !#$%&'()*+,-./09:;<=>?@AZ[]^_`az{|}~\u{7F}\u{80}\u{A0}é\u{2028}\u{2029}\u{FEFF}\u{FFFE}€😀\u{10FFFF}e\u{301}"
        #expect(try CanonicalJSON.line([plain]) == Array("[\"\(plain)\"]".utf8))
        #expect(try CanonicalJSON.line([#"a"b\c/d"#]) == Array(#"["a\"b\\c/d"]"#.utf8))
        // The example of RFC 8785 section 3.2.2.2, as far as it is of our subset.
        #expect(try CanonicalJSON.line(["€$\u{F}\nA'B\"\\\\\"/"]) == Array(#"["€$\u000f\nA'B\"\\\\\"/"]"#.utf8))
    }

    @Test("keys are sorted by their bytes, numbers are plain, null is written")
    func objects() throws {
        let keys = ["valid_to", "valid_from", "a10", "a9", "a b", "ab", "aB", "A", "_", "", "1", "11", "2", "-"]
        let pairs = keys.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }.map { "\"\($0)\":0" }
        #expect(
            try CanonicalJSON.line(Dictionary(uniqueKeysWithValues: keys.map { ($0, 0) }))
                == Array("{\(pairs.joined(separator: ","))}".utf8)
        )
        #expect(
            try CanonicalJSON.line([0, -1, CanonicalJSON.largestInteger, -CanonicalJSON.largestInteger])
                == Array("[0,-1,9007199254740991,-9007199254740991]".utf8)
        )
        let thing = Thing(text: "", number: 0, list: [], maybe: nil, yes: true)
        #expect(try CanonicalJSON.file(thing) == Array("{\"list\":[],\"maybe\":null,\"number\":0,\"text\":\"\",\"yes\":true}\n".utf8))
        #expect(try CanonicalJSON.value(Thing.self, fromFile: CanonicalJSON.file(thing), limitBytes: 100) == thing)
    }

    @Test(
        "every other text of the same value is refused",
        arguments: [
            // White space, order, a duplicate, an unknown key, a missing null.
            #" {"list":[],"maybe":null,"number":1,"text":"a","yes":true}"#, #"{"list":[],"maybe":null,"number":1,"text":"a","yes":true} "#,
            #"{"list":[], "maybe":null,"number":1,"text":"a","yes":true}"#,
            "{\"list\":[],\"maybe\":null,\"number\":1,\"text\":\"a\",\"yes\":true}\n",
            #"{"maybe":null,"list":[],"number":1,"text":"a","yes":true}"#,
            #"{"list":[],"maybe":null,"number":1,"number":1,"text":"a","yes":true}"#,
            #"{"list":[],"maybe":null,"number":2,"number":1,"text":"a","yes":true}"#,
            #"{"a":0,"list":[],"maybe":null,"number":1,"text":"a","yes":true}"#, #"{"list":[],"number":1,"text":"a","yes":true}"#,
            // Other numbers, escapes, types.
            #"{"list":[],"maybe":null,"number":1.0,"text":"a","yes":true}"#,
            #"{"list":[],"maybe":null,"number":1e0,"text":"a","yes":true}"#,
            #"{"list":[],"maybe":null,"number":-0,"text":"a","yes":true}"#, #"{"list":[],"maybe":null,"number":01,"text":"a","yes":true}"#,
            #"{"list":[],"maybe":null,"number":"1","text":"a","yes":true}"#,
            #"{"list":[],"maybe":null,"number":1,"text":"\u0061","yes":true}"#,
            #"{"list":[],"maybe":null,"number":1,"text":"\/","yes":true}"#,
            #"{"list":[],"maybe":null,"number":1,"text":"\u001F","yes":true}"#,
            #"{"list":[],"maybe":null,"number":1,"text":"\u000a","yes":true}"#,
            #"{"list":[],"maybe":null,"number":1,"text":"\ud800","yes":true}"#,
            #"{"list":[],"maybe":null,"number":1,"text":"a","yes":1}"#, #"{"list":[null],"maybe":null,"number":1,"text":"a","yes":true}"#,
            #"{"list":{},"maybe":null,"number":1,"text":"a","yes":true}"#, #"{"list":[],"maybe":null,"number":1,"text":"a","yes":true}]"#,
            #"{"list":[],"maybe":null,"number":9223372036854775808,"text":"a","yes":true}"#, "", "null", "{}", "[]",
            "\u{FEFF}" + #"{"list":[],"maybe":null,"number":1,"text":"a","yes":true}"#,
        ]
    )
    func otherTexts(text: String) {
        #expect(throws: RecordsError.self) { try Self.read(text) }
    }

    @Test("bytes that are not UTF-8, deep nesting and lengths over the limit are refused")
    func otherBytes() throws {
        let good = #"{"list":[],"maybe":null,"number":1,"text":"a","yes":true}"#
        #expect(try Self.read(good).number == 1)
        for index in good.utf8.indices {
            let offset = good.utf8.distance(from: good.utf8.startIndex, to: index)
            for bad: UInt8 in [0x00, 0x80, 0xFF] {
                var bytes = Array(good.utf8)
                bytes[offset] = bad
                #expect(throws: RecordsError.self) { try CanonicalJSON.value(Thing.self, fromLine: bytes, limitBytes: 1000) }
            }
        }
        #expect(throws: RecordsError.self) {
            try CanonicalJSON.value(Thing.self, fromLine: Array(good.utf8), limitBytes: good.utf8.count - 1)
        }
        let deep = Array(String(repeating: "[", count: 9000).utf8)
        #expect(throws: RecordsError.self) { try CanonicalJSON.value(Thing.self, fromLine: deep, limitBytes: 10_000) }
        let utf16 = Array(good.utf16).flatMap { [UInt8(truncatingIfNeeded: $0), UInt8($0 >> 8)] }
        #expect(throws: RecordsError.self) { try CanonicalJSON.value(Thing.self, fromLine: utf16, limitBytes: 10_000) }
    }
}
