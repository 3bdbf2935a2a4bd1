import Foundation
import Identity
import Keeper
import Opening
import Records
import Roster
import Sealing
import Sharing
import Sodium
import System
import TestVault
import Testing

@Suite("P3: you need not tell us your name; a made-up one is fine")
struct P3NoRealNameTests {
    /// What may stand where a name could: nothing at all in many ways, and made-up ones.
    private static let authors = [
        nil, "null", "{}", #"{"role":"visitor"}"#, #"{"role":"visitor","name":null}"#, #"{"role":"visitor","name":""}"#,
        #"{"role":"visitor","name":"   "}"#, #"{"role":"visitor","name":"\u200B"}"#, #"{"role":"visitor","name":"Bluebird"}"#,
        #"{"role":"visitor","name":"🦊"}"#, #"{"role":"visitor","name":"Batman; DROP TABLE"}"#,
        #"{"role":"visitor","name":"xX_anon_Xx 123"}"#,
        #"{"role":"visitor","name":"anna"}"#, #"{"id":"17"}"#,
    ]

    private static func line(author: String?, name conversation: String = "c") -> [UInt8] {
        let field = author.map { ",\"author\":\($0)" } ?? ""
        return Array(#"{"v":1,"kind":"message","conversation":"\#(conversation)"\#(field),"body":{"type":"text","text":"hello"}}"#.utf8)
    }

    @Test("a conversation without any name, or with a made-up one, is stored, found and read", arguments: authors)
    func withoutName(author: String?) throws {
        let vault = try TestVault()
        let lines = [Self.line(author: author), Self.line(author: author)]
        let id = try vault.seal(lines)
        let holder = Card.id(of: vault.annaKey.bytes)
        let listed = try vault.reader.conversations(of: holder)
        #expect(listed.found.map(\.id) == [id] && listed.unreadable == 0)
        let opened = try vault.read(id)
        #expect(opened.lines == lines && opened.remarks.isEmpty)
    }

    @Test("names change nothing about what is stored but the text: nobody is told apart by having given one")
    func alike() throws {
        let disk = MemoryFileSystem()
        let vault = try TestVault(fileSystem: disk)
        var sizes: Set<Int> = []
        for author in Self.authors {
            let id = try vault.seal([Self.line(author: author)])
            sizes.insert(try disk.readFile(vault.onlyPart(of: id).path, limitBytes: Limits.partBytes).count)
        }
        #expect(sizes.count == 1)
    }

    @Test("an event that is nothing but what it must be is enough, and its author is not known")
    func leastEvent() throws {
        let line = Array(#"{"v":1,"kind":"message","conversation":"c"}"#.utf8)
        let event = try EventLine(line)
        #expect(event.name == nil && event.role == .unknown && event.id == nil && event.at == nil)
        let vault = try TestVault()
        #expect(try vault.read(vault.seal([line])).lines == [line])
    }

    @Test("a yes can be recorded of somebody who used no name here, and then the name used is not invented")
    func noPseudonym() throws {
        let lines = Exchange.lines.map { line in
            Array(String(decoding: line, as: UTF8.self).replacingOccurrences(of: "\"name\":\"Bluebird\"", with: "\"name\":null").utf8)
        }
        let exchange = try Exchange(lines: lines)
        let consent = try exchange.verified(exchange.share(exchange.record(["pseudonym": nil])).file).consent
        #expect(consent.pseudonym == "not given")
    }

    // MARK: - Where a name is given, it stays inside

    private static let secretTexts = [
        Exchange.realName, "Whitford", "Exämple", "Bluebird", "call me", "platform-room-of-Robin", Exchange.note,
    ]

    /// A text in every way in which it could be written down without being encrypted.
    private static func writings(of text: String) -> [[UInt8]] {
        var writings: [[UInt8]] = []
        let forms = [
            text, text.lowercased(), text.uppercased(), text.decomposedStringWithCanonicalMapping,
            text.precomposedStringWithCanonicalMapping,
        ]
        for form in Set(forms.map { Array($0.utf8) }) {
            let string = String(decoding: form, as: UTF8.self)
            let units = Array(string.utf16)
            writings.append(form)
            writings.append(units.flatMap { [UInt8($0 & 255), UInt8($0 >> 8)] })
            writings.append(units.flatMap { [UInt8($0 >> 8), UInt8($0 & 255)] })
            writings.append(Array(Hex.encode(form).utf8))
            writings.append(Array(Hex.encode(form).uppercased().utf8))
            writings.append(Array((string.addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? string).utf8))
            writings.append(Array(units.map { $0 < 128 ? String(UnicodeScalar(UInt8($0))) : "\\u" + String($0, radix: 16) }.joined().utf8))
            // In base64 it looks different at each of three places; what hangs on its neighbours is left away.
            for shift in 0..<3 {
                let encoded = Array(Data([UInt8](repeating: 0, count: shift) + form).base64EncodedString().utf8)
                writings.append(Array(encoded.dropFirst(4).dropLast(4)))
            }
            writings.append(Array(form.reversed()))
        }
        return writings.filter { $0.count >= 5 }
    }

    /// How many of the secret texts stand somewhere in these bytes, in whatever writing.
    private static func found(in files: [[UInt8]]) -> [String] {
        secretTexts.filter { text in
            let writings = writings(of: text)
            return files.contains { file in writings.contains { occurs($0, in: file) } }
        }
    }

    @Test("neither a real name nor a made-up one, nor a word, stands anywhere outside of sealed bytes")
    func nowhereElse() throws {
        let lines = Exchange.lines.map { line in
            Array(
                String(decoding: line, as: UTF8.self).replacingOccurrences(
                    of: "\"conversation\":\"c\"", with: "\"conversation\":\"platform-room-of-Robin\""
                ).utf8)
        }
        let exchange = try Exchange(lines: lines)
        let consent = try exchange.record()
        let bundle = try exchange.share(consent)
        let imported = try exchange.importCopy(bundle.file)
        // Everything that lies on both disks, or ever left this process: contents, paths, the bundle, the acknowledgement.
        var files: [[UInt8]] = [bundle.file, imported.acknowledgement.text, imported.acknowledgement.signature, Array("\(bundle.id)".utf8)]
        for disk in [exchange.charityDisk, exchange.teamDisk] {
            files += disk.everyContents
            for path in try disk.everything(below: "/").keys { files.append(Array(path.utf8)) }
        }
        #expect(files.count > 40 && files.contains { $0.count > 4096 })
        #expect(Self.found(in: files).isEmpty)
        // What is decrypted holds all of it, so that a leak would be found.
        let opened = try exchange.conversation()
        #expect(Self.found(in: opened.lines + opened.acts) == Self.secretTexts)
        #expect(Self.found(in: [Array(Data(opened.acts[0]).base64EncodedString().utf8)]).contains(Exchange.realName))
        #expect(Self.found(in: [try exchange.archive(in: bundle.file)]) == Self.secretTexts.filter { $0 != Exchange.note })
        // Whoever is in the roster is named there; the young person is not.
        #expect(files.contains { occurs(Array("family-support".utf8), in: $0) })
    }

    @Test("no refusal repeats a name, a word, or an id of the platform")
    func refusals() throws {
        let exchange = try Exchange()
        let consent = try exchange.record()
        let bundle = try exchange.share(consent)
        var said: [String] = []
        func refused(_ body: () throws -> Void) {
            do {
                try body()
                Issue.record("not refused")
            } catch {
                said.append("\(error)")
            }
        }
        let name = Exchange.realName
        for (field, value) in [
            ("real_name", "\u{200B}"), ("team", name), ("asked", name), ("answered", name), ("from", name), ("to", name),
            ("redacted", [name]),
            ("purpose", " " + name), ("purpose", name + "\u{7}"), ("copy_expires", name), ("valid_until", name), ("understanding", " "),
            ("real_name", [name]), ("pseudonym", 5), ("notice", name), ("withdrawal_explained", name), ("contact", NSNull()),
        ] as [(String, Any)] {
            refused { _ = try exchange.record([field: value]) }
        }
        refused { _ = try ConsentForm(json: Array("{\"real_name\":\"\(name)\"".utf8)) }
        for (field, value) in [("state", "refused"), ("real_name", "-"), ("valid_until", "2026-01-01"), ("conversation", name)] {
            refused { _ = try exchange.share(exchange.record { $0[field] = value }) }
        }
        for change in [("real_name", "-"), ("pseudonym", name + "?"), ("purpose", name), ("copy_expires", name)] {
            refused {
                let forged = try exchange.forged(bundle.file) { $0.consent = try forge($0.consent) { $0[change.0] = change.1 } }
                _ = try exchange.verified(change.0 == "pseudonym" ? forged.dropLast(3) + [0, 0, 0] : forged)
            }
        }
        refused { _ = try exchange.verified(bundle.file, today: TestVault.today.adding(days: 400)) }
        // Lines that are no events, with a name in every place where one can stand.
        for line in [
            #"{"v":1,"kind":"NAME","conversation":"c"}"#, #"{"v":1,"kind":"message","conversation":["NAME"]}"#,
            #"{"v":1,"kind":"message","conversation":"c","at":"NAME"}"#, #"{"v":1,"kind":"message","conversation":"c","author":"NAME"}"#,
            #"{"v":1,"kind":"message","conversation":"c","author":{"name":{"NAME":1}}}"#, #"{"v":"NAME"}"#, "NAME", #"{"NAME":"#,
        ] {
            refused { _ = try EventLine(Array(line.replacingOccurrences(of: "NAME", with: name).utf8)) }
        }
        let other = try exchange.charity.seal(Exchange.lines)
        refused { _ = try exchange.charity.read(other, as: .ben) }
        exchange.charity.leaves.advance(to: TestVault.today.adding(days: 400))
        refused { _ = try exchange.charity.read(other) }
        refused { _ = try exchange.charity.seal(Exchange.lines, start: TestVault.today) }
        #expect(said.count == 38)
        #expect(Self.found(in: said.map { Array($0.utf8) }).isEmpty)
        #expect(said.allSatisfy { !$0.contains("\n") && $0.utf8.count < 300 })
    }
}
