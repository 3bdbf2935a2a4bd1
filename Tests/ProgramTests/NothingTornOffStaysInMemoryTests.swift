import Foundation
import Glibc
import ProgramRunner
import Records
import System
import Testing

extension ProgramTests {
    /// What can be found in the running keeper after it swept: by who reads its memory, by who has a core of it made, by who waits for swap.
    @Suite(.enabled(if: getuid() == 0, "the tests do not run as root, so that another process's memory cannot be read"))
    struct NothingTornOffStaysInMemoryTests {
        static let gcore = "/usr/bin/gcore"
        let charity: Charity

        init() throws { charity = try .shared }

        /// Something that must be there, and is no secret: without it nothing was searched.
        private let marker = ProcessMemory.Trace(of: Array("The home-key".utf8).rawSpan, called: "marker")

        private func seal(at place: Place) throws -> String {
            let lines = Data("{\"v\":1,\"kind\":\"message\",\"conversation\":\"m\",\"id\":\"1\",\"body\":{\"text\":\"x\"}}\n".utf8)
            let sealed = try charity.seal(lines, at: place)
            return try #require(sealed.lines.first, "\(sealed)")
        }

        /// Tears off everything that expires before a day, by the word of two leads.
        private func sweep(before day: Day, at place: Place) throws {
            let request = "\(charity.root)/torn-\(UInt32.random(in: .min ... .max))"
            let asked = try Charity.retention.run(["sweep", "--as-of", "\(day)", "--request-out", request] + place.arguments)
            try #require(asked.code == 0, "\(asked)")
            let swept = try Charity.retention.run(["sweep"] + charity.approvals(of: request, at: place) + place.arguments)
            try #require(swept.code == 0, "\(swept)")
        }

        @Test
        func `after a sweep no page torn off, no leaf handed out and no old cell value is anywhere in the keeper, nor in a core of it`()
            throws
        {
            let copy = try charity.copy("torn")
            let (place, memory) = (copy.place, ProcessMemory(of: copy.keeper.id))
            try #require(memory.isReadable)
            let id = try seal(at: place)
            try #require(try charity.worker("anna", ["read", id], at: place).code == 0)
            let before = try KeeperSecrets(place, conversation: id, "before")
            try #require(before.pages.count > 4 && !before.leaves.isEmpty)
            let all = before.cell + before.pages.flatMap(\.traces) + before.leaves
            // The search can find: every page is there, in guarded memory.
            let atFirst = try memory.search(for: all + [marker])
            for page in before.pages.flatMap(\.traces) {
                #expect(atFirst.counts[page.name].map { $0.guarded > 0 && $0.plain == 0 } ?? false)
            }

            let cut = before.pages[3].day
            try sweep(before: cut, at: place)
            let now = try KeeperSecrets(place, conversation: id, "after")
            let gone = before.cell + before.pages.prefix(3).flatMap(\.traces) + before.leaves
            let kept = before.pages.dropFirst(3).flatMap(\.traces)
            let found = try memory.search(for: gone + kept + now.cell + [marker])
            print("memory of vault-retention after a sweep: \(found.plainBytes >> 10) KiB, guarded \(found.guardedBytes >> 10) KiB")
            #expect(found.counts["marker"].map { $0.plain > 0 } ?? false)
            for trace in gone + now.cell {
                #expect(found.counts[trace.name]?.total == 0, "\(trace.name) is still there: \(found.places[trace.name] ?? [])")
            }
            for trace in kept { #expect(found.counts[trace.name].map { $0.guarded > 0 && $0.plain == 0 } ?? false, "\(trace.name)") }
            try searchCore(of: copy.keeper.id, for: gone + kept + now.cell + now.identity)
        }

        /// A core that root has made of it holds no secret at all, torn off or not: guarded memory is left out.
        private func searchCore(of process: Int32, for traces: [ProcessMemory.Trace]) throws {
            guard FileManager.default.isExecutableFile(atPath: Self.gcore) else {
                print("gcore (Debian: gdb) is not there: no core of the keeper was searched")
                return
            }
            let prefix = "\(charity.root)/core"
            let dumped = try RunningProgram([Self.gcore, "-o", prefix, "\(process)"]).end()
            let path = "\(prefix).\(process)"
            defer { try? FileManager.default.removeItem(atPath: path) }
            try #require(dumped.code == 0, "\(dumped)")
            let core = try Data(contentsOf: URL(fileURLWithPath: path), options: .alwaysMapped)
            print("core of vault-retention: \(core.count >> 10) KiB")
            #expect(ProcessMemory.count(of: marker, in: core) > 0, "nothing was searched")
            for trace in traces { #expect(ProcessMemory.count(of: trace, in: core) == 0, "\(trace.name) is in the core") }
        }

        @Test func `nothing of it is swapped out, and no core is written`() throws {
            let copy = try charity.copy("locked")
            _ = try seal(at: copy.place)
            let smaps = try text("/proc/\(copy.keeper.id)/smaps")
            var (writable, locked, name) = (0, 0, "")
            for line in smaps.split(separator: "\n") {
                if line.contains("-"), line.prefix(while: { $0.isHexDigit }).count > 6 { name = String(line) }
                guard line.hasPrefix("VmFlags:"), name.split(separator: " ").dropFirst().first?.hasPrefix("rw") == true else { continue }
                writable += 1
                if line.split(separator: " ").contains("lo") { locked += 1 } else { Issue.record("not locked: \(name)") }
            }
            #expect(writable > 20 && locked == writable)
            let limits = try text("/proc/\(copy.keeper.id)/limits")
            let core = try #require(limits.split(separator: "\n").first { $0.hasPrefix("Max core file size") })
            #expect(core.split(separator: " ").filter { $0 == "0" }.count == 2, "\(core)")
            let status = try text("/proc/\(copy.keeper.id)/status")
            #expect(status.contains("NoNewPrivs:\t1"))
            let memory = status.split(separator: "\n").filter { ["VmRSS:", "VmHWM:", "VmLck:"].contains(where: $0.hasPrefix) }
            print("vault-retention: \(memory.joined(separator: "; ").replacing("\t", with: " "))")
        }

        /// A process's memory is its user's to read, unless it gave that up.
        @Test func `another process of the keeper's own user cannot read it`() throws {
            let user = ["setpriv", "--reuid", "12345", "--regid", "12345", "--clear-groups"]
            let place = Place("dumpable", in: charity.root)
            for (from, to) in [(charity.home.vault, place.vault), (charity.home.cell, place.cell)] {
                try #require(try RunningProgram(["cp", "-a", from, to]).end().code == 0)
                try #require(try RunningProgram(["chown", "-R", "12345:12345", to]).end().code == 0)
            }
            defer { for path in [place.vault, place.cell] { try? FileManager.default.removeItem(atPath: path) } }
            let socket = "/tmp/dumpable-\(getpid())"
            let keeper = try Charity.retention.start(
                ["run", "--cell", place.cell, "--vault", place.vault, "--keeper", socket], prefix: user)
            try #require(keeper.wait { String(decoding: $0.output, as: UTF8.self).contains("ready") }, "\(keeper.errors)")
            let other = try RunningProgram(user + ["sleep", "60"])
            func canRead(_ id: Int32) throws -> Bool {
                let tried = try RunningProgram(user + ["cat", "/proc/\(id)/maps"]).end()
                return tried.code == 0 && !tried.output.isEmpty
            }
            #expect(other.wait { (try? canRead($0.id)) ?? false }, "the user can read none of its processes: nothing was tried")
            #expect(try !canRead(keeper.id))
            let opened = try RunningProgram(user + ["head", "-c", "1", "/proc/\(keeper.id)/mem"]).end()
            #expect(opened.code != 0 && opened.errors.contains("denied"), "\(opened)")
            keeper.signal(SIGTERM)
            #expect(keeper.end().code == 0)
            other.signal(SIGKILL)
        }

        private func text(_ path: String) throws -> String {
            // The kernel's files tell no length.
            let file = try #require(FileHandle(forReadingAtPath: path))
            defer { try? file.close() }
            var all = Data()
            while let piece = try file.read(upToCount: 1 << 16), !piece.isEmpty { all += piece }
            return String(decoding: all, as: UTF8.self)
        }
    }
}
