import Age
import Foundation
import Identity
import Keeper
import Minisign
import Opening
import Records
import Roster
import Sealing
import Sharing
import Sodium
import System
import TestVault

/// A charity and a team outside of it, each with a vault, leads and a calendar of its own; and a conversation in which a copy is asked for.
final class Exchange {
    let charityDisk = MemoryFileSystem()
    let teamDisk = MemoryFileSystem()
    /// The charity, whose worker anna shares.
    let charity: TestVault
    /// The team's own organisation.
    let support: TestVault
    /// Another team that the charity knows.
    let court: PersonalIdentity
    /// The conversation.
    let id: ConversationID

    static let realName = "Robin Exämple-Whitford"
    static let redacted = "my brother knows, but do not tell them"
    static let note = "between us workers: I think she is at risk"

    /// The platform's ids are m1 to m7; n1 is among workers.
    static let lines: [[UInt8]] = [
        TestData.message("hello, you may use any name", id: "m1", role: "worker"),
        TestData.message("hi, call me Bluebird", id: "m2", name: "Bluebird"),
        TestData.message(redacted, id: "m3", name: "Bluebird"),
        TestData.message(note, id: "n1", role: "worker", visibility: "workers"),
        TestData.message("may we send a copy of this to the family support team?", id: "m4", role: "worker"),
        TestData.message("yes please", id: "m5", name: "Bluebird"),
        TestData.message("then I will do that", id: "m6", role: "worker"),
        TestData.message("bye", id: "m7", name: "Bluebird"),
    ]

    /// The same, and then more questions and answers, q0 and a0 on: an answer is good for one copy.
    static func lines(asking count: Int) -> [[UInt8]] {
        lines
            + (0..<count).flatMap { number in
                [
                    TestData.message("and may we send a copy, \(number)?", id: "q\(number)", role: "worker"),
                    TestData.message("yes to that as well, \(number)", id: "a\(number)", name: "Bluebird"),
                ]
            }
    }

    /// The fields of a form that name the question and the answer of this number.
    static func answer(_ number: Int) -> [String: Any?] {
        ["asked": "q\(number)", "answered": "a\(number)"]
    }

    init(lines: [[UInt8]] = Exchange.lines) throws {
        charity = try TestVault(fileSystem: charityDisk)
        let own = try PersonalIdentity.generate(name: "their-own-team", role: .team, random: SystemRandom())
        support = try TestVault(fileSystem: teamDisk, root: "/team-vault", cell: "/team-cell", teamIdentity: own)
        court = try PersonalIdentity.generate(name: "youth-court", role: .team, random: SystemRandom())
        try charity.enrol([court.card(from: TestVault.today)])
        try support.enrol([charity.team.card(from: TestVault.today)])
        id = try charity.seal(lines)
    }

    /// What a worker fills in; nil takes a field away.
    static func form(_ changes: [String: Any?] = [:]) throws -> ConsentForm {
        var fields: [String: Any] = [
            "team": "family-support", "asked": "m4", "answered": "m5", "real_name": realName, "pseudonym": "Bluebird",
            "purpose": "so that you need not explain again", "copy_expires": TestVault.today.adding(days: 200).description,
            "contact": "room 2, any day", "understanding": "asked back in own words", "lawful_basis": "consent, Art. 6(1)(a)",
            "how_to_withdraw": "say so in the chat", "withdrawal_explained": true,
            "notice": ["version": "1", "language": "en", "text": "we send a copy if you say yes"],
        ]
        for (name, value) in changes { fields[name] = value }
        return try ConsentForm(json: [UInt8](JSONSerialization.data(withJSONObject: fields)))
    }

    /// The conversation, as anna opens it.
    func conversation() throws -> OpenedConversation { try charity.read(id) }

    /// The line of the consent that a form makes.
    func line(_ form: ConsentForm, id act: ActID = SystemRandom().identifier(ActID.self)) throws -> [UInt8] {
        try ConsentRecorder(roster: charity.roster, now: TestVault.start).consent(form, in: conversation(), id: act).line
    }

    /// Records a yes as anna does.
    func record(_ changes: [String: Any?] = [:]) throws -> ActID {
        let act = SystemRandom().identifier(ActID.self)
        try charity.record([line(Self.form(changes), id: act)], in: conversation())
        return act
    }

    /// Records several yeses in one part.
    func record(_ changes: [[String: Any?]]) throws -> [ActID] {
        let acts = changes.map { _ in SystemRandom().identifier(ActID.self) }
        let lines = try zip(changes, acts).map { try line(Self.form($0), id: $1) }
        try charity.record(lines, in: conversation())
        return acts
    }

    /// Records a consent whose line was changed by hand.
    func record(_ changes: [String: Any?] = [:], forging change: (inout [String: Any]) throws -> Void) throws -> ActID {
        let act = SystemRandom().identifier(ActID.self)
        try charity.record([forge(line(Self.form(changes), id: act), change)], in: conversation())
        return act
    }

    /// Makes the copy, as `vault-worker share` does.
    func share(_ consent: ActID, today: Day = TestVault.today, now: Timestamp = TestVault.start) throws -> CopyMaker.Bundle {
        try share(Grant(consent, in: conversation(), roster: charity.roster, today: today), now: now)
    }

    /// Uses a grant.
    func share(
        _ grant: consuming Grant, now: Timestamp = TestVault.start, sealer: TranscriptSealer? = nil
    ) throws -> CopyMaker.Bundle {
        let maker = CopyMaker(roster: charity.roster, sealer: sealer ?? charity.sealer, random: SystemRandom(), now: now)
        return try maker.makeCopy(grant, by: charity.anna, as: charity.roster.holder(named: "anna"))
    }

    /// Why no copy is made; nil where one is.
    func refusal(toShare consent: ActID, today: Day = TestVault.today) throws -> SharingError.Code? {
        do {
            _ = try share(consent, today: today)
            return nil
        } catch let error as SharingError {
            return error.code
        }
    }

    /// The archive in a bundle, as the team decrypts it.
    func archive(in file: [UInt8]) throws -> [UInt8] {
        try Age.decrypt(file.rawSpan, with: charity.team.age)
    }

    /// The bundle, if the team believes it.
    func verified(_ file: [UInt8], sender: VerifiedRoster? = nil, today: Day = TestVault.today) throws -> VerifiedBundle {
        try UnverifiedBundle(file).verified(for: charity.team, sender: sender ?? charity.roster, today: today)
    }

    /// Why the team does not believe a bundle; nil where it does.
    func refusal(toImport file: [UInt8], sender: VerifiedRoster? = nil, today: Day = TestVault.today) throws -> SharingError.Code? {
        do {
            _ = try verified(file, sender: sender, today: today)
            return nil
        } catch let error as SharingError {
            return error.code
        }
    }

    /// Takes a bundle into the team's vault.
    func importCopy(
        _ file: [UInt8], now: Timestamp = TestVault.start
    ) throws -> (acknowledgement: Acknowledgement, isRepeat: Bool, conversation: ConversationID) {
        let bundle = try verified(file)
        let importer = CopyImporter(store: support.store, sealer: support.sealer, reader: support.reader, now: now)
        let (acknowledgement, isRepeat) = try importer.importCopy(
            bundle, by: charity.team, as: support.roster.holder(named: "family-support"))
        return (acknowledgement, isRepeat, bundle.conversation)
    }

    /// The copy in the team's vault, as the team opens it.
    func readCopy(_ conversation: ConversationID) throws -> OpenedConversation {
        try support.reader.open(conversation, reader: charity.team.record)
    }

    /// The acts of one type that count in the conversation.
    func acts(_ type: String) throws -> [[UInt8]] {
        let mark = Array("\"type\":\"\(type)\"".utf8)
        return try conversation().acts.filter { occurs(mark, in: $0) }
    }
}

extension Exchange {
    /// The charity's roster after a change that a lead approved; it is not put into the vault.
    func changed(_ roster: VerifiedRoster, by change: RosterChange) throws -> VerifiedRoster {
        let approvals = try roster.requests(for: change, expires: TestVault.start.adding(days: 1)).map { request in
            try request.review(in: roster, at: TestVault.start).approval.sign(with: charity.lena.signingKey)
        }
        let unsigned = try roster.changed(by: change, approvals: approvals, at: TestVault.start)
        return try roster.successor(unsigned.sign(with: charity.organisation.signingKey))
    }
}
