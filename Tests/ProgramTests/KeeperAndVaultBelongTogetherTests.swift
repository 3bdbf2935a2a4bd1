import Foundation
import ProgramRunner
import Testing

extension ProgramTests {
    @Suite struct KeeperAndVaultBelongTogetherTests {
        let charity: Charity
        let line = [Event().line].lines

        init() throws { charity = try .shared }

        /// Commands that ask the keeper, each with the vault and the keeper that are given.
        private func asking(_ arguments: [String]) -> [() throws -> Outcome] {
            let none = String(repeating: "0", count: 32)
            return [
                {
                    try Charity.service.run(
                        ["seal", "-", "--worker", "anna", "--identity", charity.serviceIdentity] + arguments, input: line)
                },
                { try Charity.worker.run(["read", none] + charity.credentials("anna") + arguments) },
                {
                    try Charity.worker.run(
                        ["share", none, "--out", "\(charity.root)/none.age"] + charity.credentials("anna") + arguments)
                },
                { try Charity.retention.run(["status"] + arguments) },
                { try Charity.retention.run(["sweep"] + arguments) },
            ]
        }

        @Test func `a keeper that does not run is told, with how to start it`() throws {
            for command in asking(["--vault", charity.home.vault, "--keeper", "\(charity.root)/none.socket"]) {
                try expectRefusal("not running", "vault-retention run", "nothing was lost", in: charity, command)
            }
            // A file that is no socket is nobody who listens.
            for command in asking(["--vault", charity.home.vault, "--keeper", "\(charity.root)/people/anna.card"]) {
                try expectRefusal("not running", in: charity, command)
            }
        }

        @Test func `a socket's path that is too long is told by its length`() throws {
            let long = "\(charity.root)/" + String(repeating: "x", count: 100)
            for command in asking(["--vault", charity.home.vault, "--keeper", long]) {
                try expectRefusal("107", "shorter", in: charity, command)
            }
        }

        @Test func `the keeper of another vault is told`() throws {
            for command in asking(["--vault", charity.home.vault, "--keeper", charity.support.socket]) {
                try expectRefusal("another vault", "--keeper", in: charity, command)
            }
        }

        @Test func `what needs no keeper goes on without one`() throws {
            let arguments = ["--vault", charity.home.vault, "--keeper", "\(charity.root)/none.socket"]
            let list = try Charity.worker.run(["list", "--json"] + charity.credentials("anna") + arguments)
            #expect(list.code == 0)
            let status = try Charity.admin.run(["status", "--json"] + arguments)
            #expect(status.code == 0 && status.text.contains("not running"))
            #expect(try Charity.retention.run(["preview", "--vault", charity.home.vault]).code == 0)
            for outcome in [list, status] { #expect(throws: Never.self) { try JSONSerialization.jsonObject(with: outcome.output) } }
        }

        @Test func `a vault that is not there is told by every program, and not made`() throws {
            let vault = ["--vault", "\(charity.root)/nothing"]
            for command in asking(vault + ["--keeper", charity.home.socket]) {
                try expectRefusal("no vault", "--vault", in: charity, command)
            }
            let key = ["--organisation-key", "\(charity.root)/people/home-key"]
            for arguments in [
                ["status"], ["check"], ["check"] + key, ["roster"], ["roster"] + key, ["enrol", "\(charity.root)/people/anna.card"] + key,
                ["retire", "anna"] + key,
            ] {
                try expectRefusal("no vault", "--vault", in: charity) { try Charity.admin.run(arguments + vault) }
            }
            for arguments in [
                ["preview"], ["run", "--cell", charity.home.cell], ["init", "--cell", "\(charity.root)/new-cell", "--one-cell"],
            ] { try expectRefusal("no vault", "--vault", in: charity) { try Charity.retention.run(arguments + vault) } }
            let team = charity.credentials(Charity.teamName)
            for arguments in [
                ["import", "\(charity.root)/people/anna.card"] + team, ["list"] + team,
                ["trust", charity.home.vault, "--yes", "--identity", "\(charity.root)/people/\(Charity.teamName)"],
            ] { try expectRefusal("no vault", "--vault", in: charity) { try Charity.team.run(arguments + vault) } }
        }

        @Test func `another vault than the one that was pinned is told as what it is`() throws {
            let support = ["--vault", charity.support.vault, "--keeper", charity.support.socket]
            for command in asking(support).prefix(3) { try expectRefusal("another vault", in: charity, command) }
            let key = ["--organisation-key", "\(charity.root)/people/home-key"]
            for command in ["check", "roster"] {
                try expectRefusal("another vault", in: charity) {
                    try Charity.admin.run([command, "--vault", charity.support.vault] + key)
                }
            }
            try expectRefusal("another vault", in: charity) {
                try Charity.retention.run(
                    ["run", "--vault", charity.support.vault, "--cell", charity.home.cell, "--keeper", "\(charity.root)/new.socket"])
            }
        }

        @Test func `a key that is not the vault's signs nothing`() throws {
            let approval = "\(charity.root)/people/home-key.approval"
            let enrol = ["enrol", "\(charity.root)/people/anna.card", "--vault", charity.home.vault]
            // Beside this one there is a pin of another vault, beside the next one there is none.
            try expectRefusal("another vault", in: charity) {
                try Charity.admin.run(enrol + ["--approval", approval, "--organisation-key", "\(charity.root)/people/support-key"])
            }
            try expectRefusal("no key", "--organisation-key", in: charity) {
                try Charity.admin.run(enrol + ["--organisation-key", "\(charity.root)/people/no-key"])
            }
            try expectRefusal("no pin beside", in: charity) {
                try Charity.admin.run(["check", "--vault", charity.home.vault, "--organisation-key", "\(charity.root)/people/no-key"])
            }
        }

        @Test func `a cell that is missing, or another vault's, starts no keeper`() throws {
            func run(_ cells: String...) throws -> Outcome {
                try Charity.retention.run(
                    ["run", "--vault", charity.home.vault, "--keeper", "\(charity.root)/new.socket"] + cells.flatMap { ["--cell", $0] })
            }
            try expectRefusal("no keeper lives", "init", in: charity) { try run("\(charity.root)/no-cell") }
            try expectRefusal("another vault", in: charity) { try run(charity.support.cell) }
            let copy = try charity.copy("moved")
            copy.stop(SIGTERM)
            func runCopy(_ cells: String...) throws -> Outcome {
                try Charity.retention.run(["run"] + copy.place.arguments + cells.flatMap { ["--cell", $0] })
            }
            let cell = "\(copy.place.cell)/cell"
            try FileManager.default.moveItem(atPath: cell, toPath: "\(cell).away")
            try expectRefusal("cell 1 is not there", in: charity) { try runCopy(copy.place.cell) }
            try FileManager.default.copyItem(atPath: "\(charity.support.cell)/cell", toPath: cell)
            try expectRefusal("cell 1", "another vault", in: charity) { try runCopy(copy.place.cell) }
        }

        @Test func `two keepers are one too many`() throws {
            try expectRefusal("another keeper is running", in: charity) {
                try Charity.retention.run(
                    ["run", "--vault", charity.home.vault, "--cell", charity.home.cell, "--keeper", "\(charity.root)/second.socket"])
            }
            // Nor may two vaults share a socket.
            let copy = try charity.copy("second")
            copy.stop(SIGTERM)
            let second = try Charity.retention.run(
                ["run", "--vault", copy.place.vault, "--cell", copy.place.cell, "--keeper", charity.home.socket])
            #expect(second.isRefusal && second.errors.contains("another process listens there"), "\(second)")
            #expect(try charity.seal(Data()).code == 0)
            try copy.restart()
        }

        @Test func `status and outcomes are JSON where it is asked for`() throws {
            for outcome in [
                try Charity.retention.run(["status", "--json"] + charity.home.arguments),
                try Charity.retention.run(["sweep", "--json"] + charity.home.arguments),
                try Charity.retention.run(["preview", "--json", "--vault", charity.home.vault]),
                try Charity.admin.run(["check", "--json", "--vault", charity.home.vault]),
                try Charity.admin.run(["roster", "--json", "--vault", charity.home.vault]),
                try Charity.admin.run(["status", "--json"] + charity.home.arguments),
            ] {
                #expect(outcome.code == 0 && outcome.lines.count == 1, "\(outcome)")
                #expect(throws: Never.self) { try JSONSerialization.jsonObject(with: outcome.output) }
            }
        }
    }
}
