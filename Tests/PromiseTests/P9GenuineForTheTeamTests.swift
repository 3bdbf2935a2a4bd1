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
import Tampering
import TestVault
import Testing

@Suite("P9: if you say so, we send a copy to the team you work with, for your file")
struct P9GenuineForTheTeamTests {
    let exchange: Exchange
    let consent: ActID
    /// A real bundle for the team.
    let bundle: CopyMaker.Bundle

    init() throws {
        exchange = try Exchange()
        consent = try exchange.record(["redacted": ["m3"]])
        bundle = try exchange.share(consent)
    }

    /// What was agreed to.
    static let agreed = Exchange.lines.filter { $0 != Exchange.lines[2] && $0 != Exchange.lines[3] }

    @Test("the team gets what was agreed to, checked, and opens it in its own vault")
    func control() throws {
        #expect(try exchange.verified(bundle.file).lines == Self.agreed)
        let imported = try exchange.importCopy(bundle.file)
        let copy = try exchange.readCopy(imported.conversation)
        #expect(copy.lines == Self.agreed && copy.remarks.isEmpty && !imported.isRepeat)
        #expect(try exchange.refusal(toImport: exchange.forged(bundle.file) { _ in }) == nil)
        #expect(try ForgedBundle(archive: exchange.archive(in: bundle.file)).archive == exchange.archive(in: bundle.file))
    }

    @Test("a bundle in which anything was changed is refused")
    func everyChange() throws {
        let headerEnd = try AgeHeader(unverified: bundle.file.rawSpan).byteCount
        // The header to the last bit: it has room for another recipient.
        try Tampering(of: Array(bundle.file.prefix(headerEnd)), called: "a bundle's header").forEach { change, changed in
            let answer = try exchange.refusal(toImport: changed + bundle.file[headerEnd...])
            #expect(answer == .notGenuine || answer == .notForYou, "\(change)")
        }
        try Tampering(of: bundle.file, called: "a bundle", extent: .sample(3000)).forEach { change, changed in
            let answer = try exchange.refusal(toImport: changed)
            #expect(answer == .notGenuine || answer == .notForYou, "\(change)")
        }
    }

    @Test("whoever encrypts to the team's public key, changing anything inside, is refused")
    func everyChangeInside() throws {
        let archive = try exchange.archive(in: bundle.file)
        try Tampering(of: archive, called: "what is in a bundle", extent: .sample(4000)).forEach { change, changed in
            let file = try exchange.encrypted(changed)
            #expect(try exchange.refusal(toImport: file) != nil, "\(change)")
        }
        #expect(try exchange.refusal(toImport: exchange.encrypted(archive)) == nil)
        // The text that the sender signs, to the last bit.
        let forged = try ForgedBundle(archive: archive)
        let statement = forged.statementBytes
        try Tampering(of: statement, called: "a statement").forEach { change, changed in
            let file = try exchange.encrypted(forged.archive(withStatement: changed))
            #expect(try exchange.refusal(toImport: file) != nil, "\(change)")
        }
        #expect(try exchange.refusal(toImport: exchange.encrypted(forged.archive(withStatement: statement))) == nil)
    }

    @Test("an acknowledgement in which anything was changed is not the team's")
    func changedAcknowledgement() throws {
        let made = try exchange.importCopy(bundle.file).acknowledgement
        let team = try #require(exchange.charity.roster.member(named: "family-support")).card.signingKey
        func isGenuine(_ text: [UInt8], _ signature: [UInt8]) -> Bool {
            do throws(MinisignError) {
                try MinisignSignature(file: signature).verify(text.rawSpan, with: team, expecting: Acknowledgement.context)
                return true
            } catch { return false }
        }
        #expect(isGenuine(made.text, made.signature))
        Tampering(of: made.text, called: "an acknowledgement").forEach { change, changed in
            #expect(!isGenuine(changed, made.signature), "\(change)")
        }
        Tampering(of: made.signature, called: "the signature of an acknowledgement").forEach { change, changed in
            #expect(!isGenuine(made.text, changed), "\(change)")
        }
    }

    @Test("imported again it is the same copy: one record, and the same acknowledgement")
    func importedTwice() throws {
        let first = try exchange.importCopy(bundle.file)
        let later = Timestamp(seconds: TestVault.start.seconds + 86_400)
        let archive = try exchange.archive(in: bundle.file)
        for file in [bundle.file, try exchange.encrypted(archive), try exchange.share(consent, now: later).file] {
            let again = try exchange.importCopy(file, now: later)
            #expect(again.isRepeat && again.acknowledgement == first.acknowledgement && again.conversation == first.conversation)
        }
        #expect(try exchange.support.store.parts().count == 1)
        // The acknowledgement is the team's, and names the very statement.
        let text = String(decoding: first.acknowledgement.text, as: UTF8.self)
        let statement = try ForgedBundle(archive: archive).statementBytes
        #expect(text.contains("statement: \(Hex.encode(SHA256.hash(statement)))\n") && text.contains("bundle: \(bundle.id)\n"))
    }

    @Test("a copy whose time is over is not taken in, and one that was taken in opens for the team until that day only")
    func copyExpires() throws {
        let last = TestVault.today.adding(days: 200)
        #expect(try exchange.refusal(toImport: bundle.file, today: last.adding(days: 1)) == .expired)
        #expect(try exchange.refusal(toImport: bundle.file, today: last) == nil)
        let copy = try exchange.importCopy(bundle.file).conversation
        #expect(try exchange.readCopy(copy).expiry == last)
        // For nobody else in the team's organisation, and nobody at the charity.
        for person in TestVault.Person.allCases {
            #expect { try exchange.support.read(copy, as: person) } throws: { ($0 as? OpeningError)?.code == .notYours }
        }
        exchange.support.leaves.advance(to: last)
        #expect(try exchange.readCopy(copy).lines == Self.agreed)
        exchange.support.leaves.advance(to: last.adding(days: 1))
        #expect { try exchange.readCopy(copy) } throws: { ($0 as? OpeningError)?.code == .expired }
        // Torn off, it does not come back with an earlier clock, from any copy of the team's disk, or from the bundle.
        let backup = try exchange.teamDisk.everything(below: exchange.support.layout.records)
        try exchange.support.leaves.tearOff(before: last.adding(days: 1))
        exchange.support.leaves.advance(to: TestVault.today)
        for (path, bytes) in backup { try exchange.support.overwrite(path, with: bytes) }
        #expect { try exchange.readCopy(copy) } throws: { ($0 as? OpeningError)?.code == .expired }
        for path in backup.keys { try exchange.teamDisk.remove(path) }
        #expect { try exchange.importCopy(bundle.file) } throws: { ($0 as? SharingError)?.code == .failed }
        #expect(try exchange.support.store.parts().isEmpty)
    }

    @Test("a copy that the team erased does not come back with the bundle")
    func erasedCopy() throws {
        let copy = try exchange.importCopy(bundle.file).conversation
        try exchange.support.leaves.erase(copy, day: exchange.readCopy(copy).expiry)
        #expect { try exchange.importCopy(bundle.file) } throws: { ($0 as? SharingError)?.code == .failed }
        for path in try exchange.teamDisk.everything(below: exchange.support.layout.records).keys { try exchange.teamDisk.remove(path) }
        #expect { try exchange.importCopy(bundle.file) } throws: { ($0 as? SharingError)?.code == .failed }
        #expect(try exchange.support.store.parts().isEmpty)
    }

    @Test("what goes to the team was said in the chat: lines that anybody else sealed into the record stay behind")
    func wordsOfOthers() throws {
        for person in TestVault.Person.allCases {
            let exchange = try Exchange()
            let opened = try exchange.conversation()
            let false_ = [
                TestData.message("may we send it to the police as well?", id: "f1", role: "worker"),
                TestData.message("yes, to everybody", id: "f2", name: "Bluebird"),
            ]
            try exchange.charity.with(person) { (owner: borrowing PersonalIdentity) throws in
                try exchange.charity.sealer.append(
                    false_.map { PartRecord(.line, $0) }, to: opened.id, expiring: opened.expiry, after: opened.ends,
                    for: exchange.charity.roster.holder(named: "anna"), signer: owner.signingKey)
            }
            #expect(try exchange.conversation().lines == Exchange.lines)
            #expect { try exchange.record(["asked": "f1", "answered": "f2"]) } throws: { ($0 as? SharingError)?.code == .incomplete }
            #expect(
                try exchange.verified(exchange.share(exchange.record()).file).lines == Exchange.lines.filter { $0 != Exchange.lines[3] })
        }
    }
}
