import Age
import Foundation
import Identity
import Opening
import Records
import Roster
import Sealing
import Sharing
import Sodium
import System
import TestVault
import Testing

@Suite("P8: it goes to nobody else unless you say so; we always ask first")
struct P8NothingWithoutAYesTests {
    let exchange: Exchange

    init() throws {
        exchange = try Exchange()
    }

    /// The lines of the copy that a consent gives, as the team reads them.
    private func shared(_ consent: ActID, in exchange: Exchange? = nil) throws -> [[UInt8]] {
        let exchange = exchange ?? self.exchange
        return try exchange.verified(exchange.share(consent).file).lines
    }

    @Test("with a yes the copy is made: what the attacks lack is the yes")
    func control() throws {
        let consent = try exchange.record()
        #expect(try exchange.refusal(toShare: consent) == nil)
        #expect(try exchange.acts(SpentConsent.type).count == 1)
    }

    @Test("without a recorded yes there is nothing to share with")
    func noConsent() throws {
        #expect(try exchange.refusal(toShare: SystemRandom().identifier(ActID.self)) == .noConsent)
        _ = try exchange.record()
        #expect(try exchange.refusal(toShare: SystemRandom().identifier(ActID.self)) == .noConsent)
        #expect(try exchange.refusal(toShare: .zero) == .noConsent)
        #expect(try exchange.acts(SpentConsent.type).isEmpty)
    }

    @Test("a yes to another conversation is none to this one, nor is it where somebody puts it in")
    func otherConversation() throws {
        let act = SystemRandom().identifier(ActID.self)
        let line = try exchange.line(Exchange.form(), id: act)
        let other = try exchange.charity.seal(Exchange.lines)
        try exchange.charity.record([line], in: exchange.charity.read(other))
        let elsewhere = try exchange.charity.read(other)
        #expect(Grant.isRecorded(act, in: elsewhere))
        #expect { _ = try Grant(act, in: elsewhere, roster: exchange.charity.roster, today: TestVault.today) } throws: {
            ($0 as? SharingError)?.code == .noConsent
        }
        #expect(try exchange.refusal(toShare: act) == .noConsent)
    }

    @Test("a yes that anybody but the worker wrote into the record does not count", arguments: TestVault.Person.allCases)
    func writtenBySomebodyElse(person: TestVault.Person) throws {
        let act = SystemRandom().identifier(ActID.self)
        try? exchange.charity.record([exchange.line(Exchange.form(), id: act)], in: exchange.conversation(), by: person)
        let answer: SharingError.Code?
        do {
            answer = try exchange.refusal(toShare: act)
        } catch is OpeningError {
            // The conversation is refused as a whole, because somebody wrote into it who may not.
            return
        }
        #expect(answer == (person == .anna ? nil : .noConsent))
    }

    @Test("a yes that the service wrote into the record does not count")
    func writtenByTheService() throws {
        let act = SystemRandom().identifier(ActID.self)
        let line = try exchange.line(Exchange.form(), id: act)
        try exchange.charity.append([PartRecord(.act, line)], to: exchange.conversation())
        #expect(try exchange.refusal(toShare: act) == .noConsent)
        // Nor does it as a line of the chat.
        try exchange.charity.append([PartRecord(.line, line)], to: exchange.conversation())
        #expect(try exchange.refusal(toShare: act) == .noConsent)
    }

    @Test("asked, refused, taken back and run out are no yes", arguments: ["asked", "refused", "withdrawn", "expired"])
    func otherStates(state: String) throws {
        let consent = try exchange.record { $0["state"] = state }
        #expect(try exchange.refusal(toShare: consent) == .notGiven)
        // A state that does not exist is no consent.
        #expect(try exchange.refusal(toShare: exchange.record { $0["state"] = "perhaps" }) == .noConsent)
    }

    @Test("a yes that was taken back gives nothing, before its use and after", arguments: [true, false], [true, false])
    func takenBack(sameID: Bool, usedBefore: Bool) throws {
        let consent = try exchange.record()
        if usedBefore { _ = try exchange.share(consent) }
        let line = try #require(exchange.acts(Consent.type).first)
        let withdrawal = try forge(line) { act in
            act["state"] = "withdrawn"
            act["previous"] = Hex.encode(BLAKE2b.hash(line))
            if !sameID { act["id"] = SystemRandom().identifier(ActID.self).description }
        }
        try exchange.charity.record([withdrawal], in: exchange.conversation())
        #expect(try exchange.refusal(toShare: consent) == .notGiven)
        // Sealing the old yes once more does not undo it.
        try exchange.charity.record([line], in: exchange.conversation())
        #expect(try exchange.refusal(toShare: consent) == .notGiven)
    }

    @Test("a yes is used until the day it is valid, and the copy is not made when it could not be kept any more")
    func validity() throws {
        let today = TestVault.today
        let exchange = try Exchange(lines: Exchange.lines(asking: 5))
        func form(_ number: Int, _ changes: [String: Any?] = [:]) -> [String: Any?] { Exchange.answer(number).merging(changes) { $1 } }
        let consent = try exchange.record(form(0, ["valid_until": today.adding(days: 3).description]))
        let usual = try exchange.record(form(1))
        let short = try exchange.record(form(2, ["copy_expires": today.adding(days: 2).description]))
        #expect(try exchange.refusal(toShare: consent, today: today.adding(days: 4)) == .notGiven)
        #expect(try exchange.refusal(toShare: usual, today: today.adding(days: 15)) == .notGiven)
        #expect(try exchange.refusal(toShare: short, today: today.adding(days: 3)) == .notGiven)
        // A day that is none.
        for (number, field) in [(3, "valid_until"), (4, "copy_expires")] {
            #expect(try exchange.refusal(toShare: exchange.record(form(number)) { $0[field] = "2027-02-30" }) == .notGiven)
        }
        #expect(try exchange.acts(SpentConsent.type).isEmpty)
        #expect(try exchange.refusal(toShare: consent, today: today.adding(days: 3)) == nil)
        #expect(try exchange.refusal(toShare: usual, today: today.adding(days: 14)) == nil)
        #expect(try exchange.refusal(toShare: short, today: today.adding(days: 2)) == nil)
    }

    @Test("it goes to the team that was named, by name and by card, and to no other")
    func otherTeam() throws {
        for name in ["nobody", "ben", "lena", "chat-service", "", "family-support "] {
            #expect { try exchange.record(["team": name]) } throws: { ($0 as? SharingError)?.code == .otherTeam }
        }
        let court = try exchange.court.card(from: TestVault.today).digest.description
        let ben = try #require(exchange.charity.roster.member(named: "ben")).card.digest.description
        for (team, card) in [("family-support", court), ("youth-court", nil), ("ben", ben), ("family-support", "")] {
            let consent = try exchange.record { act in
                var recipient = try #require(act["recipient"] as? [String: Any])
                recipient["team"] = team
                if let card { recipient["card"] = card }
                act["recipient"] = recipient
            }
            #expect(try exchange.refusal(toShare: consent) == .otherTeam)
        }
        #expect(try exchange.acts(SpentConsent.type).isEmpty)
    }

    @Test("a team whose card was renewed or retired since gets nothing on the old yes")
    func renewedCard() throws {
        let exchange = try Exchange(lines: Exchange.lines(asking: 1))
        let consent = try exchange.record()
        let used = try exchange.record(Exchange.answer(0))
        _ = try exchange.share(used)
        let renewed = try exchange.charity.team.card(from: TestVault.today.adding(days: 1))
        let before = exchange.charity.roster
        for change in [RosterChange(enrol: [renewed], retire: ["family-support"]), RosterChange(retire: ["family-support"])] {
            let roster = try exchange.changed(before, by: change)
            for act in [consent, used] {
                #expect {
                    _ = try Grant(act, in: exchange.conversation(), roster: roster, today: TestVault.today.adding(days: 1))
                } throws: {
                    ($0 as? SharingError)?.code == .otherTeam
                }
            }
        }
        _ = try Grant(consent, in: exchange.conversation(), roster: before, today: TestVault.today.adding(days: 1))
    }

    @Test("exactly the lines that were agreed to go, and nothing among workers")
    func scope() throws {
        let all = Exchange.lines
        let cases: [([String: Any?], [[UInt8]])] = [
            ([:], all.filter { $0 != all[3] }), (["from": "m2", "to": "m6"], [all[1], all[2], all[4], all[5], all[6]]),
            (["from": "m2", "to": "m6", "redacted": ["m3", "m6"]], [all[1], all[4], all[5]]), (["from": "m7"], [all[7]]),
            (["to": "m2"], [all[0], all[1]]), (["includes_internal": true], all),
        ]
        for (form, lines) in cases {
            let exchange = try Exchange()
            #expect(try shared(exchange.record(form), in: exchange) == lines)
        }
        // Nothing that may go: no yes is recorded.
        #expect { try exchange.record(["from": "n1", "to": "n1"]) } throws: { ($0 as? SharingError)?.code == .incomplete }
        // Whatever was redacted or among workers is in no file of the bundle.
        let bundle = try exchange.share(exchange.record(["redacted": ["m3"]]))
        let archive = try exchange.archive(in: bundle.file)
        #expect(occurs(Array("call me Bluebird".utf8), in: archive))
        for text in [Exchange.redacted, Exchange.note] { #expect(!occurs(Array(text.utf8), in: archive)) }
        for field in ["from", "to", "redacted"] {
            let value: Any = field == "redacted" ? ["m9"] : "m9"
            #expect { try exchange.record([field: value]) } throws: { ($0 as? SharingError)?.code == .incomplete }
        }
        #expect { try exchange.record(["from": "m6", "to": "m2"]) } throws: { ($0 as? SharingError)?.code == .incomplete }
    }

    @Test(
        "what is left out is named in one way: in order, each line once, none outside of what was agreed to",
        arguments: [([4], true), ([], true), ([4, 4], false), ([4, 3], false), ([0, 4], false), ([4, 99], false)] as [([Int], Bool)])
    func redactedInOneForm(redacted: [Int], isTaken: Bool) throws {
        let exchange = try Exchange()
        // The fourth line is among workers and stays anyway: the digest of what goes is right in each case but one.
        let consent = try exchange.record {
            var scope = try #require($0["scope"] as? [String: Any])
            scope["redacted"] = redacted
            $0["scope"] = scope
        }
        #expect(try exchange.refusal(toShare: consent) == (isTaken ? nil : .notGiven))
    }

    @Test(
        "a form with a field that does not exist is not taken: what it says might be to leave something out",
        arguments: ["redact", "Redacted", "redacted ", "include_internal", "valid_til", ""])
    func misspeltForm(field: String) throws {
        let refused = { try Exchange.form([field: ["m3"]]) }
        #expect { try refused() } throws: { ($0 as? RecordsError).map { $0.code == .malformed && !$0.message.contains("m3") } == true }
        #expect(throws: Never.self) { try Exchange.form(["redacted": ["m3"]]) }
    }

    @Test("a message that is left out is left out each time it was delivered, in every revision and edit")
    func redactedTwice() throws {
        func edit(_ id: String, of replaced: String) throws -> [UInt8] {
            try forge(TestData.message(Exchange.redacted + ", please", id: id, name: "Bluebird")) { event in
                event["kind"] = "edit"
                event["relation"] = ["replaces": replaced, "replies_to": NSNull()]
            }
        }
        var lines = Exchange.lines
        lines.insert(lines[2], at: 6)
        lines.insert(try edit("e2", of: "e1"), at: 5)
        lines.insert(try edit("e1", of: "m3"), at: 7)
        lines.append(TestData.message(Exchange.redacted + ", please", id: "m3", name: "Bluebird"))
        for changes in [["redacted": ["m3"]], ["redacted": ["m3"], "to": "m6"]] as [[String: Any]] {
            let exchange = try Exchange(lines: lines)
            let archive = try exchange.archive(in: exchange.share(exchange.record(changes)).file)
            #expect(!occurs(Array(Exchange.redacted.utf8), in: archive))
            #expect(occurs(Array("call me Bluebird".utf8), in: archive))
        }
    }

    @Test(
        "what is not marked for everybody stays among workers",
        arguments: ["workers", "Workers", "WORKERS", "internal", "private", "", " all", "staff"])
    func visibility(mark: String) throws {
        var lines = Exchange.lines
        lines[3] = TestData.message(Exchange.note, id: "n1", role: "worker", visibility: mark)
        let exchange = try Exchange(lines: lines + Exchange.lines(asking: 1).suffix(2))
        #expect(try shared(exchange.record(["to": "m7"]), in: exchange) == lines.filter { $0 != lines[3] })
        // A hand-made bundle with the note in it is refused.
        let bundle = try exchange.share(exchange.record(Exchange.answer(0).merging(["redacted": ["m3"]]) { $1 }))
        let forged = try exchange.forged(bundle.file) { $0.transcript += lines[3] + [10] }
        #expect(try exchange.refusal(toImport: forged) == .notGenuine)
        #expect(try exchange.refusal(toImport: exchange.forged(bundle.file) { $0.transcript += lines[7] + [10] }) == nil)
    }

    @Test("lines that come, go or are put before others do not move what was agreed to", arguments: [false, true])
    func movedLines(usedBefore: Bool) throws {
        // The chat has two parts; the yes is to the first two lines of the first one.
        let exchange = try Exchange()
        let more = (1...10).map { TestData.message("never meant for a team \($0)", id: "x\($0)", name: "Bluebird") }
        try exchange.charity.append(more.map { PartRecord(.line, $0) }, to: exchange.conversation())
        let consent = try exchange.record(["from": "m1", "to": "m2"])
        let agreed = Array(Exchange.lines[0...1])
        if usedBefore { #expect(try shared(consent, in: exchange) == agreed) }
        // Somebody puts a part before all others.
        var refused = 0
        for _ in 0..<4 {
            let writer = try exchange.charity.beginPart(of: exchange.id, expiring: exchange.conversation().expiry, after: [])
            try writer.append(PartRecord(.line, TestData.message("put before everything", id: "p")))
            try exchange.charity.close(writer)
            do {
                #expect(try shared(consent, in: exchange) == agreed)
            } catch let error as SharingError {
                #expect(error.code == .notGiven)
                refused += 1
            }
        }
        #expect(try (refused > 0) == (exchange.conversation().lines.prefix(2) != agreed[...]))
    }

    @Test("a part that was taken away takes the yes with it, instead of moving it to other lines", arguments: [false, true])
    func missingPart(usedBefore: Bool) throws {
        let more = (1...10).map { TestData.message("never meant for a team \($0)", id: "x\($0)", name: "Bluebird") }
        try exchange.charity.append(more.map { PartRecord(.line, $0) }, to: exchange.conversation())
        let consent = try exchange.record(["from": "m1", "to": "m2"])
        if usedBefore { _ = try exchange.share(consent) }
        let first = try exchange.conversation().parts[0].header.part
        let stored = try #require(try exchange.charity.store.parts(of: exchange.id).first { $0.part == first })
        try exchange.charityDisk.remove(stored.path)
        #expect(try exchange.conversation().lines.first == more[0])
        #expect(try exchange.refusal(toShare: consent) == .notGiven)
        // A yes is not recorded either, while it is not known what its lines are.
        #expect { try exchange.record(["asked": "x1", "answered": "x2"]) } throws: { ($0 as? SharingError)?.code == .incomplete }
    }

    @Test("the question was put to the young person, and they answered it afterwards")
    func evidence() throws {
        // Asked by the visitor, among workers, by nobody, or after the answer; answered by the worker, by nobody, or without text.
        for (asked, answered) in [
            ("m2", "m5"), ("n1", "m5"), ("m9", "m5"), ("m6", "m5"), ("m5", "m5"), ("m4", "m6"), ("m4", "m9"), ("m4", "m4"), ("", ""),
        ] {
            #expect("\(asked) \(answered)") {
                try exchange.record(["asked": asked, "answered": answered])
            } throws: {
                ($0 as? SharingError)?.code == .incomplete
            }
        }
        for field in ["purpose", "understanding", "lawful_basis", "how_to_withdraw", "contact"] {
            #expect { try exchange.record([field: " \t"]) } throws: { ($0 as? SharingError)?.code == .incomplete }
        }
        #expect { try exchange.record(["withdrawal_explained": false]) } throws: { ($0 as? SharingError)?.code == .incomplete }
        #expect { try exchange.record(["notice": ["version": "1", "language": "en", "text": " "]]) } throws: {
            ($0 as? SharingError)?.code == .incomplete
        }
        // What was said is in the act as it was said.
        let consent = try exchange.verified(exchange.share(exchange.record()).file).consent
        #expect(consent.evidence.answer == "yes please")
        #expect(consent.evidence.asked_digest == Hex.encode(BLAKE2b.hash(Exchange.lines[4])))
        #expect(consent.evidence.answered_digest == Hex.encode(BLAKE2b.hash(Exchange.lines[5])))
    }

    @Test("one yes gives one copy: used again it gives the same bytes, and is spent once")
    func usedAgain() throws {
        let exchange = try Exchange(lines: Exchange.lines(asking: 1))
        let consent = try exchange.record()
        let first = try exchange.share(consent)
        let archive = try exchange.archive(in: first.file)
        for days in [UInt32(0), 1, 40] {
            let now = Timestamp(seconds: TestVault.start.seconds + Int64(days) * Day.seconds + 7)
            let again = try exchange.share(consent, today: TestVault.today.adding(days: days), now: now)
            #expect(again.isRepeat && again.id == first.id && again.lineCount == first.lineCount)
            #expect(try exchange.archive(in: again.file) == archive)
            #expect(again.file != first.file)
        }
        #expect(try exchange.acts(SpentConsent.type).count == 1)
        // The same answer recorded once more gives nothing; another answer gives another copy.
        #expect(try exchange.refusal(toShare: exchange.record()) == .notGiven)
        #expect(try exchange.archive(in: exchange.share(exchange.record(Exchange.answer(0))).file) != archive)
    }

    @Test("wherever the machine stops while the copy is made, the yes is spent at most once, and gives that copy afterwards")
    func crashes() throws {
        let exchange = try Exchange(lines: Exchange.lines(asking: 60))
        let disk = exchange.charityDisk
        let counting = FaultyFileSystem(disk)
        _ = try exchange.share(grant(exchange.record(), in: exchange), sealer: sealer(on: counting, in: exchange))
        let moments = FaultyFileSystem.Moment.allCases
        let policies: [MemoryFileSystem.CrashPolicy] = [.nothingUnsynced, .everything, .seeded(7)]
        var (interrupted, spentBefore) = (0, 0)
        for number in 0..<counting.operationCount {
            let consent = try exchange.record(Exchange.answer(number))
            let spent = try exchange.acts(SpentConsent.type).count
            let faulty = FaultyFileSystem(disk, fault: .crashes(moments[number % moments.count]), at: number)
            let bundle = try? exchange.share(grant(consent, in: exchange), sealer: sealer(on: faulty, in: exchange))
            interrupted += bundle == nil ? 1 : 0
            disk.crash(policies[number % policies.count])
            let spentNow = try exchange.acts(SpentConsent.type).count - spent
            #expect(spentNow <= 1 && (bundle == nil || spentNow == 1))
            spentBefore += spentNow
            let again = try exchange.share(consent, now: Timestamp(seconds: TestVault.start.seconds + 60))
            #expect(again.isRepeat == (spentNow == 1))
            let archive = try exchange.archive(in: again.file)
            if let bundle { #expect(try exchange.archive(in: bundle.file) == archive) }
            #expect(try exchange.archive(in: exchange.share(consent).file) == archive)
            #expect(try exchange.acts(SpentConsent.type).count == spent + 1)
        }
        #expect(interrupted > 5 && spentBefore > 1)
    }

    private func grant(_ consent: ActID, in exchange: Exchange) throws -> Grant {
        try Grant(consent, in: exchange.conversation(), roster: exchange.charity.roster, today: TestVault.today)
    }

    private func sealer(on fileSystem: any FileSystem, in exchange: Exchange) -> TranscriptSealer {
        TranscriptSealer(
            fileSystem: fileSystem, layout: exchange.charity.layout, leaves: exchange.charity.leaves, roster: exchange.charity.roster,
            random: SystemRandom())
    }

    @Test(
        "where the use of the yes cannot be recorded there is no copy",
        arguments: [FileError.Code.noSpace, .permissionDenied, .inputOutput])
    func notRecorded(code: FileError.Code) throws {
        let exchange = try Exchange(lines: Exchange.lines(asking: 1))
        let consent = try exchange.record()
        let counting = FaultyFileSystem(exchange.charityDisk)
        _ = try exchange.share(grant(exchange.record(Exchange.answer(0)), in: exchange), sealer: sealer(on: counting, in: exchange))
        var refused = 0
        for number in 0..<counting.operationCount {
            let faulty = FaultyFileSystem(exchange.charityDisk, fault: .fails(code), at: number)
            do {
                let bundle = try exchange.share(grant(consent, in: exchange), sealer: sealer(on: faulty, in: exchange))
                #expect(try exchange.acts(SpentConsent.type).contains { occurs(Array(bundle.id.description.utf8), in: $0) })
            } catch let error as SharingError {
                #expect(error.code == .failed)
                refused += 1
            }
        }
        #expect(refused > 2)
    }

    @Test("two uses at the very same moment are one copy to the team")
    func sameMoment() throws {
        let consent = try exchange.record()
        let (one, two) = (try exchange.conversation(), try exchange.conversation())
        let roster = exchange.charity.roster
        let first = try exchange.share(Grant(consent, in: one, roster: roster, today: TestVault.today))
        let later = Timestamp(seconds: TestVault.start.seconds + 1)
        let second = try exchange.share(Grant(consent, in: two, roster: roster, today: TestVault.today), now: later)
        #expect(first.id == second.id)
        let imported = try exchange.importCopy(first.file)
        let again = try exchange.importCopy(second.file, now: later)
        #expect(again.isRepeat && again.acknowledgement == imported.acknowledgement && again.conversation == imported.conversation)
        #expect(try exchange.support.store.parts().count == 1)
        // From then on there is one copy, whoever asks.
        let third = try exchange.archive(in: exchange.share(consent).file)
        #expect(try exchange.archive(in: exchange.share(consent).file) == third)
    }

    @Test("a consent line that was changed in the record opens nothing, and one that is not in its one form is none")
    func tamperedLine() throws {
        let line = try exchange.line(Exchange.form())
        let act = try #require(ActID(text: try JSONDecoder().decode(ActName.self, from: Data(line)).id))
        let text = String(decoding: line, as: UTF8.self)
        let others = [
            " " + text, text + " ", text + "\n", text.replacingOccurrences(of: "{\"", with: "{ \""),
            text.replacingOccurrences(of: "\"may_be_counted\":false", with: "\"may_be_counted\":false,\"may_be_counted\":true"),
            text.replacingOccurrences(of: "\"previous\":null,", with: ""), String(text.dropLast()) + ",\"zzz\":1}",
            text.replacingOccurrences(of: "consent 1", with: "consent 2"), text.replacingOccurrences(of: "please", with: "\\u0070lease"),
            text.replacingOccurrences(of: "\"from\":1", with: "\"from\":1.0"),
        ]
        #expect(others.allSatisfy { $0 != text })
        try exchange.charity.record(others.map { Array($0.utf8) }, in: exchange.conversation())
        #expect(try exchange.refusal(toShare: act) == .noConsent)
        let before = try exchange.charity.store.parts(of: exchange.id)
        try exchange.charity.record([line], in: exchange.conversation())
        let part = try #require(try exchange.charity.store.parts(of: exchange.id).first { !before.contains($0) })
        #expect(Grant.isRecorded(act, in: try exchange.conversation()))
        // In the file not a bit of it can be another.
        let bytes = try exchange.charity.store.read(part)
        var changed = 0
        for index in stride(from: 0, to: bytes.count, by: 7) {
            var other = bytes
            other[index] ^= 4
            try exchange.charity.overwrite(part.path, with: other)
            #expect(throws: (any Error).self, "byte \(index)") { try exchange.share(act) }
            changed += 1
        }
        #expect(changed > 200)
        try exchange.charity.overwrite(part.path, with: bytes)
        #expect(try exchange.refusal(toShare: act) == nil)
    }

    private struct ActName: Decodable {
        let id: String
    }
}
