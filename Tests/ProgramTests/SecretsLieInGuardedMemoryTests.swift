import Foundation
import Glibc
import KeyCalendar
import ProgramRunner
import Records
import Sodium
import System
import Testing

extension ProgramTests {
    /// All memory of a program, read from outside while it waits: what root can read, and what any core would hold.
    @Suite(
        .enabled(if: getuid() == 0, "the tests do not run as root, so that another process's memory cannot be read"),
        .enabled(if: FileManager.default.isExecutableFile(atPath: TerminalProgram.tool), "script(1) is not there"))
    struct SecretsLieInGuardedMemoryTests {
        let charity: Charity

        init() throws { charity = try .shared }

        /// Something that must be there, and is no secret: without it nothing was searched.
        private let marker = ProcessMemory.Trace(of: Self.organisation.rawSpan, called: "marker")
        private static let organisation = Array("The home-key".utf8)

        private func search(_ id: Int32, _ traces: [ProcessMemory.Trace], _ moment: String) throws -> ProcessMemory.Findings {
            let memory = ProcessMemory(of: id)
            try #require(memory.isReadable)
            let found = try memory.search(for: traces + [marker])
            print("memory of \(moment): \(found.plainBytes >> 10) KiB, guarded \(found.guardedBytes >> 10) KiB, \(traces.count) traces")
            return found
        }

        /// Finds none of these secrets outside of guarded memory, and those of `held` inside of it.
        private func expectGuarded(_ found: ProcessMemory.Findings, holding held: [String], _ moment: String) {
            for (name, count) in found.counts where name != marker.name {
                #expect(count.plain == 0, "\(moment): \(name) lies in \(found.places[name] ?? [])")
                if held.contains(name) { #expect(count.guarded > 0, "\(moment): \(name) was not found where it must be") }
            }
        }

        private func request() throws -> String {
            let request = "\(charity.root)/memory-request"
            let outcome = try Charity.admin.run(
                ["retire", "ben", "--vault", charity.home.vault, "--organisation-key", "\(charity.root)/people/home-key"]
                    + ["--request-out", request])
            try #require(outcome.code == 0, "\(outcome)")
            return request
        }

        @Test func `of a lead: nothing at the first question, the keys alone at the next`() throws {
            let lena = "\(charity.root)/people/lena"
            let secrets = try SecretsOfAPerson(identity: lena)
            let program = try TerminalProgram(
                Charity.worker,
                ["approve", try request(), "--out", "\(charity.root)/memory-approval", "--identity", lena] + [
                    "--vault", charity.home.vault,
                ])
            try #require(program.asks("Passphrase: "), "\(program.screen)")
            let id = try #require(program.id)
            let before = try search(id, secrets.traces, "vault-worker, which asks for the passphrase")
            #expect(before.counts["marker"].map { $0.plain > 0 } ?? false)
            #expect(before.counts.allSatisfy { $0.key == marker.name || $0.value.total == 0 })
            program.type(String(decoding: secrets.all["passphrase"] ?? [], as: UTF8.self) + "\n")
            try #require(program.asks("Type yes: "), "\(program.screen)")
            let after = try search(id, secrets.traces, "vault-worker, which asks for a yes")
            #expect(after.counts["marker"].map { $0.plain > 0 } ?? false)
            expectGuarded(after, holding: SecretsOfAPerson.held, "after the passphrase")
            // What is needed no more is nowhere any more.
            for name in ["passphrase", "key made of the passphrase", "file key", "payload key", "age key, as text", "record key, as text"] {
                #expect(after.counts[name]?.total == 0, "\(name) is still there")
            }
        }

        @Test func `of a worker who fills in a form: the keys are guarded while the program waits for it`() throws {
            let anna = "\(charity.root)/people/anna"
            let secrets = try SecretsOfAPerson(identity: anna)
            let program = try TerminalProgram(
                Charity.worker, ["consent", String(repeating: "0", count: 32), "--identity", anna] + charity.home.arguments)
            try #require(program.asks("Passphrase: "), "\(program.screen)")
            program.type(String(decoding: secrets.all["passphrase"] ?? [], as: UTF8.self) + "\n")
            try #require(program.asks("then Ctrl-D:"), "\(program.screen)")
            let id = try #require(program.id)
            expectGuarded(
                try search(id, secrets.traces, "vault-worker, which waits for a form"), holding: SecretsOfAPerson.held, "at the form")
        }

        @Test func `of somebody who makes an identity: the new passphrase is guarded while it is asked for again`() throws {
            let passphrase = Array("a new passphrase, \(UUID().uuidString)".utf8)
            let program = try TerminalProgram(Charity.team, ["identity", "somebody", "--out", "\(charity.root)/memory-identity"])
            try #require(program.asks("New passphrase: "), "\(program.screen)")
            program.type(String(decoding: passphrase, as: UTF8.self) + "\n")
            try #require(program.asks("The same again: "), "\(program.screen)")
            let trace = ProcessMemory.Trace(of: passphrase.rawSpan, called: "passphrase")
            let found = try search(try #require(program.id), [trace], "vault-team, which asks for a new passphrase again")
            #expect(found.counts["passphrase"].map { $0.guarded == 1 && $0.plain == 0 } ?? false)
        }

        @Test func `of the keeper: cell, pages, leaves and its own key are guarded, whatever it was asked`() throws {
            let lines = Data("{\"v\":1,\"kind\":\"message\",\"conversation\":\"memory\",\"id\":\"1\",\"body\":{\"text\":\"x\"}}\n".utf8)
            let copy = try charity.copy("memory")
            let sealed = try charity.seal(lines, at: copy.place)
            try #require(sealed.code == 0, "\(sealed)")
            try #require(try charity.worker("anna", ["read", sealed.lines[0]], at: copy.place).code == 0)
            let secrets = try KeeperSecrets(copy.place, conversation: sealed.lines[0])
            let pages = secrets.pages.flatMap(\.traces)
            let found = try search(
                copy.keeper.id, secrets.cell + secrets.identity + pages + secrets.leaves, "vault-retention, which waits for questions")
            #expect(found.counts["marker"].map { $0.plain > 0 } ?? false)
            expectGuarded(found, holding: pages.map(\.name) + ["signing seed"], "the keeper")
            // It is read for a change of the calendar and forgotten again.
            #expect(secrets.cell.allSatisfy { found.counts[$0.name]?.total == 0 })
        }
    }
}
