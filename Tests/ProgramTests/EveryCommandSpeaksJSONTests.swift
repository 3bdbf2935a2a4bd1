import Foundation
import ProgramRunner
import Testing

extension ProgramTests {
    @Suite struct EveryCommandSpeaksJSONTests {
        let charity: Charity
        let folder: String
        let page: CommandLinePage

        init() throws {
            charity = try .shared
            folder = "\(charity.root)/json"
            page = try CommandLinePage()
        }

        /// Which commands were run, and which of the shapes that are documented of each were seen.
        private final class Seen {
            var shapes: [String: Set<Int>] = [:]
        }

        /// Runs a command with `--json` and holds each line of what it prints against the page; returns the lines.
        @discardableResult
        private func run(
            _ program: BuiltProgram, _ arguments: [String], input: Data = Data(), _ seen: Seen,
            sourceLocation: SourceLocation = #_sourceLocation
        ) throws -> [String] {
            let outcome = try program.run(arguments + ["--json"], input: input)
            let name = "\(program.name) \(arguments[0])"
            #expect(outcome.code == 0 && !outcome.lines.isEmpty, "\(name): \(outcome)", sourceLocation: sourceLocation)
            try check(outcome.lines, of: name, seen, sourceLocation: sourceLocation)
            return outcome.lines
        }

        private func check(
            _ lines: [String], of name: String, _ seen: Seen, sourceLocation: SourceLocation = #_sourceLocation
        ) throws {
            let entry = try #require(page.entries[name], "\(name) is not on the page", sourceLocation: sourceLocation)
            for line in lines {
                let shape = try #require(JSONShape(line), "\(name): no JSON: \(line)", sourceLocation: sourceLocation)
                let differences = entry.shapes.map { shape.differences(from: $0, mayLack: entry.mayLack) }
                let index = differences.firstIndex(of: [])
                #expect(index != nil, "\(name): \(differences): \(line)", sourceLocation: sourceLocation)
                if let index { seen.shapes[name, default: []].insert(index) }
            }
        }

        private func value(_ line: String?) throws -> [String: Any] {
            try #require(try JSONSerialization.jsonObject(with: Data((line ?? "").utf8)) as? [String: Any])
        }

        private func string(_ field: String, _ line: String?) throws -> String { try #require(try value(line)[field] as? String) }

        private func day(_ days: Int) -> String { String(Event.time(days: days).prefix(10)) }

        @Test func `what is printed is what the page says, of every command`() throws {
            try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: false)
            let people = "\(charity.root)/people"
            let pins = try Pins(in: people)
            defer {
                pins.putBack()
                try? FileManager.default.removeItem(atPath: folder)
                for name in (try? FileManager.default.contentsOfDirectory(atPath: people)) ?? [] where name.contains(".partner-") {
                    try? FileManager.default.removeItem(atPath: "\(people)/\(name)")
                }
            }
            let seen = Seen()
            try making(seen)
            let home = try charity.copy("json-home")
            let support = try charity.copy(of: charity.support, "json-support")
            let (id, other) = try working(home.place, seen)
            try sharing(id, home.place, support.place, seen)
            try acting(id, erasing: other, home.place, seen)
            try keeping(home.place, seen)
            try recovering(home, seen)
            for program in Charity.programs {
                for command in try CommandHelp.of(program).commands {
                    let name = "\(program.name) \(command.commandName)"
                    #expect(seen.shapes[name]?.count == page.entries[name]?.shapes.count, "\(name): not everything was seen")
                }
            }
            #expect(Set(page.entries.keys) == Set(seen.shapes.keys))
        }

        /// Identities, a vault, its keeper.
        private func making(_ seen: Seen) throws {
            let pass = ["--passphrase-file", "\(charity.root)/people/anna.pass"]
            try run(Charity.worker, ["identity", "wanda", "--out", "\(folder)/wanda"] + pass, seen)
            try run(Charity.team, ["identity", "wards", "--out", "\(folder)/wards"] + pass, seen)
            try run(Charity.service, ["identity", "chat", "--out", "\(folder)/chat"], seen)
            try run(Charity.retention, ["identity", "--cell", "\(folder)/other-cell", "--card", "\(folder)/other.card"], seen)
            let place = Place("new", in: folder)
            let leads = Charity.leads.flatMap { ["--lead", "\(charity.root)/people/\($0).card"] }
            let vault = ["--vault", place.vault, "--organisation", "New", "--organisation-key", "\(folder)/new-key"]
            let made = try run(Charity.admin, ["init"] + vault + leads + pass, seen)
            let keeper = try run(
                Charity.retention,
                ["init", "--vault", place.vault, "--cell", place.cell, "--one-cell", "--card", "\(folder)/keeper.card"], seen)
            #expect(try string("vault", made.first) == string("vault", keeper.first))
            let running = try Charity.retention.start(["run", "--cell", place.cell, "--json"] + place.arguments)
            #expect(running.wait { $0.output.last == UInt8(ascii: "\n") }, "\(running.errors)")
            running.signal(SIGTERM)
            try check(running.end().lines, of: "vault-retention run", seen)
        }

        private static let lines = [
            Event(id: "1", text: "please help", at: Event.time(days: 0), name: "Robin").line,
            Event(id: "2", text: "May I send this?", role: "worker").line, Event(id: "3", text: "yes").line, Event.end("c"),
        ]

        /// Sealing, reading, finding.
        private func working(_ place: Place, _ seen: Seen) throws -> (String, String) {
            let anna = charity.credentials("anna") + place.arguments
            let id = try string(
                "conversation", run(Charity.service, charity.sealing(at: place), input: Self.lines.lines, seen).first)
            let other = try string(
                "conversation",
                run(Charity.service, charity.sealing(at: place), input: [Event(text: "no end", name: "Robyn").line].lines, seen).first)
            try run(Charity.worker, ["list"] + anna, seen)
            let read = try value(run(Charity.worker, ["read", id] + anna, seen).first)
            #expect(read["lines"] as? [String] == Self.lines)
            let both = try Charity.worker.run(["read", id, "--json", "--format", "text"] + anna)
            #expect(both.isUsage || (both.code == 64 && both.errors.contains("not both")), "\(both)")
            try run(Charity.worker, ["search"] + anna, input: Data("help\n".utf8), seen)
            try run(Charity.worker, ["recall"] + anna, input: Data("Robin\n".utf8), seen)
            return (id, other)
        }

        /// A copy, from the yes to its end.
        private func sharing(_ id: String, _ home: Place, _ support: Place, _ seen: Seen) throws {
            let form: [String: Any] = [
                "team": Charity.teamName, "asked": "2", "answered": "3", "real_name": "Robin Example", "purpose": "help",
                "copy_expires": day(100), "contact": "room 2", "notice": ["version": "1", "language": "en", "text": "We send a copy."],
                "understanding": "asked back", "lawful_basis": "consent", "how_to_withdraw": "write", "withdrawal_explained": true,
            ]
            let anna = charity.credentials("anna") + home.arguments
            let team = charity.credentials(Charity.teamName) + support.arguments
            let consent = try string(
                "consent", run(Charity.worker, ["consent", id] + anna, input: JSONSerialization.data(withJSONObject: form), seen).first)
            try run(Charity.worker, ["share", consent, "--out", "\(folder)/copy.age"] + anna, seen)
            let identity = ["--identity", "\(charity.root)/people/\(Charity.teamName)", "--vault", support.vault]
            try run(Charity.team, ["trust", home.vault, "--yes"] + identity, seen)
            let copy = try string("conversation", run(Charity.team, ["import", "\(folder)/copy.age"] + team, seen).first)
            try run(Charity.team, ["list"] + team, seen)
            try run(Charity.team, ["read", copy] + team, seen)
            let request = "\(folder)/copy.request"
            try run(Charity.retention, ["erase", copy, "--request-out", request] + support.arguments, seen)
            try run(Charity.team, ["approve", request, "--out", "\(folder)/team.approval", "--yes"] + team, seen)
            try run(Charity.team, ["erase", copy, "--yes"] + team, seen)
        }

        /// What leads and keeper do.
        private func acting(_ id: String, erasing other: String, _ place: Place, _ seen: Seen) throws {
            func act(_ name: String, _ id: String, _ more: [String] = [], by people: [String], input: Data = Data()) throws {
                let request = "\(folder)/\(name).request"
                try run(Charity.retention, [name, id] + more + ["--request-out", request] + place.arguments, input: input, seen)
                try run(Charity.retention, [name] + charity.approvals(of: request, by: people, at: place) + place.arguments, seen)
            }
            let two = ["lena", "luis"]
            try act("hold", id, ["--until", day(10)], by: ["lena"])
            let preview = try value(run(Charity.retention, ["preview"] + place.arguments, seen).first)
            #expect((preview["held"] as? [Any])?.count == 1)
            try act("release", id, by: two)
            try act("change-class", id, ["--class", "disclosure", "--reason-file", "-"], by: two, input: Data("inquiry\n".utf8))
            try run(
                Charity.retention,
                [
                    "change-class", id, "--class", "standard", "--reason-file", "/dev/stdin", "--request-out", "\(folder)/standard.request",
                ] + place.arguments, input: Data("mistake\n".utf8), seen)
            try run(Charity.retention, ["sweep"] + place.arguments, seen)
            let later = ["sweep", "--as-of", day(3), "--request-out", "\(folder)/sweep.request"]
            try run(Charity.retention, later + place.arguments, seen)
            try run(
                Charity.worker,
                ["approve", "\(folder)/sweep.request", "--out", "\(folder)/lena.approval", "--yes"] + charity.credentials("lena")
                    + place.arguments, seen)
            // Which of two leads begins is decided by their keys.
            for (first, second) in [("lena", "luis"), ("luis", "lena")] {
                let arguments = ["peel", id, "--with", second, "--to", "ben", "--reason", "illness", "--out", "\(folder)/one.peel"]
                let outcome = try Charity.worker.run(arguments + ["--json"] + charity.credentials(first) + place.arguments)
                guard outcome.code == 0 else {
                    #expect(try Failure(outcome).code == "handingOver.otherMustBegin", "\(outcome)")
                    continue
                }
                try check(outcome.lines, of: "vault-worker peel", seen)
                break
            }
            try run(
                Charity.worker,
                ["handover", id, "--to", "ben", "--reason", "agreed"] + charity.credentials("anna") + place.arguments, seen)
            try act("erase", other, by: two)
        }

        /// What the custodian does.
        private func keeping(_ place: Place, _ seen: Seen) throws {
            let vault = ["--vault", place.vault]
            let people = "\(charity.root)/people"
            let custodian = vault + ["--organisation-key", "\(people)/home-key"]
            let pass = ["--passphrase-file", "\(people)/home-key.pass"]
            for (command, names) in [("enrol", ["\(folder)/wanda.card"]), ("retire", ["wanda"])] {
                let request = "\(folder)/\(command).request"
                try run(Charity.admin, [command] + names + custodian + pass + ["--request-out", request], seen)
                let approvals = try charity.approvals(of: request, by: ["lena"], at: place).dropFirst(2)
                try run(Charity.admin, [command] + names + custodian + pass + approvals, seen)
            }
            for more in [[], ["--history"]] { try run(Charity.admin, ["roster"] + more + vault, seen) }
            try run(Charity.admin, ["check"] + place.arguments, seen)
            try run(Charity.admin, ["status"] + place.arguments, seen)
            try run(Charity.retention, ["status"] + place.arguments, seen)
            let kept = "\(folder)/kept.checkpoint"
            try Charity.admin.run(["ledger", "--checkpoint"] + vault).output.write(to: URL(fileURLWithPath: kept))
            for more in [[], ["--since", kept]] { try run(Charity.admin, ["ledger"] + more + vault, seen) }
            try run(Charity.admin, ["certificates"] + vault, seen)
            try run(Charity.retention, ["metrics"] + place.arguments, seen)
        }

        /// A further cell, a replica, a drill, and the vault brought back with the further cell.
        private func recovering(_ copy: Charity.Copy, _ seen: Seen) throws {
            let place = copy.place
            let (cell, replica, backup) = ("\(folder)/second-cell", "\(folder)/replica", "\(folder)/backup")
            try run(Charity.retention, ["add-cell", cell] + place.arguments, seen)
            copy.stop(SIGTERM)
            try copy.restart(["--cell", cell])
            try run(Charity.retention, ["add-replica", replica, "--vault", place.vault], seen)
            #expect(try RunningProgram(["cp", "-a", place.vault, backup]).end().code == 0)
            try run(Charity.retention, ["drill", "--from", backup] + place.arguments, seen)
            copy.stop(SIGTERM)
            try run(Charity.retention, ["restore", "--vault", "\(folder)/restored", "--from", backup, "--cell", cell], seen)
        }

        @Test func `a failure is JSON on standard error, with its code, and no result`() throws {
            let copy = try charity.copy("json-failures")
            let unknown = String(repeating: "0", count: 32)
            let anna = charity.credentials("anna") + copy.place.arguments
            let wrong = ["--identity", "\(charity.root)/people/anna", "--passphrase-file", "\(charity.root)/people/ben.pass"]
            let keeperless = charity.credentials("anna") + ["--vault", copy.place.vault, "--keeper", "\(charity.root)/no.socket"]
            let team = charity.credentials(Charity.teamName) + charity.support.arguments
            let id = try #require(try charity.seal([Event(text: "for anna").line].lines, at: copy.place).lines.first)
            let cases: [(BuiltProgram, [String], String)] = [
                (Charity.worker, ["read", unknown] + anna, "opening.missing"),
                (Charity.worker, ["read", unknown] + wrong + copy.place.arguments, "identity.wrongPassphrase"),
                (Charity.worker, ["read", unknown] + keeperless, "keeper.notRunning"),
                (Charity.worker, ["read", id] + charity.credentials("ben") + copy.place.arguments, "opening.notYours"),
                (Charity.worker, ["read", "x"] + anna, "console.usage"),
                (Charity.worker, ["list", "--vault", "/nowhere"] + charity.credentials("anna"), "console.noVault"),
                (Charity.worker, ["list"] + charity.credentials(Charity.teamName) + charity.support.arguments, "console.wrongIdentity"),
                (Charity.worker, ["share", unknown, "--out", "\(charity.root)/x.age"] + anna, "sharing.noConsent"),
                (Charity.worker, ["consent", id, "--form", "/dev/null"] + anna, "records.malformed"),
                (Charity.worker, ["approve", "/nowhere/request", "--out", "\(charity.root)/x"] + anna, "file.notFound"),
                (Charity.worker, ["approve", "/dev/null", "--out", "\(charity.root)/people/anna"] + anna, "console.exists"),
                (Charity.worker, ["handover", "--all", "--to", "nobody", "--reason", "leave"] + anna, "console.unknownName"),
                (Charity.team, ["import", charity.root] + team, "file.notARegularFile"),
                (Charity.service, charity.sealing(at: copy.place) + ["--worker", "nobody"], "console.unknownName"),
                (Charity.retention, ["erase", unknown] + copy.place.arguments, "keeper.refused"),
                (Charity.retention, ["status", "--keeper", "/nowhere"], "keeper.notRunning"),
                (
                    Charity.admin, ["enrol", "/nowhere", "--vault", copy.place.vault, "--organisation-key", "/nowhere"],
                    "console.noIdentity"
                ),
                (
                    Charity.admin, ["ledger", "--vault", copy.place.vault, "--since", "\(charity.root)/people/anna.card"],
                    "console.badInput"
                ),
            ]
            for (program, arguments, code) in cases {
                let outcome = try program.run(arguments + ["--json"])
                let failure = try Failure(outcome)
                #expect(failure.code == code && !failure.message.isEmpty, "\(outcome)")
                #expect(outcome.code == (code == "console.usage" ? 64 : 1) && outcome.output.isEmpty, "\(outcome)")
            }
            // The same line is told to a person without it.
            for (program, arguments, _) in cases.suffix(5) {
                let failure = try Failure(program.run(arguments + ["--json"]))
                let told = try program.run(arguments)
                #expect(told.isRefusal && told.errors == "Error: \(failure.message)\n", "\(told)")
            }
        }
    }

    /// What people have pinned: a copy of the vault goes on without the vault, and nobody's pin may stay with it.
    private struct Pins {
        private let bytes: [String: Data]

        init(in folder: String) throws {
            let paths = try FileManager.default.contentsOfDirectory(atPath: folder).filter { $0.hasSuffix(".pin") }.map {
                "\(folder)/\($0)"
            }
            bytes = try Dictionary(uniqueKeysWithValues: paths.map { ($0, try Data(contentsOf: URL(fileURLWithPath: $0))) })
        }

        func putBack() {
            for (path, bytes) in bytes { try? bytes.write(to: URL(fileURLWithPath: path)) }
        }
    }
}
