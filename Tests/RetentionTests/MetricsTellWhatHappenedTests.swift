import Foundation
import Keeper
import KeyCalendar
import ProgramRunner
import Records
import Retention
import Sodium
import System
import Testing

/// Metrics: in the form that Prometheus reads, with every number that can be counted from outside, and about nobody.
@Suite struct MetricsTellWhatHappenedTests {
    let ground: Ground
    let keeper: RetentionKeeper
    let desk: KeeperDesk

    init() throws {
        ground = try Ground()
        keeper = try ground.newKeeper()
        desk = KeeperDesk(keeper, access: KeeperAccess(own: 1, grants: [.init(user: 2, rights: [.read])]))
    }

    /// The samples of a text, read as strictly as the format is: HELP and TYPE before each metric, each sample once.
    private func samples(_ text: String, sourceLocation: SourceLocation = #_sourceLocation) throws -> [String: Int] {
        var samples: [String: Int] = [:]
        var (helped, typed, kind) = ("", "", "")
        #expect(text.hasSuffix("\n"), sourceLocation: sourceLocation)
        for line in text.split(separator: "\n", omittingEmptySubsequences: false).dropLast() {
            let words = line.split(separator: " ", maxSplits: 3).map(String.init)
            if line.hasPrefix("# HELP ") {
                helped = words[2]
                #expect(words[3].hasSuffix("."), sourceLocation: sourceLocation)
            } else if line.hasPrefix("# TYPE ") {
                (typed, kind) = (words[2], words[3])
                #expect(helped == typed && ["counter", "gauge"].contains(kind), "\(line)", sourceLocation: sourceLocation)
                #expect(typed.hasSuffix("_total") == (kind == "counter"), "\(line)", sourceLocation: sourceLocation)
            } else {
                let name = line.prefix { $0 != "{" && $0 != " " }
                #expect(name == typed && name.wholeMatch(of: /[a-z][a-z0-9_]*/) != nil, "\(line)", sourceLocation: sourceLocation)
                let value = try #require(line.split(separator: " ").last.flatMap { Int($0) }, "\(line)", sourceLocation: sourceLocation)
                let labels = line.dropFirst(name.count).dropLast("\(value)".count + 1)
                #expect(
                    labels.isEmpty || labels.wholeMatch(of: /\{[a-z]+="[a-z0-9_]+"(,[a-z]+="[a-z0-9_]+")*\}/) != nil, "\(line)",
                    sourceLocation: sourceLocation)
                #expect(samples.updateValue(value, forKey: "\(name)\(labels)") == nil, "\(line) twice", sourceLocation: sourceLocation)
            }
        }
        return samples
    }

    private func ask(_ request: KeeperRequest, by user: UInt32 = 1) {
        _ = desk.answer(Array(request.encoded.dropFirst(KeeperFrame.lengthBytes)), from: user)
    }

    @Test func `every counter counts what it is named for, and nothing else moves`() throws {
        func moved(by act: () throws -> Void, sourceLocation: SourceLocation = #_sourceLocation) throws -> [String: Int] {
            let before = try samples(keeper.metrics(), sourceLocation: sourceLocation)
            try act()
            let after = try samples(keeper.metrics(), sourceLocation: sourceLocation)
            let changed = after.filter { $0.key.contains("_total") && $0.value != before[$0.key] ?? 0 }
            return Dictionary(uniqueKeysWithValues: changed.map { ($0.key, $0.value - (before[$0.key] ?? 0)) })
        }
        let name = LeafName(expiry: Ground.expiry(ground.today), conversation: Ground.conversation())
        let none = LeafName(expiry: ground.today.adding(days: 20), conversation: name.conversation)
        func leaves(_ purpose: String, _ result: String) -> String {
            "vault_keeper_leaves_total{purpose=\"\(purpose)\",result=\"\(result)\"}"
        }
        func refusals(_ reason: String) -> String { "vault_keeper_refusals_total{reason=\"\(reason)\"}" }
        #expect(try moved { ask(.leaves(.sealing, [name, name])) } == [leaves("seal", "given"): 2])
        #expect(
            try moved { ask(.leaves(.reading, [name, none]), by: 2) } == [leaves("read", "given"): 1, leaves("read", "no_page"): 1])
        #expect(try moved { ask(.leaves(.sealing, [name]), by: 2) } == [refusals("not_allowed"): 1])
        #expect(try moved { ask(.today, by: 3) } == [refusals("not_allowed"): 1])
        #expect(try moved { _ = desk.admits(3) } == [refusals("stranger"): 1])
        #expect(try moved { _ = desk.answer([1, 99], from: 1) } == [refusals("malformed"): 1])
        #expect(try moved { ask(.act(Array("{}".utf8))) } == [refusals("malformed"): 1])
        #expect(try moved { ask(.pages([ground.today.adding(days: 9000)])) } == [refusals("refused"): 1])
        #expect(try moved { ask(.pages([ground.today.adding(days: 400)])) } == ["vault_keeper_drawn_pages_total": 1])
        let already = "vault_keeper_acts_total{act=\"sweep\",result=\"already\"}"
        #expect(try moved { ask(.act(try KeeperOrder.sweep.json)) } == [already: 1])
        for _ in 0..<3 { try ground.addPart(expiring: ground.today) }
        ground.advance(days: 1)
        let done = "vault_keeper_acts_total{act=\"sweep\",result=\"done\"}"
        #expect(
            try moved { ask(.act(try KeeperOrder.sweep.json)) }
                == [done: 1, "vault_keeper_sweeps_total": 1, "vault_keeper_removed_files_total": 3])
        for _ in 0..<39 { ask(.leaves(.reading, Array(repeating: name, count: 512))) }
        #expect(
            try moved { ask(.leaves(.reading, Array(repeating: name, count: 512))) }
                == [refusals("limited"): 1, "vault_keeper_limited_leaves_total": 512])
        for request in [KeeperRequest.today, .status, .metrics, .states([]), .kept(after: .first)] {
            #expect(try moved { ask(request) } == [:], "\(request)")
        }
    }

    @Test func `gauges say how things are: the days, the budget, what is overdue and for how long`() throws {
        func values() throws -> [String: Int] { try samples(keeper.metrics()) }
        let start = Int(ground.today.number) * 86_400
        keeper.attend()
        var now = try values()
        #expect(now["vault_keeper_high_water_timestamp_seconds"] == start && now["vault_keeper_today_timestamp_seconds"] == start)
        #expect(now["vault_keeper_last_sweep_timestamp_seconds"] == nil, "none was yet")
        #expect(now["vault_keeper_overdue_pages"] == 0 && now["vault_keeper_overdue_seconds"] == 0)
        #expect(now["vault_keeper_time_budget_seconds"] == 7 * 86_400 && now["vault_keeper_cells"] == 2)
        #expect(now["vault_keeper_cell_level{cell=\"1\"}"] == 1 && now["vault_keeper_cell_level{cell=\"2\"}"] == 1)
        #expect(now["vault_keeper_last_attended_timestamp_seconds"] == Int(ground.clock.now().seconds))
        _ = try keeper.drawPages((0..<40).map { ground.today.adding(days: $0) })
        // Off for thirty days, and back at noon: seven are torn off, 23 wait; the first of them has been over for 22 days and a half.
        ground.clock.reboot(pauseSeconds: 30 * Day.seconds)
        now = try values()
        #expect(now["vault_keeper_overdue_pages"] == 30 && now["vault_keeper_overdue_seconds"] == 29 * 86_400 + 43_200)
        keeper.attend()
        now = try values()
        #expect(now["vault_keeper_overdue_pages"] == 23 && now["vault_keeper_overdue_seconds"] == 22 * 86_400 + 43_200)
        #expect(now["vault_keeper_time_budget_seconds"] == 0)
        #expect(now["vault_keeper_high_water_timestamp_seconds"] == start + 7 * 86_400)
        #expect(now["vault_keeper_today_timestamp_seconds"] == start + 30 * 86_400)
        let swept = try #require(now["vault_keeper_last_sweep_timestamp_seconds"])
        #expect(swept == Int(ground.clock.now().seconds) && now["vault_keeper_last_change_timestamp_seconds"] == swept)
        #expect(now["vault_keeper_calendar_serial"] == keeper.status().serial)
        #expect(now["vault_keeper_duty_failing{duty=\"sweep\"}"] == 0 && (now["process_resident_memory_bytes"] ?? 0) > 1 << 20)
        // The vault's rosters are gone: a duty fails, and is seen to.
        let rosters = try ground.fileSystem.list(ground.layout.rosters)
        for name in rosters { try ground.fileSystem.rename("\(ground.layout.rosters)/\(name)", to: "/\(name)") }
        keeper.attend()
        #expect(try values()["vault_keeper_duty_failing{duty=\"roster\"}"] == 1)
        for name in rosters { try ground.fileSystem.rename("/\(name)", to: "\(ground.layout.rosters)/\(name)") }
        keeper.attend()
        #expect(try values()["vault_keeper_duty_failing{duty=\"roster\"}"] == 0)
    }

    @Test func `nobody can be found in them`() throws {
        let name = LeafName(expiry: Ground.expiry(ground.today), conversation: Ground.conversation())
        try ground.addPart(expiring: name.expiry, of: name.conversation)
        ask(.leaves(.reading, [name]), by: 2)
        let text = keeper.metrics()
        for word in [name.conversation.description, ground.roster.vault.description, "worker", "lead-", "/cell", "/vault", "The Charity"] {
            #expect(!text.contains(word), "\(word)")
        }
    }

    /// Where promtool is: VAULT_PROMTOOL, or where Debian puts it.
    private static let promtools = [ProcessInfo.processInfo.environment["VAULT_PROMTOOL"] ?? "/usr/bin/promtool"]

    @Test func `promtool finds nothing to say`() throws {
        guard let tool = Self.promtools.first(where: { FileManager.default.isExecutableFile(atPath: $0) }) else {
            print("promtool (Debian: prometheus) is not there: it was not asked what it thinks of the metrics")
            return
        }
        ask(.act(try KeeperOrder.sweep.json))
        ground.advance(days: 1)
        keeper.attend()
        let outcome = try RunningProgram([tool, "check", "metrics"], input: Data(keeper.metrics().utf8)).end()
        #expect(outcome.code == 0 && outcome.errors.isEmpty && outcome.output.isEmpty, "\(outcome)")
        let wrong = try RunningProgram([tool, "check", "metrics"], input: Data("vault_days 1\n".utf8)).end()
        #expect(wrong.code != 0 || !wrong.errors.isEmpty, "it says nothing about anything")
    }

    @Test func `the file is replaced in one step, and names nothing that a collector would take for metrics meanwhile`() throws {
        let counting = FaultyFileSystem(MemoryFileSystem())
        let file = MetricsFile(path: "/keeper.prom", fileSystem: counting)
        try file.write("first 1\n")
        #expect(try counting.readFile("/keeper.prom", limitBytes: 100) == Array("first 1\n".utf8))
        // A writer that died left something behind.
        let left = try counting.create("/keeper.prom.new", mode: 0o644)
        try left.append(Array("half".utf8).rawSpan)
        try left.close()
        try file.write("second 2\n")
        #expect(try counting.readFile("/keeper.prom", limitBytes: 100) == Array("second 2\n".utf8))
        #expect(try counting.list("/").filter { $0.hasSuffix(".prom") } == ["keeper.prom"])
        file.remove()
        #expect(try counting.list("/").isEmpty)
        #expect(try code { try MetricsFile(path: "/none/keeper.prom", fileSystem: counting).write("x 1\n") } == .missing)
    }

    @Test(.enabled(if: RetentionProgram.isBuilt, "the program was not built beside the tests: it was not run"))
    func `the program prints them, writes them where it was told, and takes them away when it ends`() throws {
        let place = try ProgramGround("metrics", cells: ["cell"])
        // Kept for as long as the names below are used.
        defer { withExtendedLifetime(place) {} }
        let (directory, ground, program) = (place.directory, place.ground, place.program)
        try #require(try program.initialise("--one-cell").code == 0)
        let file = "\(directory)/keeper.prom"
        let keeper = try program.start(["--metrics-file", file])
        let printed = try program.ask("metrics")
        #expect(printed.code == 0 && printed.errors.isEmpty)
        let today = try samples(printed.text)["vault_keeper_today_timestamp_seconds"]
        #expect(today == Int(ground.today.number) * 86_400)
        try #require(keeper.wait { _ in FileManager.default.fileExists(atPath: file) })
        #expect(try samples(String(contentsOfFile: file, encoding: .utf8)).count == samples(printed.text).count)
        #expect(try FileManager.default.attributesOfItem(atPath: file)[.posixPermissions] as? Int == 0o644)
        keeper.signal(SIGTERM)
        #expect(keeper.end().code == 0 && !FileManager.default.fileExists(atPath: file), "old numbers are nobody's")
        let gone = try program.ask("metrics")
        #expect(gone.isRefusal && gone.errors.contains("not running"))
        // Where it cannot be written, that is said once, and the keeper goes on.
        let other = try program.start(["--metrics-file", "\(directory)/none/keeper.prom"])
        #expect(other.wait { $0.errors.contains("problem: the metrics file") })
        #expect(try program.ask("status").code == 0)
        other.signal(SIGTERM)
        other.end()
    }
}
