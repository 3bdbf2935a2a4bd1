import Foundation
import Keeper
import ProgramRunner
import Records
import Retention
import Roster
import Sodium
import System
import Testing

/// `vault-retention` as it is run: its whole life, its exit codes, and one line for everything that goes wrong.
@Suite(.enabled(if: RetentionProgram.isBuilt, "the program was not built beside the tests: it was not run"))
final class TheProgramTests {
    private let place: ProgramGround
    private var directory: String { place.directory }
    private var ground: Ground { place.ground }
    private var program: RetentionProgram { place.program }

    init() throws {
        place = try ProgramGround("retention")
    }

    @Test func `from init to the end`() throws {
        let card = "\(directory)/keeper.card"
        let made = try program.initialise("--card", card, "--name", "night-keeper")
        #expect(made.code == 0 && made.text == "\(card)\n", "\(made.errors)")
        #expect(made.errors.contains(ground.roster.organisationKey.text) && made.errors.contains("cell 2: L"))
        let unverified = UnverifiedCard(text: try bytes(card), signature: try bytes("\(card).minisig"))
        let verified = try unverified.verified()
        #expect(verified.name == "night-keeper" && verified.role == .keeper)
        let identity = try FileManager.default.attributesOfItem(atPath: "\(directory)/cell-a/keeper.identity")
        #expect(identity[.posixPermissions] as? Int == 0o600)
        #expect(try FileManager.default.attributesOfItem(atPath: "\(directory)/cell-a")[.posixPermissions] as? Int == 0o700)

        let keeper = try program.start()
        #expect(String(decoding: keeper.output, as: UTF8.self) == "ready: the keeper answers at \(program.socket)\n")
        let client = KeeperClient(socket: program.socket, vault: ground.roster.vault)
        #expect(try client.today() == ground.today)
        #expect(try client.leaf(LeafName(expiry: Ground.expiry(ground.today), conversation: .zero), for: .sealing).states == [.found])

        let status = try program.ask("status")
        #expect(status.code == 0 && status.errors.isEmpty && status.text.contains("1 to seal") && status.text.contains("warning"))
        let machine = try program.ask("status", "--json")
        let value = try JSONDecoder().decode(KeeperStatus.self, from: machine.output)
        #expect(
            machine.code == 0 && value.vault == ground.roster.vault.description && value.pages.overdue == 0 && value.leaves.sealing == 1)

        let second = try program.run(program.runArguments)
        #expect(second.code == 1 && second.isRefusal && second.errors.contains("another keeper"), "\(second.errors)")
        try sweep(client)
        keeper.signal(SIGHUP)
        #expect(try client.today() > ground.today)
        #expect(keeper.isRunning)
        keeper.signal(SIGTERM)
        let end = keeper.end()
        #expect(end.code == 0 && end.errors.contains("stopped"), "\(end.errors)")
        #expect(!FileManager.default.fileExists(atPath: program.socket))
        let gone = try program.ask("status")
        #expect(gone.code == 1 && gone.isRefusal && gone.errors.contains("not running"))

        let again = try program.start()
        again.signal(SIGINT)
        #expect(again.end().code == 0)
    }

    /// The part that sweeps: by the clock, then beyond it.
    private func sweep(_ client: KeeperClient) throws {
        let plain = try program.ask("sweep")
        #expect(plain.code == 0 && plain.errors.contains("nothing to do") && plain.output.isEmpty, "\(plain.errors)")
        let part = try ground.addPart(expiring: ground.today)
        let day = ground.today.adding(days: 5)
        let file = "\(directory)/request.json"
        let asked = try program.ask("sweep", "--as-of", day.description, "--request-out", file)
        #expect(asked.code == 0 && asked.output.isEmpty && asked.errors.contains("vault-worker approve"), "\(asked.errors)")
        let printed = try program.ask("sweep", "--as-of", day.description)
        #expect(try Request(parsing: Array(printed.output)).targets == [day.description])
        let request = try Request(parsing: bytes(file))
        for (index, approval) in try ground.approvals(request, by: [ground.leads[0], ground.leads[1]]).enumerated() {
            try Data(approval.text.utf8).write(to: URL(fileURLWithPath: "\(directory)/\(index)"))
            try Data(approval.signature.utf8).write(to: URL(fileURLWithPath: "\(directory)/\(index).minisig"))
        }
        let alone = try program.ask("sweep", "--request", file, "--approval", "\(directory)/0")
        #expect(alone.code == 1 && alone.isRefusal && alone.errors.contains("fewer approvals"), "\(alone.errors)")
        let unsigned = try program.ask("sweep", "--request", file, "--approval", "\(directory)/2")
        #expect(unsigned.code == 1 && unsigned.isRefusal, "\(unsigned.errors)")
        let both = ["sweep", "--request", file, "--approval", "\(directory)/0", "--approval", "\(directory)/1", "--keeper", program.socket]
        let done = try program.run(both + ["--json"])
        let outcome = try JSONDecoder().decode(KeeperOutcome.self, from: done.output)
        #expect(done.code == 0 && outcome.highWater == day.description && outcome.files == 1 && outcome.result == .done, "\(done.errors)")
        #expect(!FileManager.default.fileExists(atPath: part))
        let spent = try program.run(both)
        #expect(spent.code == 1 && spent.isRefusal && spent.errors.contains("used before"), "\(spent.errors)")
    }

    @Test func `init refuses what it must, in one line, and makes nothing`() throws {
        func refused(_ arguments: [String], _ words: String, sourceLocation: SourceLocation = #_sourceLocation) throws {
            let result = try program.run(["init"] + arguments)
            #expect(
                result.code == 1 && result.isRefusal && result.errors.contains(words), "\(result.errors)", sourceLocation: sourceLocation)
        }
        let (vault, cell) = ("\(directory)/vault", "\(directory)/cell-a")
        try refused(["--vault", vault, "--cell", cell], "--one-cell")
        try refused(["--vault", vault, "--cell", "\(vault)/cell", "--one-cell"], "inside the vault")
        try refused(["--vault", "\(directory)/nothing", "--cell", cell, "--one-cell"], "no vault")
        try refused(["--vault", vault, "--cell", cell, "--cell", cell], "each once")
        let occupied = "\(directory)/occupied"
        try FileManager.default.createDirectory(atPath: occupied, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        try Data("mine".utf8).write(to: URL(fileURLWithPath: "\(occupied)/notes.txt"))
        try refused(["--vault", vault, "--cell", occupied, "--one-cell"], "other files")
        let open = "\(directory)/open"
        try FileManager.default.createDirectory(atPath: open, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o755])
        try refused(["--vault", vault, "--cell", open, "--one-cell"], "0700")
        #expect(!FileManager.default.fileExists(atPath: cell))
        #expect(try DiskFileSystem().list(occupied) == ["notes.txt"] && DiskFileSystem().list(open) == [])
        #expect(try program.run(["init", "--vault", vault, "--cell", cell, "--one-cell"]).code == 0)
        try refused(["--vault", vault, "--cell", cell, "--one-cell"], "already")
        #expect(try DiskFileSystem().list("\(vault)/calendar").count == 1)
    }

    private static let id = String(repeating: "5f", count: 16)

    @Test func `wrong usage is 64`() throws {
        for arguments in [
            ["init"], ["run"], ["sweep", "--as-of", "tomorrow"], ["sweep", "--approval", "x"],
            ["sweep", "--request", "x", "--as-of", "2027-01-01"],
            ["run", "--cell", "/x", "--allow", "anna:read"], ["run", "--cell", "/x", "--allow", "1:write"],
            ["init", "--cell", "/x", "--name", "Ä"],
            ["status", "--what"], ["destroy"], ["sweep", "--request-out", "x"],
            ["erase"], ["erase", "5f"], ["erase", Self.id, "--request", "x"], ["erase", "--approval", "x"],
            ["erase", "--request-out", "x"],
            ["erase", "--request", "x", "--expires", "2027-01-01"], ["erase", Self.id, "--expires", "soon"],
            ["erase"] + Array(repeating: Self.id, count: 33), ["hold", Self.id], ["hold", "--until", "2027-01-01"],
            ["hold", Self.id, "--until", "tomorrow"], ["hold", "--request", "x", "--until", "2027-01-01"], ["release"],
            ["change-class", Self.id], ["change-class", Self.id, "--class", "held"], ["change-class", "--class", "disclosure"],
        ] {
            let result = try program.run(arguments)
            #expect(result.code == 64 && result.output.isEmpty, "\(arguments): \(result.code) \(result.errors)")
        }
    }

    @Test func `what is missing or wrong is told in one line`() throws {
        func refused(_ arguments: [String], _ words: String, sourceLocation: SourceLocation = #_sourceLocation) throws {
            let result = try program.run(arguments)
            // A log line may come before it.
            let last = result.errorLines.last ?? ""
            #expect(
                result.code == 1 && last.hasPrefix("Error: ") && last.contains(words), "\(result.errors)", sourceLocation: sourceLocation)
            #expect(result.errorLines.count { $0.hasPrefix("Error: ") } == 1 && result.output.isEmpty, sourceLocation: sourceLocation)
        }
        try refused(program.runArguments, "init")
        #expect(try program.initialise().code == 0)
        try refused(
            ["run", "--vault", "\(directory)/nothing", "--cell", program.cells[0], "--cell", program.cells[1], "--keeper", program.socket],
            "no vault")
        try refused(
            ["run", "--vault", program.vault, "--cell", "\(directory)/away", "--keeper", program.socket],
            "no keeper lives")
        try refused(
            Array(program.runArguments.dropLast(6)) + ["--keeper", "\(directory)/no/socket"] + program.cells.flatMap { ["--cell", $0] },
            "directory does not exist")
        let long = "\(directory)/" + String(repeating: "x", count: 108)
        try refused(["run", "--vault", program.vault, "--keeper", long] + program.cells.flatMap { ["--cell", $0] }, "107")
        try FileManager.default.setAttributes([.posixPermissions: 0o644], ofItemAtPath: "\(program.cells[1])/keeper.identity")
        try refused(program.runArguments, "0600")
        try refused(["sweep", "--keeper", program.socket], "not running")
        try refused(["sweep", "--as-of", "2030-01-01", "--keeper", program.socket], "not running")
        try refused(["sweep", "--request", "\(directory)/none", "--keeper", program.socket], "does not exist")
        try refused(["status", "--vault", "\(directory)/nothing", "--keeper", program.socket], "no vault")
        try refused(["preview", "--vault", "\(directory)/nothing"], "no vault")
    }

    @Test func `the preview counts what will be forgotten`() throws {
        try ground.addPart(expiring: ground.today.adding(days: 2))
        try ground.addPart(expiring: ground.today.adding(days: 30))
        let people = try program.run(["preview", "--vault", program.vault])
        #expect(people.code == 0 && people.errorLines.count == 1 && people.lines.count == 17, "\(people)")
        #expect(people.errorLines[0].contains("the keeper does not run"))
        #expect(people.lines[1] == "  \(ground.today)  today  nothing")
        #expect(people.lines[3] == "  \(ground.today.adding(days: 2))         1 conversation(s) in 1 file(s)")
        #expect(people.lines[15].contains("\(ground.today.adding(days: 14))") && people.lines[16] == "Overdue: nothing")
        let machine = try program.run(["preview", "--json"], environment: ["VAULT_DIR": program.vault])
        let preview = try JSONDecoder().decode(ExpiryPreview.self, from: machine.output)
        #expect(preview.days.map(\.conversations) == [1] && preview.held == nil)
    }

    @Test func `a conversation is held, kept for its class, released and erased by the command line`() throws {
        #expect(try program.initialise().code == 0)
        let keeper = try program.start()
        defer {
            keeper.signal(SIGTERM)
            keeper.end()
        }
        let (day, conversation) = (Ground.expiry(ground.today), Ground.conversation())
        try ground.addRecord(conversation, expiring: day)
        func asked(_ arguments: [String], _ sourceLocation: SourceLocation = #_sourceLocation) throws -> String {
            let file = "\(directory)/\(arguments[0]).json"
            let result = try program.run(
                arguments + ["\(conversation)", "--request-out", file, "--keeper", program.socket], input: Data("inquiry\n".utf8))
            #expect(
                result.code == 0 && result.output.isEmpty && result.errors.contains("nothing was done yet"), "\(result.errors)",
                sourceLocation: sourceLocation)
            return file
        }
        func act(_ name: String, _ file: String, leads: Int, _ more: [String] = []) throws -> Outcome {
            let request = try Request(parsing: bytes(file))
            var arguments = [name, "--request", file, "--keeper", program.socket] + more
            for (index, approval) in try ground.approvals(request, by: Array(ground.leads.prefix(leads))).enumerated() {
                try Data(approval.text.utf8).write(to: URL(fileURLWithPath: "\(file).\(index)"))
                try Data(approval.signature.utf8).write(to: URL(fileURLWithPath: "\(file).\(index).minisig"))
                arguments += ["--approval", "\(file).\(index)"]
            }
            return try program.run(arguments)
        }
        let until = ground.today.adding(days: 400)
        let hold = try asked(["hold", "--until", until.description])
        let alone = try act("hold", hold, leads: 1)
        #expect(alone.isRefusal && alone.errors.contains("fewer approvals"), "\(alone.errors)")
        let other = try act("erase", hold, leads: 2)
        #expect(other.isRefusal && other.errors.contains("another act"), "\(other.errors)")
        let held = try act("hold", hold, leads: 2, ["--json"])
        #expect(try JSONDecoder().decode(KeeperOutcome.self, from: held.output).act == "hold" && held.errors.hasPrefix("done: it is held"))
        #expect(try act("hold", hold, leads: 2).errors.hasPrefix("nothing to do: it is held"))
        let refused = try program.ask("erase", "\(conversation)")
        #expect(refused.isRefusal && refused.errors.contains("not erased"), "\(refused.errors)")
        // The reason comes by a descriptor, and from the list.
        let reason = ["--class", "disclosure", "--reason-file", "-"]
        let unknown = try program.run(
            ["change-class", "\(conversation)", "--keeper", program.socket] + reason, input: Data("anger\n".utf8))
        #expect(unknown.isRefusal && unknown.errors.contains("legal-claim"), "\(unknown.errors)")
        let changed = try act("change-class", asked(["change-class"] + reason), leads: 2)
        #expect(changed.code == 0 && changed.errors.hasPrefix("done: it has its class"), "\(changed.errors)")

        let preview = try program.run(["preview", "--json", "--vault", program.vault, "--keeper", program.socket])
        let seen = try JSONDecoder().decode(ExpiryPreview.self, from: preview.output)
        #expect(seen.held?.map(\.class) == ["held", "disclosure"] && seen.held?.map(\.expires) == [day.description, day.description])
        #expect(seen.held?.first?.until == until.description && seen.overdue.pages == 0 && seen.overdue.files == 0)
        let words = try program.run(["preview", "--vault", program.vault, "--keeper", program.socket])
        #expect(words.text.contains("until \(until)  held: \(conversation), whose own day is \(day)"), "\(words)")
        #expect(words.text.contains("Overdue: nothing") && words.text.contains("for its class, disclosure: \(conversation)"))
        #expect(try program.ask("status").text.contains("1 held, 1 as record(s) of disclosures"))

        #expect(try act("release", asked(["release"]), leads: 2).errors.hasPrefix("done: it is held no longer"))
        let back = ["change-class", "--class", "standard", "--reason-file", "\(directory)/reason"]
        try Data("mistake\n".utf8).write(to: URL(fileURLWithPath: "\(directory)/reason"))
        #expect(try act("change-class", asked(back), leads: 2).code == 0)
        let erase = try asked(["erase"])
        let erased = try act("erase", erase, leads: 2)
        #expect(erased.code == 0 && erased.errors.contains("done: the keys are destroyed") && erased.errors.contains("removed 1 file"))
        #expect(try act("erase", erase, leads: 2).errors.hasPrefix("nothing to do: its key was destroyed before"))
        let again = try program.ask("erase", "\(conversation)")
        #expect(again.isRefusal && again.errors.contains("erased: "), "\(again.errors)")
        let never = try program.ask("hold", "\(Ground.conversation())", "--until", until.description)
        #expect(never.isRefusal && never.errors.contains("missing: "), "\(never.errors)")
    }

    private func bytes(_ path: String) throws -> [UInt8] {
        try DiskFileSystem().readFile(path, limitBytes: 1 << 16)
    }
}
