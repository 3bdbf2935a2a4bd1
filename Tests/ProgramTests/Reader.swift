import Foundation
import Identity
import Keeper
import Opening
import RecordStore
import Records
import Roster
import Sodium
import System

/// Opens many records with one passphrase, where asking the program for each would take too long.
final class Reader {
    private let owner: PersonalIdentity
    private let reader: ConversationReader

    /// Somebody's records at a place.
    init(_ name: String, at place: Place, in charity: Charity) throws {
        let disk = DiskFileSystem()
        let file = "\(charity.root)/people/\(name)"
        owner = try IdentityFile.openIdentity(file, passphrase: Self.passphrase("\(file).pass"), fileSystem: disk)
        let layout = VaultLayout(root: place.vault)
        let roster = try RosterStore(fileSystem: disk, layout: layout).load(pinnedAt: "\(file).pin")
        reader = ConversationReader(
            store: RecordStore(fileSystem: disk, layout: layout), leaves: KeeperClient(socket: place.socket, vault: roster.vault),
            roster: roster)
    }

    private static func passphrase(_ file: String) throws -> SecretBytes {
        var buffer = SecretBytes(zeros: Limits.passphraseBytes)
        let input = try Terminal.openForReading(file)
        var bytes = buffer.mutableBytes
        let count = try Terminal.readSecretLine(descriptor: input, into: &bytes)
        return buffer.slice(0..<count)
    }

    /// The ids of everything that is listed.
    func ids() throws -> [String] {
        try reader.conversations(of: Card.id(of: owner.record.publicKey.bytes)).found.map { $0.id.description }
    }

    /// A conversation.
    func read(_ id: String) throws -> OpenedConversation {
        try reader.open(ConversationID(text: id) ?? .zero, reader: owner.record)
    }
}
