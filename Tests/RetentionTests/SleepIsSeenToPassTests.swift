import Foundation
import Glibc
import Keeper
import KeyCalendar
import ProgramRunner
import Records
import Retention
import Roster
import Sodium
import System
import Testing
import UnattendedIdentity

/// Whether clocks can be moved apart.
enum TimeNamespace {
    static let isPossible = (try? RunningProgram(["unshare", "--time", "--boottime", "86400", "--", "true"]).end())?.code == 0
}

/// The real program and the kernel's real clocks, whose CLOCK_BOOTTIME and CLOCK_MONOTONIC are moved apart as sleep moves them: by a time
/// namespace.
@Suite(
    .enabled(if: RetentionProgram.isBuilt, "the program was not built beside the tests: it was not run"),
    .enabled(if: TimeNamespace.isPossible, "no time namespace can be made here: sleep was not tried on the real clocks"))
final class SleepIsSeenToPassTests {
    let directory = "/tmp/asleep-\(getpid())-\(UInt32.random(in: .min ... .max))"

    deinit { try? FileManager.default.removeItem(atPath: directory) }

    /// A vault whose calendar was last changed twenty days ago, in this boot of the machine; returns a program that keeps it.
    private func vaultOfTwentyDaysAgo() throws -> RetentionProgram {
        try? FileManager.default.removeItem(atPath: directory)
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
        let then = Timestamp(seconds: SystemWallClock().now().seconds - 20 * Day.seconds)
        let ground = try Ground(fileSystem: DiskFileSystem(), root: "\(directory)/vault", cells: ["\(directory)/cell"], at: then)
        let clock = ManualClock(
            seconds: then.seconds, secondsSinceBoot: SystemWallClock().secondsSinceBoot(),
            bootIdentifier: SystemWallClock().bootIdentifier())
        let place = KeeperPlace(
            layout: ground.layout, cells: ground.cells, fileSystem: ground.fileSystem, clock: clock, random: SystemRandom(),
            examine: { _ in CellAssurance(.l1, "a test") }, log: Ground.quiet)
        let identity = try UnattendedIdentity.generate(name: "keeper", role: .keeper, random: SystemRandom())
        let setup = try KeeperSetup(place, mayHaveOneCell: true)
        try setup.pinRoster()
        for path in place.identities { try identity.write(to: path, fileSystem: place.fileSystem) }
        _ = try setup.create(key: identity.signingKey)
        let keeper = try RetentionKeeper(opening: place, key: identity.signingKey)
        _ = try keeper.drawPages((0..<30).map { then.day.adding(days: $0) })
        return RetentionProgram(socket: "\(directory)/socket", vault: "\(directory)/vault", cells: ground.cells)
    }

    /// What the keeper has destroyed and has not after its start under these clocks.
    private func status(_ clocks: [String]) throws -> KeeperStatus {
        let program = try vaultOfTwentyDaysAgo()
        let keeper = try program.start(prefix: clocks.isEmpty ? [] : ["unshare", "--time"] + clocks + ["--"])
        defer {
            keeper.signal(SIGTERM)
            keeper.end()
        }
        let asked = try program.ask("status", "--json")
        try #require(asked.code == 0, "\(keeper.errors)")
        return try JSONDecoder().decode(KeeperStatus.self, from: asked.output)
    }

    @Test func `days asleep count as seen, days that only the wall clock claims do not, and days awake are no others`() throws {
        let twenty = "\(20 * 86_400 + 60)"
        let claimed = try status([])
        #expect(claimed.pages.overdue == 13 && claimed.budget == 0, "twenty days claimed, none seen: a week is taken")
        let asleep = try status(["--boottime", twenty])
        #expect(asleep.pages.overdue == 0 && asleep.budget == 7, "twenty days asleep")
        let wrong = try status(["--monotonic", twenty])
        #expect(wrong.pages.overdue == 13 && wrong.budget == 0, "the clock that stands still in sleep decides nothing")
        let both = try status(["--boottime", twenty, "--monotonic", twenty])
        #expect(both.pages.overdue == 0 && both.budget == 7, "twenty days awake")
    }
}
