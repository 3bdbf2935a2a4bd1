import Foundation
import Identity
import Keeper
import KeyCalendar
import Opening
import PartKeys
import Records
import Sodium
import SodiumIdentity
import SodiumOpen
import System
import TestVault
import Testing

/// A sealed part in the hands of somebody who has its file and the calendar's half of its key, and looks for the person's half.
///
/// Thieves do not care for guarded memory: what they find lies in arrays.
struct StolenPart {
    let file: [UInt8]
    let leaf: [UInt8]
    let header: PartHeader
    let commitment: [UInt8]

    init(_ file: [UInt8], leaf: [UInt8]) throws {
        self.file = file
        self.leaf = leaf
        (header, commitment) = try PartHeader.decode(file)
    }

    /// Everything after the header: the sealed stream.
    var body: ArraySlice<UInt8> { file[header.lengthBytes...] }

    /// What the key schedule makes of this part's leaf and some other half.
    func commitment(with secret: [UInt8]) -> [UInt8] {
        let leaf = PromiseTests.secret(leaf)
        let secret = PromiseTests.secret(secret)
        return PartKeys(leaf: leaf, secret: secret, header: header.encoded).commitment
    }

    /// Whether this is the person's half: what the commitment tells anybody who tries.
    func isOpened(by secret: [UInt8]) -> Bool {
        commitment(with: secret) == commitment
    }

    /// Whether any 32 bytes in a row are the person's half: how many were tried, and how many opened the part.
    func tryWindows(of bytes: [UInt8]) -> (tried: Int, opened: Int) {
        guard bytes.count >= PartHeader.secretBytes else { return (0, 0) }
        let starts = 0...(bytes.count - PartHeader.secretBytes)
        return (starts.count, starts.count { isOpened(by: Array(bytes[$0..<($0 + PartHeader.secretBytes)])) })
    }

    /// The file with another header of the same length, or another body, as somebody would write it who cannot make a commitment.
    func file(with header: PartHeader? = nil, commitment: [UInt8]? = nil, body: ArraySlice<UInt8>? = nil) -> [UInt8] {
        (header ?? self.header).encoded + (commitment ?? self.commitment) + (body ?? self.body)
    }
}

extension PartHeader {
    /// The same header with other fields.
    func with(conversation: ConversationID? = nil, holder: Holder? = nil, leadPairs: [LeadPair]? = nil) -> PartHeader {
        PartHeader(
            expiry: expiry, conversation: conversation ?? self.conversation, part: part, holder: holder ?? self.holder,
            leadPairs: leadPairs ?? self.leadPairs)
    }
}

extension BoxKeyPair {
    /// What a box holds; nil where it is for another key.
    func content(of box: [UInt8]) -> [UInt8]? {
        guard let content = try? SealedBox.open(box.rawSpan, publicKey: publicKey, secretKey: secretKey) else { return nil }
        return copy(of: content)
    }
}

extension KeyCalendar.Calendar {
    /// The leaf that somebody derives who has opened the calendar and says what day it is; nil where there is none.
    borrowing func leafBytes(of conversation: ConversationID, on day: Day, today: Day) -> [UInt8]? {
        switch leaf(day: day, conversation: conversation, today: today) {
        case .leaf(let leaf): return copy(of: leaf)
        default: return nil
        }
    }
}

extension TestVault {
    /// A part of a conversation with its leaf, which everybody gets who may ask the keeper.
    func steal(_ id: ConversationID) throws -> StolenPart {
        let file = try store.read(onlyPart(of: id))
        return try StolenPart(file, leaf: leaf(of: id, expiring: PartHeader.decode(file).header.expiry))
    }

    /// A leaf, as the keeper hands it out.
    func leaf(of id: ConversationID, expiring day: Day) throws -> [UInt8] {
        let batch = try leaves.leaf(LeafName(expiry: day, conversation: id), for: .reading)
        guard let leaf = batch.leaf(at: 0) else { throw TestVaultError.noLeaf }
        return copy(of: leaf)
    }

    /// What a box holds for somebody; nil where it is for another key.
    func content(of box: [UInt8], as person: Person) -> [UInt8]? {
        with(person) { (owner: borrowing PersonalIdentity) in owner.record.content(of: box) }
    }

    /// Somebody's record key.
    func recordKey(of person: Person) -> BoxPublicKey {
        with(person) { (owner: borrowing PersonalIdentity) in owner.record.publicKey }
    }

    /// Everything secret that somebody holds.
    func secrets(of person: Person) -> [UInt8] {
        with(person) { (owner: borrowing PersonalIdentity) in
            let seed = owner.signingKey.seed()
            let age = owner.age.text()
            return copy(of: seed) + copy(of: age) + copy(of: owner.record.secretKey)
        }
    }

    /// What the opener says to a part with these bytes, and a handover where there is one; nil where it opens.
    func refusal(of file: [UInt8], leaf: [UInt8], as person: Person, handover: [UInt8]? = nil) -> OpeningError.Code? {
        let leaf = PromiseTests.secret(leaf)
        return with(person) { (owner: borrowing PersonalIdentity) -> OpeningError.Code? in
            do throws(OpeningError) {
                _ = try PartOpener.open(file, leaf: leaf, reader: owner.record, handover: handover, roster: roster)
                return nil
            } catch {
                return error.code
            }
        }
    }
}

extension TestVault {
    /// Every conversation that these calendars, parts and cell values and everybody's identity together open, whatever day it is.
    func opened(with calendars: Set<[UInt8]>, parts: Set<[UInt8]>, values: [[UInt8]]) throws -> Set<ConversationID> {
        #expect(!calendars.isEmpty && !parts.isEmpty)
        var opened: Set<ConversationID> = []
        for value in values {
            let value = secret(value)
            for file in calendars {
                guard let calendar = try? CalendarFile.open(file, under: value) else { continue }
                for part in parts {
                    let header = try PartHeader.decode(part).header
                    guard let leaf = calendar.leafBytes(of: header.conversation, on: header.expiry, today: Day(number: 0)) else { continue }
                    for person in Person.allCases where refusal(of: part, leaf: leaf, as: person) == nil {
                        opened.insert(header.conversation)
                    }
                }
            }
        }
        return opened
    }
}

/// The one valid value of the cell in `/cell`, as a thief copies it.
func cellValue(of disk: MemoryFileSystem) throws -> [UInt8] {
    let cell = try CellDirectory("/cell", number: 1, in: disk).openCell()
    let slots = try cell.slots().compactMap { $0 }
    try cell.close()
    #expect(slots.count == 1)
    return copy(of: slots[0].value)
}

extension FileSystem {
    /// Every file in a directory and below it, by path.
    func everything(below directory: String) throws -> [String: [UInt8]] {
        var files: [String: [UInt8]] = [:]
        for name in try list(directory) {
            let path = directory == "/" ? "/\(name)" : "\(directory)/\(name)"
            if try status(path)?.kind == .directory {
                files.merge(try everything(below: path)) { first, _ in first }
            } else {
                files[path] = try readFile(path, limitBytes: 1 << 30)
            }
        }
        return files
    }
}

/// A copy of a secret, as a thief makes one.
func copy(of secret: borrowing SecretBytes) -> [UInt8] {
    let bytes = secret.bytes
    return bytes.array
}

/// Bytes that a thief takes for a secret.
func secret(_ bytes: [UInt8]) -> SecretBytes {
    SecretBytes(copying: bytes.rawSpan)
}

/// Whether `needle` stands anywhere in `bytes`.
func occurs(_ needle: [UInt8], in bytes: [UInt8]) -> Bool {
    Data(bytes).range(of: Data(needle)) != nil
}
