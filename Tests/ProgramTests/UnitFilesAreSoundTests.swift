import Foundation
import ProgramRunner
import System
import Testing

extension ProgramTests {
    /// `Scripts/systemd`: what systemd's own tools say of the units, and whether the keeper lives with what they allow it.
    @Suite struct UnitFilesAreSoundTests {
        static let analyze = "/usr/bin/systemd-analyze"
        static let strace = "/usr/bin/strace"
        static let hasAnalyze = FileManager.default.isExecutableFile(atPath: analyze)
        // Tests/ProgramTests/UnitFilesAreSoundTests.swift lies three levels below the package.
        static let folder = "/" + #filePath.split(separator: "/").dropLast(3).joined(separator: "/") + "/Scripts/systemd"
        let charity: Charity

        init() throws { charity = try .shared }

        private func unit(_ name: String) throws -> String { try String(contentsOfFile: "\(Self.folder)/\(name)", encoding: .utf8) }

        /// A copy of the units whose program is the one that was built.
        private func installed() throws -> String {
            let folder = "\(charity.root)/units"
            try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
            for name in ["vault-retention.service", "vault-retention.socket"] {
                let text = try unit(name).replacing("/usr/bin/vault-retention", with: Charity.retention.path)
                try Data(text.utf8).write(to: URL(fileURLWithPath: "\(folder)/\(name)"))
            }
            return folder
        }

        @Test(.enabled(if: hasAnalyze, "systemd-analyze is not there: the units were not verified"))
        func `systemd-analyze verifies them without a word`() throws {
            let folder = try installed()
            let units = ["\(folder)/vault-retention.service", "\(folder)/vault-retention.socket"]
            let outcome = try RunningProgram([Self.analyze, "verify"] + units).end()
            #expect(outcome.code == 0 && outcome.errors.isEmpty, "\(outcome)")
            let wrong = try unit("vault-retention.service").replacing("RestrictNamespaces=", with: "RestrictNamespace=")
            try Data(wrong.utf8).write(to: URL(fileURLWithPath: units[0]))
            #expect(try !RunningProgram([Self.analyze, "verify"] + units).end().errors.isEmpty, "it says nothing about anything")
        }

        @Test(.enabled(if: hasAnalyze, "systemd-analyze is not there: the units were not judged"))
        func `systemd-analyze calls the service safe`() throws {
            let service = "\(try installed())/vault-retention.service"
            let outcome = try RunningProgram(
                [Self.analyze, "security", "--no-pager", "--offline=true", "--threshold=10", service], environment: ["LC_ALL": "C.UTF-8"]
            ).end()
            let verdict = try #require(outcome.lines.last { $0.contains("Overall exposure level") }, "\(outcome)")
            print(verdict)
            #expect(outcome.code == 0 && verdict.contains("SAFE"), "\(verdict)")
        }

        /// The system calls that the service may make, by systemd's own lists.
        private func allowed() throws -> Set<String> {
            func expanded(_ names: [String]) throws -> Set<String> {
                var calls: Set<String> = []
                for name in names {
                    guard name.hasPrefix("@") else {
                        calls.insert(name)
                        continue
                    }
                    let listed = try RunningProgram([Self.analyze, "syscall-filter", "--no-pager", name]).end().lines
                    let inside = listed.dropFirst().map { $0.trimmingCharacters(in: .whitespaces) }.filter {
                        !$0.isEmpty && !$0.hasPrefix("#")
                    }
                    calls.formUnion(try expanded(inside))
                }
                return calls
            }
            var calls: Set<String> = []
            for line in try unit("vault-retention.service").split(separator: "\n") where line.hasPrefix("SystemCallFilter=") {
                let value = line.dropFirst("SystemCallFilter=".count)
                let names = try expanded(value.drop { $0 == "~" }.split(separator: " ").map(String.init))
                if value.hasPrefix("~") { calls.subtract(names) } else { calls.formUnion(names) }
            }
            return calls
        }

        @Test(
            .enabled(if: hasAnalyze, "systemd-analyze is not there: what the service may call is not known"),
            .enabled(if: FileManager.default.isExecutableFile(atPath: strace), "strace is not there"))
        func `the keeper calls nothing in its life that the service may not call`() throws {
            let allowed = try allowed()
            try #require(allowed.count > 100 && allowed.contains("mlockall") && !allowed.contains("ptrace") && !allowed.contains("setuid"))
            let copy = try charity.copy("filtered")
            copy.stop(SIGTERM)
            let trace = "\(charity.root)/filtered.trace"
            defer { try? FileManager.default.removeItem(atPath: trace) }
            let place = copy.place
            let keeper = try Charity.retention.start(
                ["run", "--cell", place.cell, "--metrics-file", "\(charity.root)/filtered.prom"] + place.arguments,
                prefix: [Self.strace, "-D", "-f", "-qq", "-o", trace],
                environment: ["NOTIFY_SOCKET": "\(charity.root)/nobody", "WATCHDOG_USEC": "600000"])
            try #require(keeper.wait { String(decoding: $0.output, as: UTF8.self).contains("ready") }, "\(keeper.errors)")
            let sealed = try charity.seal([Event(id: "1").line, Event.end("c")].lines, at: place)
            try #require(try charity.worker("anna", ["read", #require(sealed.lines.first)], at: place).code == 0)
            let request = "\(charity.root)/filtered.request"
            let day = String(Event.time(days: 400).prefix(10))
            try #require(
                try Charity.retention.run(["sweep", "--as-of", day, "--request-out", request] + place.arguments).code == 0)
            try #require(try Charity.retention.run(["sweep"] + charity.approvals(of: request, at: place) + place.arguments).code == 0)
            keeper.signal(SIGHUP)
            #expect(keeper.wait { $0.errors.contains("reload: ") })
            keeper.signal(SIGTERM)
            #expect(keeper.end().code == 0)
            let lines = try String(contentsOfFile: trace, encoding: .utf8).split(separator: "\n")
            let calls = Set(lines.compactMap { $0.firstMatch(of: /^\d+ +([a-z_0-9]+)\(/)?.output.1 }.map(String.init))
            print("the keeper made \(calls.count) different system calls in its life; the service may make \(allowed.count)")
            #expect(calls.count > 30 && calls.contains("fdatasync"))
            // What started it calls execve, as systemd does before the filter holds for the program.
            #expect(calls.subtracting(allowed).subtracting(["execve"]) == [])
            for line in lines where line.contains(" socket(") { #expect(line.contains("AF_UNIX"), "\(line)") }
            for line in lines where line.contains("PROT_EXEC") && line.contains("PROT_WRITE") { Issue.record("\(line)") }
        }

        /// Tried under systemd by hand: a folder on the device, in place of where it is mounted, keeps it mounted for the keeper alone.
        @Test func `a cell's device is waited for and not required, and named by where it is mounted`() throws {
            let lines = try unit("vault-retention.service").split(separator: "\n")
            func values(_ key: String) -> [Substring] {
                lines.filter { $0.hasPrefix("\(key)=") }.flatMap { $0.dropFirst(key.count + 1).split(separator: " ") }
            }
            for cell in ["a", "b"] {
                let mount = "srv-cell\\x2d\(cell).mount"
                #expect(values("Wants").contains { $0 == mount } && values("After").contains { $0 == mount })
                #expect(values("ReadWritePaths").filter { $0.contains("cell-\(cell)") } == ["-/srv/cell-\(cell)"])
            }
            let needed = ["Requires", "BindsTo", "RequiresMountsFor"].flatMap(values)
            #expect(needed.contains("/var/lib/transcript-vault") && !needed.contains { $0.contains("cell") })
        }

        @Test func `the example of grants is read as one`() throws {
            let lines = try unit("keeper.allow").split(separator: "\n")
            #expect(lines.allSatisfy { $0.hasPrefix("#") }, "an example lets nobody in")
            #expect(lines.count { $0.contains(/^# \d+:[a-z,]+$/) } == 3)
        }
    }
}
