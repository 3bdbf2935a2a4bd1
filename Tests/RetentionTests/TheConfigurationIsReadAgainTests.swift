import Foundation
import Glibc
import Keeper
import ProgramRunner
import Records
import Retention
import Roster
import Sodium
import System
import Testing

/// What can be changed while the keeper runs: who may ask what, and what the roster says.
@Suite struct TheConfigurationIsReadAgainTests {
    @Test func `access that is read again counts from the next question on, on connections that are open`() throws {
        let ground = try Ground()
        let keeper = try ground.newKeeper()
        let user = OwnProcess.user
        let desk = KeeperDesk(keeper, access: KeeperAccess(own: user + 1, grants: [.init(user: user, rights: [.read])]))
        let socket = "/tmp/keeper-\(getpid())-\(UInt32.random(in: .min ... .max))"
        let server = try KeeperServer(desk, socket: socket, limits: Door.brisk, log: Ground.quiet)
        defer { server.stop() }
        let client = KeeperClient(socket: socket, vault: nil)
        let name = LeafName(expiry: Ground.expiry(ground.today), conversation: .zero)
        #expect(try client.leaf(name, for: .reading).states == [.found])
        let changes = desk.grant(
            KeeperAccess(own: user + 1, grants: [.init(user: user, rights: [.seal]), .init(user: 7, rights: [.act, .read])]))
        #expect(changes == ["user 7 may ask: read,act; before: nothing", "user \(user) may ask: seal; before: read"].sorted())
        #expect(try keeperCode { _ = try client.leaf(name, for: .reading) } == .notAllowed)
        #expect(try client.leaf(name, for: .sealing).states == [.found])
        #expect(desk.grant(KeeperAccess(own: user + 1)) != [])
        #expect(try keeperCode { _ = try client.today() } == .notAllowed, "who lost all rights is a stranger")
        #expect(desk.grant(KeeperAccess(own: user + 1)) == [])
    }

    @Test func `a file of grants is read strictly, and must be nobody else's to write`() throws {
        let disk = DiskFileSystem()
        let path = "/tmp/grants-\(getpid())-\(UInt32.random(in: .min ... .max))"
        defer { try? disk.remove(path) }
        func grants(_ text: String, mode: UInt32 = 0o644, own: UInt32 = OwnProcess.user) throws -> [KeeperAccess.Grant] {
            try disk.removeIfPresent(path)
            try disk.writeDurably(path, Array(text.utf8).rawSpan, mode: mode)
            return try KeeperAccess.grants(in: path, own: own, fileSystem: disk)
        }
        #expect(
            try grants("# who\n\n1000:seal\n1001:read,act\n") == [
                .init(user: 1000, rights: [.seal]), .init(user: 1001, rights: [.read, .act]),
            ])
        #expect(try grants("") == [])
        for text in ["1000", "1000:seal\n 1001:read\n", "1000:seal # why\n", "1000:all\n", "1000:seal\r\n"] {
            #expect(try code { _ = try grants(text) } == .malformed, "\(text)")
        }
        for mode: UInt32 in [0o666, 0o664, 0o646] { #expect(try code { _ = try grants("1000:seal\n", mode: mode) } == .refused) }
        #expect(try code { _ = try KeeperAccess.grants(in: "\(path).no", own: 0, fileSystem: disk) } == .missing)
        let link = "\(path).link"
        _ = unsafe symlink(path, link)
        defer { _ = unsafe unlink(link) }
        #expect(try code { _ = try KeeperAccess.grants(in: link, own: 0, fileSystem: disk) } == .refused)
        guard OwnProcess.user == 0 else { return }
        _ = unsafe chown(path, 12_345, 0)
        #expect(
            try code { _ = try KeeperAccess.grants(in: path, own: 0, fileSystem: disk) } == .refused, "a stranger's file lets nobody in")
    }

    @Test func `Operating tells what each word in the log means`() throws {
        let package = "/" + #filePath.split(separator: "/").dropLast(3).joined(separator: "/")
        let text = try String(contentsOfFile: "\(package)/Docs/Operating.md", encoding: .utf8)
        for event in KeeperEvent.allCases { #expect(text.contains("\n| `\(event.rawValue)` |"), "\(event.rawValue)") }
    }

    /// What the running program says and does when it is told to look again.
    @Test(.enabled(if: RetentionProgram.isBuilt, "the program was not built beside the tests: it was not run"))
    func `SIGHUP reads it again, and says what has changed`() throws {
        let place = try ProgramGround("reload", cells: ["cell"])
        // Kept for as long as the names below are used.
        defer { withExtendedLifetime(place) {} }
        let (directory, ground, program) = (place.directory, place.ground, place.program)
        try #require(try program.initialise("--one-cell").code == 0)
        let list = "\(directory)/keeper.allow"
        func write(_ text: String) throws { try DiskFileSystem().replaceDurably(list, Array(text.utf8).rawSpan, mode: 0o644) }
        try write("1000:everything\n")
        let refused = try program.run(program.runArguments + ["--allow-file", list])
        #expect(refused.isRefusal && refused.errors.contains("line 1"), "\(refused.errors)")
        try write("1000:seal\n")
        let keeper = try program.start(["--allow-file", list, "--log-format", "json"])
        func reload(_ words: String, sourceLocation: SourceLocation = #_sourceLocation) {
            keeper.signal(SIGHUP)
            #expect(keeper.wait(limit: 20) { $0.errors.contains(words) }, "\(keeper.errors)", sourceLocation: sourceLocation)
        }
        reload("nothing has changed")
        try write("1000:seal,read\n2000:act\n")
        reload("user 1000 may ask: seal,read; before: seal")
        reload("user 2000 may ask: act; before: nothing")
        try write("who?\n")
        reload("who may ask what stays as it was: line 1")
        try write("1000:seal,read\n2000:act\n")
        try ground.change(RosterChange(enrol: [ground.worker.identity.card(from: ground.today)]), by: [ground.leads[0]])
        reload("the roster in force is number 2; before: 1")
        #expect(try KeeperClient(socket: program.socket, vault: nil).today() == ground.today)
        keeper.signal(SIGTERM)
        let end = keeper.end()
        for line in end.errorLines {
            let fields = try #require(try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: String], "\(line)")
            #expect(fields["at"] != nil && fields["level"] != nil && fields["message"] != nil)
            #expect(KeeperEvent(rawValue: fields["event"] ?? "") != nil, "\(line)")
        }
    }
}
