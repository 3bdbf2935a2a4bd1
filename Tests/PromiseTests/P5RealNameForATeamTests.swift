import Foundation
import Opening
import Records
import Roster
import Sharing
import Sodium
import System
import TestVault
import Testing

@Suite("P5: to pass something on to a team, we need your real name")
struct P5RealNameForATeamTests {
    let exchange: Exchange

    init() throws {
        exchange = try Exchange()
    }

    /// What people put into a field that asks for a name, to be rid of it: blanks of every kind, characters that show nothing, and marks that
    /// are no letters.
    static let noNames = [
        "", " ", "   ", "\t", "\n", "\r\n", " \t \u{0B}\u{0C} ", "\u{85}", "\u{A0}", "\u{1680}",
        "\u{2000}\u{2001}\u{2002}\u{2003}\u{2004}\u{2005}",
        "\u{2006}\u{2007}\u{2008}\u{2009}\u{200A}", "\u{2028}", "\u{2029}", "\u{202F}", "\u{205F}", "\u{3000}",
        // Nothing is shown of these, though they are no white space.
        "\u{200B}", "\u{200C}\u{200D}", "\u{2060}", "\u{FEFF}", "\u{180E}", "\u{AD}", "\u{34F}", "\u{61C}", "\u{200E}\u{200F}", "\u{202E}",
        "\u{2066}",
        "\u{115F}", "\u{1160}", "\u{3164}", "\u{FFA0}", "\u{2800}", "\u{FE0F}", "\u{E0001}", "\u{E0041}\u{E0042}", "\u{17B4}\u{17B5}",
        "\u{0}", "\u{7F}", "\u{1}\u{2}",
        // These are no name.
        ".", "-", "--", "?", "…", "/", "_", "'", "\"\"", "*", "()", "\u{301}", " \u{308} ", "🙂", "0", "123", "\u{FFFD}",
    ]

    /// What people are called.
    static let names = [
        "Robin", "Ö", "李", "محمد", "O'Brien", "Þórdís Ýr", "ᏣᎳᎩ", "ᐃᓄᒃ", "नीला", "X Æ A-12", "Jean-Luc", "김", "Ngũgĩ", "é", "e\u{301}",
        "ʻOkina", " Ada ",
        "မောင်", "𞤀𞤣𞤤𞤢𞤥",
    ]

    /// What a name is made of, for a person who reads that one of them failed.
    private func shown(_ name: String) -> Comment {
        Comment(rawValue: name.unicodeScalars.map { "U+" + String($0.value, radix: 16, uppercase: true) }.joined(separator: " "))
    }

    @Test("a name in any script is one")
    func accepted() throws {
        let exchange = try Exchange(lines: Exchange.lines(asking: Self.names.count))
        let forms = Self.names.enumerated().map { number, name in Exchange.answer(number).merging(["real_name": name]) { $1 } }
        for (name, consent) in zip(Self.names, try exchange.record(forms)) {
            let verified = try exchange.verified(exchange.share(consent).file)
            #expect(verified.consent.real_name.unicodeScalars.elementsEqual(name.unicodeScalars), shown(name))
        }
    }

    @Test("nothing, blanks and what shows nothing are refused when the yes is recorded")
    func recording() throws {
        for name in Self.noNames {
            #expect(shown(name)) {
                try exchange.record(["real_name": name])
            } throws: {
                ($0 as? SharingError)?.code == .noRealName
            }
        }
        #expect(try exchange.acts(Consent.type).isEmpty)
    }

    @Test("a form without the field is refused, and so is one in which it is null or no text")
    func missing() throws {
        for value in [nil, NSNull(), 7, true, ["Robin"], [:]] as [Any?] {
            #expect(throws: RecordsError.self) { try exchange.record(["real_name": value]) }
        }
        #expect(try exchange.acts(Consent.type).isEmpty)
    }

    @Test("an act made by hand and sealed by the worker gives no copy")
    func handMadeAct() throws {
        var acts: [ActID] = []
        var lines: [[UInt8]] = []
        for name in Self.noNames {
            acts.append(SystemRandom().identifier(ActID.self))
            lines.append(try forge(exchange.line(Exchange.form(), id: acts[acts.count - 1])) { $0["real_name"] = name })
        }
        try exchange.charity.record(lines, in: exchange.conversation())
        #expect(try exchange.acts(Consent.type).count == Self.noNames.count)
        for (name, act) in zip(Self.noNames, acts) {
            #expect(try exchange.refusal(toShare: act) == .noRealName, shown(name))
        }
        #expect(try exchange.acts(SpentConsent.type).isEmpty)
    }

    @Test("an act made by hand that leaves the field out is no consent")
    func handMadeActWithoutField() throws {
        for value in [nil, NSNull(), 7] as [Any?] {
            let consent = try exchange.record { $0["real_name"] = value }
            #expect(try exchange.refusal(toShare: consent) == .noConsent)
        }
        // The same by hand with a name is one: it is the name that is missing.
        let consent = try exchange.record { $0["real_name"] = "Robin" }
        #expect(try exchange.refusal(toShare: consent) == nil)
    }

    @Test("a bundle that the worker made and signed by hand is refused by the team")
    func handMadeBundle() throws {
        let bundle = try exchange.share(exchange.record())
        for name in Self.noNames {
            let forged = try exchange.forged(bundle.file) { $0.consent = try forge($0.consent) { $0["real_name"] = name } }
            #expect(try exchange.refusal(toImport: forged) == .notGenuine, shown(name))
        }
    }

    @Test("a bundle whose consent lacks the field is refused, while the same with another name is not")
    func handMadeBundleWithoutField() throws {
        let bundle = try exchange.share(exchange.record())
        for value in [nil, NSNull(), 7] as [Any?] {
            let forged = try exchange.forged(bundle.file) { $0.consent = try forge($0.consent) { $0["real_name"] = value } }
            #expect(try exchange.refusal(toImport: forged) == .notGenuine)
        }
        let renamed = try exchange.forged(bundle.file) { $0.consent = try forge($0.consent) { $0["real_name"] = "Robin" } }
        #expect(try exchange.refusal(toImport: renamed) == nil)
        #expect(try exchange.refusal(toImport: exchange.forged(bundle.file) { _ in }) == nil)
    }
}
