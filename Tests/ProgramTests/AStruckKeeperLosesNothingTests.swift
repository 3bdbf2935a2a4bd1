import Foundation
import Glibc
import ProgramRunner
import Testing

extension ProgramTests {
    /// The built keeper is killed at the system calls of its acts, and its device fails at those that change files.
    ///
    /// `STRIKES=all` tries each of them; otherwise as many as it says, evenly spread, 60 where it says nothing. Where the spreading begins is
    /// drawn and printed, and `STRIKES_FROM` repeats it.
    @Suite(.enabled(if: Tracer.isPermitted, "strace is not installed, or may not look at processes here: no system call was struck"))
    struct AStruckKeeperLosesNothingTests {
        let charity: Charity

        init() throws { charity = try .shared }

        /// What became of the tries.
        private struct Tally {
            var kills = 0
            var errors = 0
            /// The call was not reached: threads differ a little from run to run.
            var unreached = 0
            var toldDone = 0
            /// Not told, but done when the keeper was back.
            var doneUntold = 0
            var undone = 0
            /// Killed once more, while it recovered.
            var killedAgain = 0

            var text: String {
                "\(kills) kills, \(errors) errors, \(unreached) not reached; done and told \(toldDone), done and not told \(doneUntold), "
                    + "not done and done when asked again \(undone); killed once more at its start \(killedAgain)"
            }
        }

        @Test func `at any system call of an act`() throws {
            let environment = ProcessInfo.processInfo.environment
            let vault = try StruckVault(in: charity)
            var all: [(act: StruckVault.Act, strike: Strike)] = []
            for act in StruckVault.Act.allCases {
                let calls = try calls(of: act, in: vault)
                let strikes = Strike.all(at: calls)
                print("\(act): \(calls.count) system calls, \(strikes.count) strikes")
                all += strikes.map { (act, $0) }
            }
            let count = environment["STRIKES"].map { Int($0) ?? all.count } ?? 60
            let step = max(1, all.count / max(1, count))
            let first = environment["STRIKES_FROM"].flatMap(Int.init) ?? Int.random(in: 0..<step)
            // In passes that are each spread over all of them: whoever stops it early has seen something of everything.
            let chosen = stride(from: first % step, to: all.count, by: step).map { all[$0] }
            let order = (0..<Self.passes).flatMap { stride(from: $0, to: chosen.count, by: Self.passes) }
            var tallies: [StruckVault.Act: Tally] = [:]
            print("\(chosen.count) of \(all.count) strikes, STRIKES_FROM=\(first)")
            for (done, index) in order.enumerated() {
                let (act, strike) = chosen[index]
                try self.strike(act, strike, done, in: vault, &tallies[act, default: Tally()])
                if (done + 1) % 100 == 0 || done + 1 == chosen.count {
                    print(StruckVault.Act.allCases.map { "\($0): \(tallies[$0, default: Tally()].text)" }.joined(separator: "\n"))
                    fflush(nil)
                }
            }
            #expect(tallies.values.reduce(0) { $0 + $1.unreached } * 10 <= chosen.count, "too many strikes missed")
        }

        private static let passes = 16

        /// The calls from an act's question to its answer where nothing disturbs it.
        private func calls(of act: StruckVault.Act, in vault: StruckVault) throws -> [SystemCall] {
            let keeper = try vault.begin()
            let tracer = try Tracer(to: keeper, writing: "\(charity.root)/struck.trace")
            let outcome = try vault.ask(act)
            #expect(outcome.code == 0, "\(outcome)")
            keeper.signal(SIGKILL)
            keeper.end()
            tracer.end()
            let calls = try tracer.callsOfAct()
            #expect(calls.count > 200 && calls.count { Strike.changing.contains($0.name) } > 40)
            return calls
        }

        private func strike(
            _ act: StruckVault.Act, _ strike: Strike, _ done: Int, in vault: StruckVault, _ tally: inout Tally
        ) throws {
            let why = Comment(rawValue: "\(act), \(strike)")
            let struck = try vault.begin()
            let tracer = try Tracer(to: struck, writing: "\(charity.root)/struck.trace", strike)
            let told = try vault.ask(act)
            #expect(told.code == 0 || told.isRefusal, "\(why): \(told)")
            if strike.fault == .kill {
                // An answer that was sent before the kill takes a moment less than the kill.
                if told.code != 0 { _ = struck.wait(limit: 10) { !$0.isRunning } }
                if struck.isRunning { tally.unreached += 1 } else { tally.kills += 1 }
            } else {
                if tracer.hasInjected { tally.errors += 1 } else { tally.unreached += 1 }
                // Whatever its device does, it goes on, and what it told is so.
                #expect(struck.isRunning, "\(why): it went down: \(struck.errors)")
                if told.code == 0 { #expect(try vault.isDone(act), "\(why): told what is not so") }
                try vault.expectRecords(after: act, isDone: vault.isDone(act), why)
            }
            struck.signal(SIGKILL)
            struck.end()
            tracer.end()
            try vault.keepCalendars()
            if done % 4 == 3, try vault.isKilledAtStart(by: Self.second(done / 4)) { tally.killedAgain += 1 }
            try judge(act, wasTold: told.code == 0, why, isThorough: done % 8 == 0, in: vault, &tally)
        }

        /// A kill while the keeper recovers: not every start has so many calls.
        private static func second(_ number: Int) -> Strike {
            let names = ["pwrite64", "fdatasync", "rename", "fsync", "unlink"]
            return Strike(call: SystemCall(name: names[number % names.count], number: 1 + number / names.count % 6), fault: .kill)
        }

        /// Starts the keeper again on what the strike left.
        private func judge(
            _ act: StruckVault.Act, wasTold: Bool, _ why: Comment, isThorough: Bool, in vault: StruckVault, _ tally: inout Tally
        ) throws {
            vault.keeper = try Charity.startKeeper(vault.place)
            defer {
                vault.keeper?.signal(SIGKILL)
                vault.keeper?.end()
                vault.keeper = nil
            }
            let isDone = try vault.isDone(act)
            #expect(isDone || !wasTold, "\(why): told what is not so")
            if wasTold { tally.toldDone += 1 } else if isDone { tally.doneUntold += 1 } else { tally.undone += 1 }
            try vault.expectRecords(after: act, isDone: isDone, why)
            let again = try vault.ask(act)
            // A sweep's papers are used up by it.
            #expect(
                again.code == 0 || (isDone && act == .sweep && again.isRefusal && again.errors.contains("used before")), "\(why): \(again)")
            #expect(try vault.isDone(act), "\(why)")
            try vault.expectRecords(after: act, isDone: true, why)
            try vault.expectGone(after: act, why)
            try vault.keepCalendars()
            try vault.expectOneCalendar(after: act, why)
            try vault.expectLedger(after: act, why)
            if isThorough { try vault.expectNothingReturns(after: act, why) }
        }
    }
}
