import Age
import Foundation
import Identity
import Minisign
import Records
import Roster
import Sharing
import Sodium
import TestVault
import Testing

/// What is refused though it is well made: by a worker who goes round the rules, a team that passes it on, somebody outside who knows the
/// format and the team's public key.
extension P9GenuineForTheTeamTests {
    /// The bundle with something changed, as it is judged; `refresh` makes it say again what is true of its files, and `sign` has anna sign it.
    private func judge(
        refresh: Bool = true, sign: Bool = true, sender: VerifiedRoster? = nil, today: Day = TestVault.today,
        _ change: (inout ForgedBundle) throws -> Void
    ) throws -> SharingError.Code? {
        var forged = try ForgedBundle(archive: exchange.archive(in: bundle.file))
        try change(&forged)
        if refresh { try forged.refresh() }
        if sign { forged.sign(with: exchange.charity.anna.signingKey) }
        return try exchange.refusal(toImport: exchange.encrypted(forged.archive), sender: sender, today: today)
    }

    private func editConsent(_ bundle: inout ForgedBundle, _ change: (inout [String: Any]) throws -> Void) throws {
        bundle.consent = try forge(bundle.consent, change)
    }

    /// Lines as they stand in a transcript.
    private static func text(_ lines: [[UInt8]]) -> [UInt8] {
        lines.reduce(into: []) { $0 += $1 + [10] }
    }

    /// The name and key of a statement's `from` line.
    private func from(_ name: String, _ key: SigningPublicKey) -> String {
        "\(name) \(MinisignPublicKey(key).text)"
    }

    @Test("without the sender's signature, or with another one, it is refused")
    func signatures() throws {
        #expect(try judge { _ in } == nil)
        #expect(try judge(sign: false) { $0.signature = [] } == .notGenuine)
        #expect(try judge(sign: false) { $0.signature.removeLast() } == .notGenuine)
        #expect(try judge(sign: false) { $0.signature += [10] } == .notGenuine)
        // Of another file, for another purpose, by others in the name of anna.
        #expect(
            try judge(sign: false) { $0.sign(with: exchange.charity.anna.signingKey, comment: "transcript-vault card 1") } == .notGenuine)
        #expect(try judge(sign: false) { $0.sign(with: exchange.charity.ben.signingKey) } == .notGenuine)
        #expect(try judge(sign: false) { $0.sign(with: exchange.charity.team.signingKey) } == .notGenuine)
        #expect(try judge(sign: false) { $0.sign(with: exchange.charity.organisation.signingKey) } == .notGenuine)
        let card = try exchange.charity.anna.card(from: TestVault.today)
        #expect(try judge(sign: false) { $0.signature = card.signature } == .notGenuine)
        // Every line of the statement is signed.
        let lines = try ForgedBundle(archive: exchange.archive(in: bundle.file)).statement
        for index in lines.indices {
            #expect(try judge(refresh: false, sign: false) { $0.statement[index].value += "0" } != nil)
            #expect(try judge(refresh: false, sign: false) { $0.statement.remove(at: index) } == .notGenuine)
        }
        #expect(lines.count == 12)
    }

    @Test("a changed transcript or consent is refused, with digests made again under the old signature or not at all")
    func changedContents() throws {
        let other = TestData.message("yes please, to the police too", id: "m5", name: "Bluebird")
        let transcript = Self.text(Self.agreed.map { $0 == Exchange.lines[5] ? other : $0 })
        #expect(try judge(sign: false) { $0.transcript = transcript } == .notGenuine)
        #expect(try judge(refresh: false) { $0.transcript = transcript } == .notGenuine)
        #expect(try judge(sign: false) { try editConsent(&$0) { $0["real_name"] = "Somebody Else" } } == .notGenuine)
        #expect(try judge(refresh: false) { try editConsent(&$0) { $0["real_name"] = "Somebody Else" } } == .notGenuine)
        // Everything signed by anna, and one name, length or digest of the statement another.
        let lines = try ForgedBundle(archive: exchange.archive(in: bundle.file)).statement
        for index in lines.indices where lines[index].name == "file" {
            let words = lines[index].value.split(separator: " ")
            let zeros = String(repeating: "0", count: 64)
            for value in ["\(words[0]) \(words[1]) \(zeros)", "\(words[0]) 7 \(words[2])", "other.json \(words[1]) \(words[2])"] {
                #expect(try judge(refresh: false) { $0.statement[index].value = value } == .notGenuine)
            }
        }
        // The digests of the statement made to fit, and the consent left to say what was agreed to.
        let refused = try judge(refresh: false) { forged in
            let consent = forged.consent
            forged.transcript = transcript
            try forged.refresh()
            forged.consent = consent
            let digest = "consent.json \(consent.count) \(Hex.encode(SHA256.hash(consent)))"
            forged.statement[try #require(forged.statement.firstIndex { $0.name == "file" })].value = digest
            forged.set("bundle", bundle.id.description)
        }
        #expect(refused == .notGenuine)
    }

    @Test("a bundle has one form: in armor, which anybody can put around it, it is refused")
    func armored() throws {
        var text: [UInt8] = []
        var armor = AgeArmorWriter()
        try armor.append(bundle.file.rawSpan) { text += $0.array }
        try armor.finish { text += $0.array }
        #expect(try exchange.refusal(toImport: text) == .notGenuine)
    }

    @Test("only a worker or lead whom the pinned roster knows on that day signs a bundle")
    func signers() throws {
        let charity = exchange.charity
        func signed(by name: String, _ key: borrowing SigningKey, sender: VerifiedRoster? = nil) throws -> SharingError.Code? {
            let line = from(name, key.publicKey)
            var forged = try ForgedBundle(archive: exchange.archive(in: bundle.file))
            forged.set("from", line)
            forged.sign(with: key)
            return try exchange.refusal(toImport: exchange.encrypted(forged.archive), sender: sender)
        }
        #expect(try signed(by: "anna", charity.anna.signingKey) == nil)
        #expect(try signed(by: "lena", charity.lena.signingKey) == nil)
        #expect(try signed(by: "chat-service", charity.service) == .unknownSender)
        #expect(try signed(by: "family-support", charity.team.signingKey) == .unknownSender)
        #expect(try signed(by: "youth-court", exchange.court.signingKey) == .unknownSender)
        #expect(try signed(by: "anna", charity.organisation.signingKey) == .unknownSender)
        // Somebody's own key under another's name, and a stranger's under anna's.
        #expect(try signed(by: "anna", charity.ben.signingKey) == .unknownSender)
        let stranger = try SigningKey(seed: SecretBytes.random(SigningKey.seedBytes, from: SystemRandom()))
        #expect(try signed(by: "anna", stranger) == .unknownSender)
        // Another organisation's roster knows none of them.
        #expect(try exchange.refusal(toImport: bundle.file, sender: exchange.support.roster) == .unknownSender)
    }

    @Test("who was retired before signs nothing any more, and who was enrolled later signed nothing before")
    func retired() throws {
        let charity = exchange.charity
        let retired = try exchange.changed(charity.roster, by: RosterChange(retire: ["anna"]))
        let next = Timestamp(seconds: TestVault.start.seconds + 86_400)
        // On the day itself it counts, the day after it does not.
        #expect(try exchange.refusal(toImport: bundle.file, sender: retired) == nil)
        #expect(try judge(sender: retired, today: next.day) { $0.set("created", next.description) } == .unknownSender)
        #expect(try judge(today: next.day) { $0.set("created", next.description) } == nil)
        let before = Timestamp(seconds: TestVault.start.seconds - 86_400)
        let backdated = try judge { forged in
            try editConsent(&forged) { $0["given_at"] = before.description }
            forged.set("created", before.description)
        }
        #expect(backdated == .unknownSender)
    }

    @Test("under a newer roster than the pinned one it waits, under an older one it is fine")
    func rosters() throws {
        let dora = try PersonalIdentity.generate(name: "dora", role: .worker, random: SystemRandom())
        let pinned = exchange.charity.roster
        let newer = try exchange.changed(pinned, by: RosterChange(enrol: [dora.card(from: TestVault.today)]))
        #expect(try exchange.refusal(toImport: bundle.file, sender: newer) == nil)
        let line = "\(newer.number) \(newer.digest)"
        #expect(try judge { $0.set("roster", line) } == .newerRoster)
        #expect(try judge(sender: newer) { $0.set("roster", line) } == nil)
        // A worker whom only the newer roster knows, saying so or not.
        func signedByDora(_ sender: VerifiedRoster, roster: String?) throws -> SharingError.Code? {
            var forged = try ForgedBundle(archive: exchange.archive(in: bundle.file))
            forged.set("from", from("dora", dora.signingKey.publicKey))
            if let roster { forged.set("roster", roster) }
            forged.sign(with: dora.signingKey)
            return try exchange.refusal(toImport: exchange.encrypted(forged.archive), sender: sender)
        }
        #expect(try signedByDora(pinned, roster: line) == .newerRoster)
        #expect(try signedByDora(pinned, roster: nil) == .unknownSender)
        #expect(try signedByDora(newer, roster: line) == nil)
        // The pinned number with another digest is another history.
        let other = String(repeating: "0", count: 64)
        #expect(try judge { $0.set("roster", "\(pinned.number) \(other)") } == .notGenuine)
        #expect(try judge { $0.set("roster", "0\(pinned.number) \(pinned.digest)") } == .notGenuine)
    }

    @Test("passed on to another team it is refused there: by the recipients, and by the yes")
    func forwarded() throws {
        let court = exchange.court.age.recipient
        func asCourt(_ file: [UInt8]) -> SharingError.Code? {
            do throws(SharingError) {
                _ = try UnverifiedBundle(file).verified(for: exchange.court, sender: exchange.charity.roster, today: TestVault.today)
                return nil
            } catch {
                return error.code
            }
        }
        #expect(asCourt(bundle.file) == .notForYou)
        let archive = try exchange.archive(in: bundle.file)
        #expect(try asCourt(exchange.encrypted(archive, to: [court])) == .notForYou)
        // With the court's recipient written into the statement: the signature tells, and where anna herself signs it, the yes does.
        var forged = try ForgedBundle(archive: archive)
        forged.set("recipient", court.description)
        #expect(try asCourt(exchange.encrypted(forged.archive, to: [court])) == .notGenuine)
        forged.sign(with: exchange.charity.anna.signingKey)
        #expect(try asCourt(exchange.encrypted(forged.archive, to: [court])) == .notForYou)
        // A yes that names the court by its name, or by its card, is not enough; by both it is another yes.
        let card = try exchange.court.card(from: TestVault.today).digest.description
        for (name, digest, answer) in [
            ("youth-court", nil, SharingError.Code.notForYou), ("family-support", card, .notGenuine), ("youth-court", card, nil),
        ] {
            try editConsent(&forged) { act in
                var recipient = try #require(act["recipient"] as? [String: Any])
                recipient["team"] = name
                if let digest { recipient["card"] = digest }
                act["recipient"] = recipient
            }
            try forged.refresh()
            forged.sign(with: exchange.charity.anna.signingKey)
            #expect(try asCourt(exchange.encrypted(forged.archive, to: [court])) == answer)
        }
    }

    @Test("what a team passed on to another key of its own card is refused, since the statement does not list it")
    func passedOnToItself() throws {
        let charity = exchange.charity
        let (own, court) = (charity.team.age.recipient, exchange.court.age.recipient)
        let second = try AgeIdentity.generate().recipient
        let recipients = try [own, second].map { try DatedRecipient(text: $0.description, from: TestVault.today, to: nil) }
        let card = try Card.sign(
            name: "family-support", role: .team, recordKey: charity.team.record.publicKey, recipients: recipients,
            with: charity.team.signingKey)
        let roster = try exchange.changed(charity.roster, by: RosterChange(enrol: [card], retire: ["family-support"]))
        func judge(listing listed: [AgeRecipient], encryptingTo recipients: [AgeRecipient]) throws -> SharingError.Code? {
            var forged = try ForgedBundle(archive: exchange.archive(in: bundle.file))
            try editConsent(&forged) { act in
                var recipient = try #require(act["recipient"] as? [String: Any])
                recipient["card"] = card.digest.description
                act["recipient"] = recipient
            }
            let place = try #require(forged.statement.firstIndex { $0.name == "recipient" })
            forged.statement.replaceSubrange(
                place...place, with: listed.map(\.description).sorted().map { (name: "recipient", value: $0) })
            try forged.refresh()
            forged.sign(with: charity.anna.signingKey)
            return try exchange.refusal(toImport: exchange.encrypted(forged.archive, to: recipients), sender: roster)
        }
        #expect(try judge(listing: [own], encryptingTo: [own]) == nil)
        #expect(try judge(listing: [own, second], encryptingTo: [own, second]) == nil)
        #expect(try judge(listing: [second], encryptingTo: [own]) == .notForYou)
        #expect(try judge(listing: [own, court], encryptingTo: [own, court]) == .notGenuine)
    }

    @Test("a further recipient is refused, hidden in the age file or written into the statement")
    func furtherRecipients() throws {
        let (team, court) = (exchange.charity.team.age.recipient, exchange.court.age.recipient)
        let archive = try exchange.archive(in: bundle.file)
        for recipients in [[team, court], [court, team], [team, team], [team, court, court]] {
            #expect(try exchange.refusal(toImport: exchange.encrypted(archive, to: recipients)) == .notGenuine)
        }
        #expect(try exchange.refusal(toImport: exchange.encrypted(archive, to: [court])) == .notForYou)
        // Signed by anna: with the court's recipient, and with the team's own twice, so that the count is right.
        for listed in [[team.description, court.description].sorted(), [team.description, team.description]] {
            var forged = try ForgedBundle(archive: archive)
            let place = try #require(forged.statement.firstIndex { $0.name == "recipient" })
            forged.statement.replaceSubrange(place...place, with: listed.map { (name: "recipient", value: $0) })
            forged.sign(with: exchange.charity.anna.signingKey)
            #expect(try exchange.refusal(toImport: exchange.encrypted(forged.archive, to: [team, court])) == .notGenuine)
        }
        // A stanza that somebody writes into the header without knowing the file's key.
        let header = String(decoding: bundle.file.prefix(while: { $0 < 0x80 }), as: UTF8.self)
        let stanza = try #require(header.range(of: "-> X25519"))
        let end = try #require(header.range(of: "\n---"))
        let doubled = header[..<end.lowerBound] + "\n" + header[stanza.lowerBound..<end.lowerBound]
        let file = Array(doubled.utf8) + bundle.file.dropFirst(header[..<end.lowerBound].utf8.count)
        #expect(try exchange.refusal(toImport: Array(file)) == .notGenuine)
    }

    @Test("what statement and consent say must be the same, and of this day")
    func contradictions() throws {
        let later = TestVault.today.adding(days: 201).description
        let other = String(repeating: "ab", count: 16)
        let (soon, past) = (Timestamp(seconds: TestVault.start.seconds + 60), Timestamp(seconds: TestVault.start.seconds - 60))
        let farAhead = Timestamp(seconds: TestVault.start.seconds + 3 * 86_400)
        let statements: [(String, String)] = [
            ("conversation", other), ("events", "1-7"), ("events", "2-8"), ("events", "0-8"), ("events", "1-9223372036854775807"),
            ("events", "1-9223372036854775808"), ("events", "8-1"), ("events", "1-08"), ("purpose", "so that you need not explain again."),
            ("retain-until", later), ("created", past.description), ("created", farAhead.description),
            ("created", "2026-11-23T12:00:00+00:00"),
            ("previous", other), ("recipient", "age1"), ("roster", "3"), ("from", "anna"),
        ]
        for (name, value) in statements {
            #expect(try judge { $0.set(name, value) } != nil, "\(name): \(value)")
        }
        #expect(try judge { $0.set("created", soon.description) } == nil)
        let consents: [(String, Any)] = [
            ("conversation", other), ("state", "refused"), ("state", "withdrawn"), ("state", "asked"), ("purpose", "something else"),
            ("copy_expires", later), ("given_at", soon.description), ("valid_until", "2026-11-22"), ("valid_until", "some day"),
            ("given_at", "now"), ("type", "transcript-vault consent 2"), ("more", 1), ("evidence", NSNull()), ("id", NSNull()),
        ]
        for (name, value) in consents {
            #expect(try judge { try editConsent(&$0) { $0[name] = value } } == .notGenuine, "\(name): \(value)")
        }
        // The bundle's own name is the consent's.
        #expect(try judge(refresh: false) { $0.set("bundle", other) } == .notGenuine)
        // A form that reads the same and is another.
        #expect(try judge { $0.consent += [10] } == .notGenuine)
        #expect(try judge { $0.consent = [32] + $0.consent } == .notGenuine)
    }

    @Test("a scope of any size, or beside the lines, is refused")
    func scopes() throws {
        let scopes: [[String: Any]] = [
            ["to": Int.max], ["from": 0], ["from": -5], ["from": Int.min], ["to": -1], ["from": 9, "to": 3], ["redacted": Array(1...8)],
            ["redacted": [1, 2, 3, 4, 5]], ["includes_internal": "no"], ["more": 1],
        ]
        for scope in scopes {
            let answer = try judge { forged in
                try editConsent(&forged) { act in
                    act["scope"] = try #require(act["scope"] as? [String: Any]).merging(scope) { $1 }
                }
                if let to = scope["to"] as? Int { forged.set("events", "1-\(to)") }
                if let from = scope["from"] as? Int { forged.set("events", "\(from)-8") }
            }
            // A yes to lines up to no end at all is consistent in itself; it must only not bring the program down.
            if scope["to"] as? Int != Int.max { #expect(answer == .notGenuine, "\(scope)") }
        }
        let transcripts: [[UInt8]] = [
            [], [10], Self.agreed[0], Self.text(Self.agreed) + [10], Self.text(Self.agreed) + [0, 10], Array("hello\n".utf8),
            Self.text(Self.agreed) + Exchange.lines[3] + [10], Self.text(Self.agreed + Self.agreed), [0xFF, 10],
        ]
        for transcript in transcripts {
            #expect(try judge { $0.transcript = transcript } == .notGenuine)
        }
    }

    @Test("an archive of any other form is refused, though everything in it is signed")
    func archives() throws {
        // Long enough that there is padding: archives of less than 16 KiB need none.
        let long = TestData.message(String(repeating: "a long story ", count: 1040), id: "long")
        let exchange = try Exchange(lines: Exchange.lines + [long])
        let forged = try ForgedBundle(archive: exchange.archive(in: exchange.share(exchange.record()).file))
        func judge(_ archive: [UInt8]) throws -> SharingError.Code? { try exchange.refusal(toImport: exchange.encrypted(archive)) }
        func judge(_ change: (inout [ForgedBundle.TarFile]) -> Void) throws -> SharingError.Code? {
            var files = forged.files
            change(&files)
            return try judge(ForgedBundle.archive(files))
        }
        #expect(try judge { _ in } == nil)
        let extra = ForgedBundle.TarFile(name: "note.txt", contents: Array("read me".utf8))
        for place in 0...4 { #expect(try judge { $0.insert(extra, at: place) } == .notGenuine) }
        for place in 0...3 {
            #expect(try judge { $0.remove(at: place) } == .notGenuine)
            #expect(try judge { $0.insert($0[place], at: place) } == .notGenuine)
            if place < 3 { #expect(try judge { $0.swapAt(place, place + 1) } == .notGenuine) }
            let changes: [(inout ForgedBundle.TarFile) -> Void] = [
                { $0.mode = "0000644" }, { $0.mode = "0004755" }, { $0.mode = "000600 " }, { $0.owner = "0001750" },
                { $0.time = "14517212345" },
                { $0.kind = "2" }, { $0.kind = "5" }, { $0.kind = "\0" }, { $0.version = "  " }, { $0.userName = "root" },
                { $0.name = "./" + $0.name }, { $0.name = "../" + $0.name }, { $0.name = "/tmp/" + $0.name }, { $0.name += " " },
                { $0.name = "" },
            ]
            for change in changes { #expect(try judge { change(&$0[place]) } == .notGenuine) }
        }
        // The padding, and what is behind it.
        let (archive, contents) = (forged.archive, forged.files.flatMap(\.bytes))
        func padded(_ bytes: [UInt8], end: [UInt8] = [UInt8](repeating: 0, count: 1024)) -> [UInt8] {
            contents + ForgedBundle.TarFile(name: "PADDING", contents: bytes).bytes + end
        }
        let zeros = [UInt8](repeating: 0, count: Padme.padded(contents.count + 1536) - contents.count - 1536)
        #expect(zeros.count == 512)
        #expect(try judge(padded(zeros)) == nil)
        #expect(try judge(padded(zeros + [0])) == .notGenuine)
        #expect(try judge(padded(zeros.dropLast())) == .notGenuine)
        #expect(try judge(padded([])) == .notGenuine)
        #expect(try judge(padded(Array(zeros.dropLast()) + [1])) == .notGenuine)
        #expect(try judge(padded([7] + zeros.dropFirst())) == .notGenuine)
        for end in [[], [UInt8](repeating: 0, count: 512), [UInt8](repeating: 0, count: 1536), [UInt8](repeating: 0, count: 1023) + [1]] {
            #expect(try judge(padded(zeros, end: end)) == .notGenuine)
        }
        #expect(try judge(archive + extra.bytes) == .notGenuine)
        #expect(try judge([]) == .notGenuine)
    }
}
