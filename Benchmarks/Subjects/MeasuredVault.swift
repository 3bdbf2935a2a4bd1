import Opening
import Records
import Sealing
import System
import TestVault

/// A real vault on a disk whose calendar is asked directly: what is measured is the vault, not the socket.
public final class MeasuredVault {
    let vault: TestVault
    let conversations: [[[UInt8]]]

    /// A new vault below an empty `directory` with `count` sealed conversations of one worker: those of the data set beside the project,
    /// again and again.
    public init(below directory: String, sealing count: Int = 0) throws {
        vault = try TestVault(fileSystem: DiskFileSystem(), root: "\(directory)/vault", cell: "\(directory)/cell")
        conversations = try TestData.conversations("mts-dialog.jsonl")
        try seal(count)
    }

    /// Whether the conversations are there.
    public static var hasData: Bool { TestData.isPresent }

    private func seal(_ count: Int) throws {
        let sealer = vault.sealer
        let anna = try vault.roster.holder(named: "anna")
        for number in 0..<count {
            _ = try sealer.seal(
                lines: conversations[number % conversations.count], start: nil, retention: .oneYear, for: anna, signer: vault.service)
        }
    }

    /// A line of ordinary length, about 300 bytes.
    public var ordinaryLine: [UInt8] { conversations.joined().first { $0.count > 280 } ?? [] }
}
