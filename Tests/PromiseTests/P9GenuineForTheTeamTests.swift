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

    @Test("a bundle in which any byte is another is refused")
    func everyByte() throws {
        // Every byte of the header, of the beginning and of the end; every seventh of the ciphertext between.
        let dense = 600
        let places = bundle.file.indices.filter { $0 < dense || $0 >= bundle.file.count - dense || $0 % 7 == 0 }
        for index in places {
            var file = bundle.file
            file[index] ^= 1 << UInt8(index % 8)
            let answer = try exchange.refusal(toImport: file)
            #expect(answer == .notGenuine || answer == .notForYou, "byte \(index)")
        }
        print("bytes changed: \(places.count) of \(bundle.file.count)")
        #expect(places.count > 1500)
    }

    @Test("a bundle that is cut, lengthened or nothing at all is refused")
    func truncations() throws {
        let lengths = Set(stride(from: 0, to: bundle.file.count, by: 13)).union(bundle.file.count - 40..<bundle.file.count)
        for length in lengths {
            let answer = try exchange.refusal(toImport: Array(bundle.file.prefix(length)))
            #expect(answer == .notGenuine, "\(length) bytes")
        }
        for tail in [[0], [10], [UInt8](repeating: 0, count: 512), Array(bundle.file.suffix(100)), bundle.file] {
            #expect(try exchange.refusal(toImport: bundle.file + tail) == .notGenuine)
        }
        print("lengths cut to: \(lengths.count)")
    }

    @Test("whoever encrypts to the team's public key, changing any byte inside, is refused")
    func everyByteInside() throws {
        let archive = try exchange.archive(in: bundle.file)
        // Every byte of the first two files, and every third of the rest.
        let places = archive.indices.filter { $0 < 3072 || $0 % 3 == 0 }
        for index in places {
            var changed = archive
            changed[index] ^= 1 << UInt8(index % 8)
            #expect(try exchange.refusal(toImport: exchange.encrypted(changed)) != nil, "byte \(index)")
        }
        for length in stride(from: 0, to: archive.count, by: 64) {
            #expect(try exchange.refusal(toImport: exchange.encrypted(Array(archive.prefix(length)))) == .notGenuine)
        }
        print("bytes changed inside: \(places.count) of \(archive.count)")
        #expect(try exchange.refusal(toImport: exchange.encrypted(archive)) == nil)
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
        let team = try #require(exchange.charity.roster.member(named: "family-support")).card.signingKey
        let signature = try MinisignSignature(file: first.acknowledgement.signature)
        try signature.verify(first.acknowledgement.text.rawSpan, with: team, expecting: "transcript-vault acknowledgement 1")
        var other = first.acknowledgement.text
        other[60] ^= 1
        #expect(throws: MinisignError.self) {
            try signature.verify(other.rawSpan, with: team, expecting: "transcript-vault acknowledgement 1")
        }
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
