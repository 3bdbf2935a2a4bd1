import Searching
import Testing

@Suite("People find what they type, however it was written")
struct PeopleFindWhatTheyTypeTests {
    private func folded(_ text: String) -> String {
        var folder = TextFolder()
        return String(decoding: folder.fold(text), as: UTF8.self)
    }

    @Test(
        "these are the same",
        arguments: [
            [
                "bluebird", "Bluebird", "BLUEBIRD", "  bluebird\n", "blue\u{AD}bird", "blue\u{200B}bird", "ｂｌｕｅｂｉｒｄ", "𝓑𝓵𝓾𝓮𝓫𝓲𝓻𝓭",
                "𝕭𝖑𝖚𝖊𝖇𝖎𝖗𝖉", "🅱🅻🆄🅴🅱🅸🆁🅳", "ⓑⓛⓤⓔⓑⓘⓡⓓ",
            ],
            ["zoe", "Zoë", "Zoe\u{308}", "ZOË", "Zoé", "z̶o̶e̶", "Z͑͗o̴̢e̷"],
            ["strasse", "Straße", "STRASSE", "STRAẞE", "straße"],
            ["muller", "Müller", "MÜLLER", "Mu\u{308}ller"],
            ["istanbul isik", "İstanbul Işık", "ISTANBUL ISIK", "ıstanbul ışık", "istanbul ışik"],
            ["soren lukasz dorde", "Søren Łukasz Đorđe", "SØREN ŁUKASZ ĐORĐE"],
            ["aether oeuvre thor", "Æther Œuvre Þór"],
            ["ﬁne".lowercased(), "fine", "FINE", "ﬁne"],
            ["σοφοσ", "σοφός", "ΣΟΦΌΣ", "Σοφος"],
            ["don't", "don’t", "don‘t", "DON`T", "donʼt"],
            ["\"home\" - now...", "“home” – now…", "«home» — now..."],
            ["a b", "a\u{A0}b", "a\n\tb", "a \u{2028} b", "a\u{3000}b"],
            ["é", "e", "E\u{301}"],
            ["Å", "a\u{30A}", "\u{212B}", "a"],
            ["محمد", "مُحَمَّد", "محـــمد"],
            ["احمد", "أحمد", "إحمد", "آحمد"],
            ["فاطمه", "فاطمة"],
            ["علي", "علی", "على"],
            ["שלום", "שָׁלוֹם"],
            ["한글", "\u{1112}\u{1161}\u{11AB}\u{1100}\u{1173}\u{11AF}"],
            ["がぎ", "か\u{3099}き\u{3099}"],
            ["❤", "❤️"],
            ["1⃣", "1️⃣", "1"],
            ["и", "й", "Й", "и\u{306}"],
            ["𐐷", "𐐏"],
        ])
    func same(texts: [String]) {
        #expect(Set(texts.map(folded)).count == 1, "\(texts.map(folded))")
    }

    @Test(
        "these are not",
        arguments: [
            ("か", "が"), ("คา", "คี"), ("कि", "की"), ("क्ष", "कष"), ("a b", "ab"), ("1", "l"), ("o", "0"), ("ш", "щ"), ("👍", "👎"),
            ("家", "字"), ("ab", "ba"), ("나", "낙"), ("🇬🇧", "🇫🇷"), ("", "a"),
        ])
    func different(first: String, second: String) {
        #expect(folded(first) != folded(second))
    }

    private func finds(_ words: String..., in text: String, name: String? = nil, phrase: Bool = false) throws -> Bool {
        try !SearchWords(words, asPhrases: phrase).passages(in: [Said.line(text, name: name)], context: 0).isEmpty
    }

    @Test("words are found in any order, inside of longer ones, in the text or the name; a phrase as it stands")
    func words() throws {
        #expect(try finds("wardrobe hide", in: "i hide in the wardrobe"))
        #expect(try finds("ward", in: "i hide in the wardrobe"))
        #expect(try finds("hide", "wardrobe", in: "i hide in the wardrobe"))
        #expect(try !finds("wardrobe hides", in: "i hide in the wardrobe"))
        #expect(try finds("the  WARDROBE", in: "i hide in the\nwardrobe", phrase: true))
        #expect(try !finds("wardrobe the", in: "i hide in the wardrobe", phrase: true))
        #expect(try finds("hide in", "wardrobe", in: "i hide in the wardrobe", phrase: true))
        #expect(try finds("bluebird wardrobe", in: "the wardrobe", name: "Bluebird"))
        #expect(try !finds("bluebird wardrobe", in: "the wardrobe", name: "Bluebird", phrase: true))
        #expect(try finds("bluebird", in: "hi", name: "Bluebird"))
        #expect(try !finds("visitor", in: "hi", name: "Bluebird"))
        #expect(try finds("躲在", in: "我躲在衣柜里"))
        #expect(try finds("衣柜 我", in: "我躲在衣柜里"))
        #expect(try finds("بيت", in: "في البَيْتِ"))
        #expect(try finds("👩", in: "my mum 👩‍👩‍👧 and me"))
        #expect(try finds("👍🏽", in: "ok 👍🏽!"))
        #expect(try !finds("👍🏽", in: "ok 👍"))
        #expect(try finds("aab", in: "aaaab aaab"))
        #expect(try !finds("aaab", in: "aabaabaa"))
    }

    @Test("what holds nothing that can be found is refused, and so is what nobody searches for")
    func refused() {
        for nothing in [[], [""], ["  \t "], ["\u{301}\u{200D}"], ["\u{FEFF}", ""]] {
            #expect(throws: SearchingError.self) { try SearchWords(nothing, asPhrases: false) }
            #expect(throws: SearchingError.self) { try SearchWords(nothing, asPhrases: true) }
            #expect(throws: SearchingError.self) { try SoughtName(nothing.first ?? "") }
        }
        #expect { try SearchWords([String(repeating: "a", count: 4097)], asPhrases: false) } throws: {
            ($0 as? SearchingError)?.code == .tooLong && !"\($0)".contains("aaa")
        }
        #expect { try SoughtName(String(repeating: "a", count: 4097)) } throws: { ($0 as? SearchingError)?.code == .tooLong }
        #expect(throws: Never.self) { try SearchWords([String(repeating: "a", count: 4096)], asPhrases: false) }
    }

    @Test("a stranger's text cannot make the search slow: a long needle in a long text of nearly the same", .timeLimit(.minutes(1)))
    func linear() throws {
        let words = try SearchWords([String(repeating: "a", count: 4000) + "b"], asPhrases: true)
        let line = Said.line(String(repeating: "a", count: 1_000_000))
        #expect(words.passages(in: [line], context: 0).isEmpty)
        let name = try SoughtName(String(repeating: "ab", count: 50))
        #expect(name.likeness(of: String(repeating: "ba", count: 500_000)) == .other)
    }
}
