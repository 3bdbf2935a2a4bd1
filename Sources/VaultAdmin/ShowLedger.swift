internal import ArgumentParser
internal import Console
internal import Ledger
internal import Records
internal import Roster
internal import Sodium
internal import System

struct ShowLedger: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "ledger",
        abstract: "Verify the log of what the keeper did, and show it.",
        discussion: """
            Every line's signature, the Merkle tree of all lines, and the checkpoint are verified. Entries about conversations say what was done \
            on which day, and to nobody who cannot open the conversation which one it was.

            Whoever can write into the vault can put an older ledger in its place, checkpoint and all. So keep a checkpoint elsewhere, and give \
            it with --since: then a ledger that was cut off or rewritten is refused.

            Examples:
              vault-admin ledger --vault /srv/vault
              vault-admin ledger --vault /srv/vault --checkpoint > may.checkpoint
              vault-admin ledger --vault /srv/vault --since may.checkpoint
            """)

    @OptionGroup var vault: VaultOptions
    @OptionGroup var output: OutputOptions
    @OptionGroup var pin: PinOptions
    @Option(help: ArgumentHelp("A checkpoint that was kept: the ledger must continue it.", valueName: "file"), completion: .file())
    var since: String?
    @Option(help: ArgumentHelp("Print the proof that this entry stands in the ledger (C2SP tlog-proof).", valueName: "number"))
    var proof: Int?
    @Flag(help: "Print the checkpoint, once it is verified (C2SP tlog-checkpoint), to be kept elsewhere.") var checkpoint = false
    @Flag(help: "Print the verifier key of every keeper that there was, a line each, for other tools (C2SP signed-note).") var vkey = false

    func validate() throws {
        guard [proof != nil, checkpoint, vkey, output.json].count(where: { $0 }) <= 1 else {
            throw ValidationError("give one of --proof, --checkpoint, --vkey and --json")
        }
    }

    func run() throws {
        let fileSystem = DiskFileSystem()
        let roster = try VaultState.roster(vault.layout, keyFile: pin.keyFile)
        let ledger = VaultLedger(layout: vault.layout, roster: roster, fileSystem: fileSystem)
        if vkey {
            for key in ledger.verifierKeys { try Output.line(key.text) }
            return
        }
        let kept = try since.map { try ledger.checkpoint(in: $0) }
        let progress = Progress(waitingFor: "verifying the ledger")
        let reading = try ledger.reading()
        _ = consume progress
        if let kept { try reading.check(continues: kept) }
        if let proof {
            try Output.bytes(reading.proof(ofEntry: proof, fileSystem: fileSystem, layout: vault.layout))
        } else if checkpoint {
            guard let checkpoint = reading.checkpoint else {
                throw ConsoleError(.nothing, "there is no checkpoint yet: the ledger is empty")
            }
            try Output.bytes(checkpoint.note)
        } else if output.json {
            try Output.json(LedgerReport(reading, vault: roster.vault, keys: ledger.verifierKeys, since: kept))
        } else {
            for entry in reading.entries { try Output.line(LedgerReport.Row(entry).text) }
        }
        tell(reading, since: kept)
    }

    private func tell(_ reading: LedgerReading, since kept: Checkpoint?) {
        Output.note("Verified \(reading.entries.count) entries; a checkpoint covers \(reading.entries.count - reading.uncovered) of them")
        if let kept { Output.note("It continues the checkpoint of \(kept.size) entries that was kept") }
        if reading.tornBytes > 0 {
            Output.note("It ends in \(reading.tornBytes) bytes of a line that a crash cut off; the next entry names them")
        }
    }
}

/// The ledger as `--json` tells it.
struct LedgerReport: Encodable {
    /// An entry.
    struct Row: Encodable {
        let number: Int
        let at: String
        let act: String
        let state: String
        let serial: UInt64?
        let until: String?
        let roster: Int?
        let approvals: [String]
        let cells: [String]
        let mark: String?
        let torn_bytes: Int

        init(_ entry: LedgerEntry) {
            let event = entry.event
            number = entry.number
            at = event.mark == nil ? entry.at.description : entry.at.day.description
            act = event.act
            state = event.state.rawValue
            serial = event.serial
            until = event.until?.description
            roster = event.roster?.number
            approvals = event.approvals.map { Hex.encode($0) }
            cells = event.cells
            mark = event.mark?.description
            torn_bytes = entry.torn?.bytes ?? 0
        }

        /// The entry for people.
        var text: String {
            let details = [
                until.map { act == "sweep" ? "before \($0)" : "to \($0)" }, roster.map { "\($0)" }, serial.map { "calendar \($0)" },
                mark.map { _ in "about a conversation" }, approvals.isEmpty ? nil : "approvals: \(approvals.count)",
                cells.isEmpty ? nil : "cells \(cells.joined(separator: " "))",
                torn_bytes == 0 ? nil : "after a crash that left \(torn_bytes) bytes",
            ]
            return (["\(number)", at, "\(act) \(state)"] + details.compactMap { $0 }).joined(separator: "  ")
        }
    }

    /// That the ledger continues a checkpoint that was kept.
    struct Continuation: Encodable {
        let size: Int
        let proof: [String]
    }

    let vault: String
    let origin: String
    let size: Int
    let root: String
    let covered: Int
    let torn_bytes: Int
    let verifier_keys: [String]
    let since: Continuation?
    let entries: [Row]

    init(_ reading: LedgerReading, vault: VaultID, keys: [NoteKey], since kept: Checkpoint?) {
        let head = reading.head(of: vault)
        self.vault = vault.description
        origin = head.origin
        size = head.size
        root = Base64.encode(head.root.bytes)
        covered = head.size - reading.uncovered
        torn_bytes = reading.tornBytes
        verifier_keys = keys.map(\.text)
        since = kept.map { kept in
            let hashes = kept.size > 0 ? reading.tree.consistencyProof(from: kept.size, to: head.size) : []
            return Continuation(size: kept.size, proof: hashes.map { Base64.encode($0.bytes) })
        }
        entries = reading.entries.map(Row.init)
    }
}
