import Foundation
import Glibc
import Keeper
import KeyCalendar
import ProgramRunner
import Records
import Retention
import Synchronization
import System
import Testing

/// SIGTERM and SIGINT in the middle of whatever the keeper does: the change under way is finished, none is left half made, and nothing that was
/// answered is lost.
@Suite(.enabled(if: RetentionProgram.isBuilt, "the program was not built beside the tests: it was not run"))
final class AStopAtAnyMomentIsCleanTests {
    private let place: ProgramGround
    private var directory: String { place.directory }
    private var ground: Ground { place.ground }
    private var program: RetentionProgram { place.program }

    init() throws {
        place = try ProgramGround("stopped")
        try #require(try program.initialise().code == 0)
    }

    /// Which pages somebody asked for was told are there.
    private final class Answered: Sendable {
        private let days = Mutex<[Day]>([])
        var all: [Day] { days.withLock { $0 } }
        var count: Int { days.withLock { $0.count } }
        func add(_ day: Day) { days.withLock { $0.append(day) } }
    }

    @Test func `what was answered is there, and nothing is half made`() throws {
        let seed = UInt64.random(in: .min ... .max)
        print("seed of the moments at which the keeper was stopped: \(seed)")
        var dice = Seeded(seed)
        let answered = Answered()
        for round in 0..<8 {
            // Files to remove: at the start that takes a while, too.
            for _ in 0..<20 { try ground.addPart(expiring: Day(number: ground.today.number - 3)) }
            let keeper = try program.start()
            let (socket, first) = (program.socket, ground.today.adding(days: UInt32(400 + round * 500)))
            let asking = try Threads.start(name: "asking") {
                let client = KeeperClient(socket: socket, vault: nil)
                for day in 0..<400 {
                    guard (try? client.preparePages([first.adding(days: UInt32(day))])) != nil else { return }
                    answered.add(first.adding(days: UInt32(day)))
                }
            }
            // After so many answers, and somewhere in the middle of what comes next.
            let wanted = answered.count + Int.random(in: 0...6, using: &dice)
            #expect(keeper.wait { _ in answered.count >= wanted })
            usleep(UInt32.random(in: 0..<30_000, using: &dice))
            keeper.signal(round.isMultiple(of: 2) ? SIGTERM : SIGINT)
            let end = keeper.end()
            asking.join()
            #expect(end.code == 0 && end.errors.contains("the keeper has stopped"), "\(end)")
            for cell in program.cells {
                #expect(!FileManager.default.fileExists(atPath: "\(cell)/\(CellDirectory.intentName)"), "a change was left half made")
            }
            #expect(!FileManager.default.fileExists(atPath: socket))
        }
        print("changes that were answered before a stop: \(answered.count)")
        #expect(answered.count > 0)
        let keeper = try program.start()
        let names = answered.all.map { LeafName(expiry: $0, conversation: .zero) }
        let states = try KeeperClient(socket: program.socket, vault: nil).leaves(names, for: .reading).states
        #expect(states.allSatisfy { $0 == .found })
        keeper.signal(SIGTERM)
        keeper.end()
    }
}
