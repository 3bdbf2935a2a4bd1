import HandingOver
import Handover
import Identity
import Keeper
import Ledger
import Opening
import Records
import Roster
import Sodium
import System
import TestVault
import Testing

/// Two leads together hand a record to a new holder; one of them alone, with every file, every leaf and every key but the other's, gets nothing.
@Suite("P1: … or two safeguarding leads together, recorded")
struct P1TwoLeadsTests {
    typealias Person = TestVault.Person

    let vault: TestVault
    let disk: MemoryFileSystem
    let id: ConversationID
    static let words = "I tell this to nobody else"
    static let leads: [Person] = [.lena, .luis, .lara]
    static let pairs: [(Person, Person)] = [(.lena, .luis), (.lena, .lara), (.luis, .lara)]

    init() throws {
        disk = MemoryFileSystem()
        vault = try TestVault(fileSystem: disk)
        id = try vault.seal([TestData.message(Self.words, id: "1")])
    }

    func ledgerEntries() throws -> [LedgerEntry] {
        try LedgerReading.read(fileSystem: disk, layout: vault.layout, vault: vault.roster.vault, keys: [vault.keeper.publicKey]).entries
    }

    /// The only handover of the conversation.
    func handover(of id: ConversationID) throws -> (path: String, bytes: [UInt8]) {
        let paths = try vault.handoverPaths(of: id)
        try #require(paths.count == 1)
        return (paths[0], try disk.readFile(paths[0], limitBytes: 1 << 20))
    }

    @Test("two leads together give it to a new holder, who reads every word", arguments: pairs)
    func control(pair: (Person, Person)) throws {
        try vault.handOver(id, byLeads: pair.0, pair.1)
        let read = try vault.read(id, as: .ben)
        #expect(try read.lines == vault.read(id).lines && read.lines.count == 1 && read.remarks.isEmpty && read.isWhole)
        for person in Person.allCases where ![.anna, .ben].contains(person) {
            #expect { try vault.read(id, as: person) } throws: { ($0 as? OpeningError)?.code == .notYours }
        }
        let holder = try vault.holder(.ben).keyID
        #expect(try vault.reader.conversations(of: holder).found.map(\.id) == [id])
    }

    @Test("a lead can be the new holder: so two leads read what nobody else can any more")
    func leadAsHolder() throws {
        try vault.handOver(id, byLeads: .lena, .luis, to: .luis)
        #expect(try vault.read(id, as: .luis).lines.count == 1)
        #expect { try vault.read(id, as: .lena) } throws: { ($0 as? OpeningError)?.code == .notYours }
    }

    @Test("it stands in the ledger, as a digest that only the record's leaf explains, and nothing else of it does")
    func recorded() throws {
        let before = try ledgerEntries()
        try vault.handOver(id, byLeads: .lena, .lara)
        let entries = try ledgerEntries()
        #expect(entries.count == before.count + 1)
        let entry = try #require(entries.last)
        let file = try HandoverFile(parsing: handover(of: id).bytes)
        let statement = try #require(file.steps.last).statement
        let leaf = secret(try vault.steal(id).leaf)
        let mark = LedgeredAct(.handover, text: Array(statement.text.utf8)).mark(leaf: leaf)
        #expect(entry.event.act == "handover" && entry.event.state == .done && entry.event.mark == mark)
        #expect(entry.event.serial == nil && entry.event.until == nil && entry.event.approvals.isEmpty)
        let ledger = try disk.readFile(vault.layout.ledgerActs, limitBytes: 1 << 20)
        let part = try vault.onlyPart(of: id).part
        let people = try [Person.anna, .ben, .lena, .lara].map { try vault.holder($0).keyID.description }
        for word in [id.description, part.description, "lost-key", "\"ben\"", Base64.encode(id.bytes)] + people {
            #expect(!occurs(Array(word.utf8), in: ledger))
        }
        for word in [id.description, part.description, "lost-key"] { #expect(statement.text.contains(word)) }
        // Without the leaf it is noise: no digest of what was signed stands there.
        for plain in [BLAKE2b.hash(Array(statement.text.utf8)), SHA256.hash(Array(statement.text.utf8))] {
            #expect(!occurs(Array(Hex.encode(plain).utf8), in: ledger))
        }
    }

    @Test("what the keeper is asked opens nothing, and the person's half lies in no file")
    func nothingLeaks() throws {
        let part = try vault.steal(id)
        let half = try #require(part.header.holder.flatMap { vault.content(of: $0.box, as: .anna) })
        #expect(part.isOpened(by: half))
        try vault.handOver(id, byLeads: .lena, .luis)
        let file = try HandoverFile(parsing: handover(of: id).bytes)
        let step = try #require(file.steps.last)
        let order = try HandoverOrder(ProposedHandover(peel: step.peel, statement: step.statement)).json
        for box in [file.box, part.header.holder?.box ?? []] + part.header.leadPairs.map(\.box) {
            #expect(!occurs(Array(Base64.encode(box).utf8), in: order) && !occurs(box, in: order))
        }
        for contents in disk.everyContents { #expect(!occurs(half, in: contents)) }
        // What the first lead gave on stays out of the vault: the second lead's key alone must not open it from there.
        let (first, second) = try vault.inOrder(.lena, .luis)
        let inner = try #require(vault.peel(id, by: first, with: second, to: .lara).first?.boxes.first)
        #expect(vault.content(of: inner, as: second) == half)
        for contents in disk.everyContents { #expect(!occurs(inner, in: contents)) }
        for contents in disk.everyContents { #expect(!occurs(Array(Base64.encode(inner).utf8), in: contents)) }
    }

    @Test("the lead who may not begin is told who must", arguments: pairs)
    func order(pair: (Person, Person)) throws {
        let (first, second) = try vault.inOrder(pair.0, pair.1)
        let name = try vault.holder(first).name
        #expect {
            try vault.peel(id, by: second, with: first)
        } throws: { error in
            guard let error = error as? HandingOverError else { return false }
            return error.code == .otherMustBegin && error.message.hasPrefix("\(name) must begin")
        }
        #expect(try vault.peel(id, by: first, with: second).count == 1)
    }

    @Test("one lead twice is refused, by the program, by the keeper and by the reader", arguments: leads)
    func sameLead(lead: Person) throws {
        #expect(try handoverCode { _ = try vault.peel(id, by: lead, with: lead) } == .sameLead)
        let forger = try HandoverForger(vault, of: id)
        let box = forger.box(SystemRandom().bytes(32), for: .ben)
        for other in Self.leads where other != lead {
            let (first, second) = try vault.inOrder(lead, other)
            // Both texts in the one lead's hand, under both names.
            let proposed = try forger.byLeads(first, second, signedBy: (lead, lead), box: box, to: .ben)
            #expect(try forger.refusalByKeeper(proposed) == .refused)
            #expect(try forger.refusal(forger.file(proposed, box: box), as: .ben) == .corrupt)
        }
        // Under one name there is no such text.
        let terms = try forger.terms(box: box, to: .ben, on: .leads(first: forger.keyID(lead), second: forger.keyID(lead)))
        let text = try forger.peel(terms, signedBy: lead)
        #expect(throws: HandoverError.self) { try PeelStatement(parsing: text) }
    }

    @Test("one lead alone gets nothing, though the keeper were false and signed whatever it is asked", arguments: leads)
    func oneLeadAlone(lead: Person) throws {
        let forger = try HandoverForger(vault, of: id)
        let own = forger.keyID(lead)
        // Everything that the lead can get out of the file: the outer boxes' contents.
        let peeled = forger.part.header.leadPairs.compactMap { vault.content(of: $0.box, as: lead) }
        #expect(peeled.count == forger.part.header.leadPairs.count { $0.first == own })
        let contents = peeled.flatMap { [Array($0.prefix(32)), Array($0.suffix(32)), Array($0[32..<64])] } + [SystemRandom().bytes(32)]
        for content in contents {
            let box = forger.box(content, for: lead)
            // As the holder, in the lead's own hand or the holder's name.
            for (holder, recipient) in [(Person.anna, lead), (lead, Person.ben), (.anna, .ben)] {
                let proposed = try forger.byHolder(holder, signedBy: lead, box: box, to: recipient)
                #expect(try forger.refusalByKeeper(proposed) == .refused)
                #expect(try forger.refusal(forger.file(proposed, box: box), as: recipient) == .corrupt)
            }
            // As both leads, as the first or as the second, with the other's text in the own hand.
            for other in Self.leads where other != lead {
                let (first, second) = try vault.inOrder(lead, other)
                let proposed = try forger.byLeads(first, second, signedBy: (lead, lead), box: box, to: lead)
                #expect(try forger.refusalByKeeper(proposed) == .refused)
                #expect(try forger.refusal(forger.file(proposed, box: box), as: lead) == .corrupt)
            }
            #expect(!forger.part.isOpened(by: content))
        }
        // Inner boxes are for others.
        for content in peeled { #expect(vault.content(of: Array(content.dropFirst(32)), as: lead) == nil) }
    }

    @Test("a box that holds anything but the person's half opens nothing, though both leads signed and it was recorded")
    func falseHalf() throws {
        let forger = try HandoverForger(vault, of: id)
        let (first, second) = try vault.inOrder(.lena, .luis)
        for content in [SystemRandom().bytes(32), [], SystemRandom().bytes(33)] {
            let box = forger.box(content, for: .ben)
            let proposed = try forger.byLeads(first, second, signedBy: (first, second), box: box, to: .ben)
            #expect(try forger.refusalByKeeper(proposed) == nil)
            let file = try forger.file(proposed, box: box)
            #expect(forger.refusal(file, as: .ben) == .corrupt)
        }
        // The same with the right half opens: it is the half that is wrong above.
        let half = try #require(forger.part.header.holder.flatMap { vault.content(of: $0.box, as: .anna) })
        let box = forger.box(half, for: .ben)
        let proposed = try forger.byLeads(first, second, signedBy: (first, second), box: box, to: .ben)
        #expect(try forger.refusal(forger.file(proposed, box: box), as: .ben) == nil)
    }

    @Test("a handover that no keeper recorded opens nothing, though it is right in everything else")
    func notRecorded() throws {
        let forger = try HandoverForger(vault, of: id)
        let half = try #require(forger.part.header.holder.flatMap { vault.content(of: $0.box, as: .anna) })
        let box = forger.box(half, for: .ben)
        let proposed = try forger.byHolder(.anna, signedBy: .anna, box: box, to: .ben)
        #expect(try forger.refusal(forger.file(proposed, box: box), as: .ben) == nil)
        let statement = Array(proposed.statement.text.utf8)
        let right = LedgeredAct(.handover, text: statement).mark(leaf: secret(forger.part.leaf))
        let seed = SecretBytes.random(SigningKey.seedBytes, from: SystemRandom())
        let stranger = try SigningKey(seed: seed)
        let moment = try vault.now
        let otherLeaf = SystemRandom().bytes(32)
        let receipts = [
            // By somebody who is no keeper; for another vault; for another text or leaf; from before there was a keeper.
            try HandoverReceipt(entry: 7, mark: right, at: moment).sign(for: vault.roster.vault, by: stranger),
            try HandoverReceipt(entry: 7, mark: right, at: moment).sign(for: vault.roster.vault, by: vault.service),
            try HandoverReceipt(entry: 7, mark: right, at: moment).sign(for: .zero, by: vault.keeper),
            try HandoverReceipt(entry: 7, mark: #require(LedgerMark(BLAKE2b.hash(statement))), at: moment).sign(
                for: vault.roster.vault, by: vault.keeper),
            try HandoverReceipt(entry: 7, mark: LedgeredAct(.handover, text: statement).mark(leaf: secret(otherLeaf)), at: moment)
                .sign(for: vault.roster.vault, by: vault.keeper),
            try HandoverReceipt(entry: 7, mark: right, at: Timestamp(seconds: moment.seconds - 86_400))
                .sign(for: vault.roster.vault, by: vault.keeper),
            // After the handover's time was over.
            try HandoverReceipt(entry: 7, mark: right, at: moment.adding(days: 2)).sign(for: vault.roster.vault, by: vault.keeper),
        ]
        for (number, receipt) in receipts.enumerated() {
            let file = try HandoverFile(box: box, steps: [HandoverStep(proposed, receipt: receipt)]).bytes
            #expect(forger.refusal(file, as: .ben) == .corrupt, "receipt \(number)")
        }
    }

    @Test("one changed byte anywhere in a handover is refused, and what is cut off or added")
    func everyByte() throws {
        try vault.handOver(id, byLeads: .lena, .luis)
        let whole = try handover(of: id).bytes
        let part = try vault.steal(id)
        func code(_ bytes: [UInt8]) -> OpeningError.Code? { vault.refusal(of: part.file, leaf: part.leaf, as: .ben, handover: bytes) }
        #expect(code(whole) == nil)
        var changed = whole
        for index in whole.indices {
            for bit in [UInt8(1), 0x20] {
                changed[index] ^= bit
                #expect(code(changed) == .corrupt, "byte \(index), bit \(bit)")
                changed[index] ^= bit
            }
        }
        for length in stride(from: 0, to: whole.count, by: 7) { #expect(code(Array(whole.prefix(length))) == .corrupt) }
        for added in [[UInt8(ascii: "\n")], [0], whole] { #expect(code(whole + added) == .corrupt) }
        print("bytes of a handover changed: \(whole.count)")
    }
}
