internal import ArgumentParser
internal import Certificate
internal import Console
internal import Keeper
internal import Ledger
internal import Records
internal import Roster
internal import Sodium
internal import System

struct ShowCertificates: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "certificates",
        abstract: "Verify the certificates of destruction, and show them.",
        discussion: """
            Every certificate is verified: both signatures, the text against the document, its place in the sequence, and that the ledger has \
            what it names. Each destruction that the ledger has as done must have one; where the keeper runs it is asked which it is still to \
            write. Findings are told on standard error; the exit code is 1 if there is any. Remarks are told there, too: what is being written, \
            and what stays incomplete for ever since the vault was brought back.

            The keeper writes certificates by itself, in the vault's folder 'certificates': one for each sweep and each erasure, the text for \
            people as NUMBER.txt. Whoever is given one checks it with 'minisign -V' alone, with the key that 'vault-admin roster' tells.

            Examples:
              vault-admin certificates --vault /srv/vault \\
                --organisation-key ~/charity.key
              vault-admin certificates --vault /srv/vault --text 7
            """)

    @OptionGroup var vault: VaultOptions
    @OptionGroup var keeper: KeeperOptions
    @OptionGroup var output: OutputOptions
    @OptionGroup var pin: PinOptions
    @Option(help: ArgumentHelp("Print the text of this certificate.", valueName: "number")) var text: Int?

    func validate() throws {
        guard text == nil || !output.json else { throw ValidationError("give one of --text and --json") }
    }

    func run() throws {
        let roster = try VaultState.roster(vault.layout, keyFile: pin.keyFile)
        let chain = try CertificateState(layout: vault.layout, fileSystem: DiskFileSystem(), roster: roster).chain(
            asking: KeeperClient.answering(keeper, of: roster).client)
        if let text {
            guard let certificate = chain.certificates.first(where: { $0.content.number == text }) else {
                throw ConsoleError(
                    .unknownName, "there is no certificate \(text), or it is not authentic: 'vault-admin certificates' says which there are"
                )
            }
            try Output.bytes(certificate.text)
        } else if output.json {
            try Output.json(CertificateReport(chain))
        } else {
            for certificate in chain.certificates { try Output.line(CertificateReport.Row(certificate).text) }
        }
        for line in chain.findings + chain.remarks { Output.note(line) }
        Output.note("Certificates verified: \(chain.certificates.count); findings: \(chain.findings.count)")
        if !chain.findings.isEmpty { throw ExitCode.failure }
    }
}

/// A vault's certificates, verified with the keys of the keepers in its roster and with its ledger.
struct CertificateState {
    let layout: VaultLayout
    /// How often they are read where something is found: the keeper may be writing meanwhile.
    private static let mostReadings = 3

    let fileSystem: DiskFileSystem
    let roster: VerifiedRoster

    /// All of them, held against what the keeper says, where one answers; throws where there is no keeper in the roster, or the ledger cannot be
    /// believed.
    func chain(asking client: KeeperClient?) throws -> CertificateChain {
        var chain = try read(told(by: client))
        for _ in 1..<Self.mostReadings where client != nil && !chain.findings.isEmpty { chain = try read(told(by: client)) }
        return chain
    }

    /// The keeper is asked first: what it says that it is to write may be there when it is looked for, and not the other way round. Who may not ask
    /// it goes without.
    private func told(by client: KeeperClient?) -> CertificateChain.Told? {
        guard let answer = try? client?.status(), let status = try? KeeperStatus.reading(answer) else { return nil }
        return .init(due: status.destruction.due, last: status.destruction.last)
    }

    private func read(_ told: CertificateChain.Told?) throws -> CertificateChain {
        let ledger = try VaultLedger(layout: layout, roster: roster, fileSystem: fileSystem).reading()
        return try CertificateChain(
            CertificateFolder(fileSystem: fileSystem, layout: layout), ledger: ledger, vault: roster.vault, keys: roster.keeperKeys,
            told: told)
    }
}

/// The certificates as `--json` tells of them.
struct CertificateReport: Encodable {
    /// A certificate.
    struct Row: Encodable {
        let number: Int
        let act: String
        let state: CertificateContent.State
        let done: String?
        let until: String
        let pages: Int
        let erased: Int
        let kept: Int
        let conversations: Int?
        let files_removed: Int?
        let files_left: Int
        let cells: [String]
        let lagging: [String]
        let completes: [Int]
        let ledger_entry: Int?
        let sha256: String

        init(_ certificate: SignedCertificate) {
            let content = certificate.content
            number = content.number
            act = content.act
            state = content.state
            done = content.done
            until = content.destroyed.until
            pages = content.destroyed.pages
            erased = content.destroyed.erased
            kept = content.destroyed.kept.total
            conversations = content.destroyed.conversations
            files_removed = content.files.removed
            files_left = content.files.left
            cells = content.cells.map(\.level)
            lagging = content.lagging
            completes = content.completes
            ledger_entry = content.ledger.entry
            sha256 = certificate.digest
        }

        /// The certificate in one line for people.
        var text: String {
            let details = [
                act == "sweep" ? "before \(until)" : nil, pages > 0 ? "pages: \(pages)" : nil, erased > 0 ? "erased: \(erased)" : nil,
                kept > 0 ? "kept until then: \(kept)" : nil, "cells \(cells.joined(separator: " "))",
                files_left > 0 ? "files left: \(files_left)" : nil,
                completes.isEmpty ? nil : "completes \(completes.map { "\($0)" }.joined(separator: " "))",
            ]
            return (["\(number)", done ?? "-", act, state.rawValue] + details.compactMap { $0 }).joined(separator: "  ")
        }
    }

    let certificates: [Row]
    let incomplete: [Int]
    let given_up: [Int]
    let findings: [String]
    let remarks: [String]

    init(_ chain: CertificateChain) {
        certificates = chain.certificates.map(Row.init)
        incomplete = chain.open
        given_up = chain.givenUp
        findings = chain.findings
        remarks = chain.remarks
    }
}
