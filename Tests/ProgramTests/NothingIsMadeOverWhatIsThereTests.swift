import Foundation
import ProgramRunner
import System
import Testing

extension ProgramTests {
    @Suite struct NothingIsMadeOverWhatIsThereTests {
        let charity: Charity
        var people: String { "\(charity.root)/people" }

        init() throws { charity = try .shared }

        private func initVault(_ vault: String, key: String, leads: [String] = Charity.leads, _ more: [String] = []) throws -> Outcome {
            try Charity.admin.run(
                ["init", "--vault", vault, "--organisation", "Another", "--organisation-key", key]
                    + ["--passphrase-file", "\(people)/home-key.pass"] + leads.flatMap { ["--lead", "\(people)/\($0).card"] } + more,
                in: charity.root)
        }

        @Test func `a vault is made whole, in an empty place, or not at all`() throws {
            let (vault, key) = ("\(charity.root)/another", "\(people)/another-key")
            try expectRefusal("already", "--vault", in: charity) { try initVault(charity.home.vault, key: key) }
            try expectRefusal("already", "--vault", in: charity) { try initVault("\(people)/anna.card", key: key) }
            try expectRefusal("not overwritten", "--organisation-key", in: charity) { try initVault(vault, key: "\(people)/anna") }
            try expectRefusal("may not lie in the vault", in: charity) { try initVault(vault, key: "\(vault)/key") }
            try expectRefusal("the directory", "make it first", in: charity) { try initVault(vault, key: "\(charity.root)/no/key") }
            try expectRefusal("too few leads", in: charity) { try initVault(vault, key: key, leads: ["lena", "luis"]) }
            try expectRefusal("another role", in: charity) { try initVault(vault, key: key, leads: ["lena", "luis", "anna"]) }
            try expectRefusal("does not exist", "FILE.minisig", in: charity) {
                try initVault(vault, key: key, leads: ["lena", "luis", "nobody"])
            }
            try write("short\n", to: "\(charity.root)/short")
            defer { try? FileManager.default.removeItem(atPath: "\(charity.root)/short") }
            try expectRefusal("too short", in: charity) {
                try initVault(vault, key: key, ["--passphrase-file", "\(charity.root)/short"])
            }
            // The same vault by another name than the key's.
            let empty = "\(charity.root)/empty"
            try FileManager.default.createDirectory(atPath: empty, withIntermediateDirectories: false)
            defer { try? FileManager.default.removeItem(atPath: empty) }
            try expectRefusal("may not lie in the vault", in: charity) { try initVault("empty", key: "\(empty)/key") }
        }

        private func initKeeper(_ arguments: [String], vault: String? = nil) throws -> Outcome {
            try Charity.retention.run(["init", "--vault", vault ?? charity.home.vault] + arguments)
        }

        @Test func `cells and keepers are made where there are none, outside of the vault, or not at all`() throws {
            let cell = "\(charity.root)/new-cell"
            try expectRefusal("cell already", in: charity) { try initKeeper(["--cell", charity.home.cell, "--one-cell"]) }
            try expectRefusal("calendar already", in: charity) { try initKeeper(["--cell", cell, "--one-cell"]) }
            try expectRefusal("inside the vault", in: charity) { try initKeeper(["--cell", "\(charity.home.vault)/cell", "--one-cell"]) }
            try expectRefusal("inside the vault", in: charity) { try initKeeper(["--cell", "\(charity.home.vault)/a/b/c", "--one-cell"]) }
            try expectRefusal("inside the vault", in: charity) { try initKeeper(["--cell", charity.home.vault, "--one-cell"]) }
            try expectRefusal("--one-cell", in: charity) { try initKeeper(["--cell", cell]) }
            try expectRefusal("each once", in: charity) { try initKeeper(["--cell", cell, "--cell", cell]) }
            try expectRefusal("0700", in: charity) { try initKeeper(["--cell", "\(people)/anna.card", "--one-cell"]) }
        }

        @Test func `a new vault's cell takes only a directory of its own, and says what its place is worth`() throws {
            let (vault, key) = ("\(charity.root)/fresh", "\(people)/fresh-key")
            try #require(try initVault(vault, key: key).code == 0)
            let memory = "/dev/shm/vault-cell-\(UUID().uuidString)"
            defer {
                for path in [vault, key, "\(key).pin", memory] { try? FileManager.default.removeItem(atPath: path) }
            }
            let occupied = "\(charity.root)/occupied"
            try FileManager.default.createDirectory(
                atPath: occupied, withIntermediateDirectories: false, attributes: [.posixPermissions: 0o700])
            defer { try? FileManager.default.removeItem(atPath: occupied) }
            try write("mine\n", to: "\(occupied)/notes.txt")
            try expectRefusal("other files", in: charity) { try initKeeper(["--cell", occupied, "--one-cell"], vault: vault) }
            try FileManager.default.removeItem(atPath: "\(occupied)/notes.txt")
            try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: occupied)
            try expectRefusal("0700", in: charity) { try initKeeper(["--cell", occupied, "--one-cell"], vault: vault) }
            let card = "\(people)/fresh.card"
            try write("a letter\n", to: card)
            try expectRefusal("not overwritten", "--card", in: charity) {
                try initKeeper(["--cell", "\(charity.root)/new-cell", "--one-cell", "--card", card], vault: vault)
            }
            try FileManager.default.removeItem(atPath: card)
            // Where the card cannot be written nothing is finished, so that it can be run again.
            let disk = "\(charity.root)/disk-cell"
            let unwritable = try initKeeper(["--cell", disk, "--one-cell", "--card", "/proc/fresh.card"], vault: vault)
            #expect(unwritable.code == 1 && unwritable.errors.contains("fresh.card"), "\(unwritable)")
            defer { try? FileManager.default.removeItem(atPath: disk) }
            #expect(!FileManager.default.fileExists(atPath: "\(disk)/cell"))
            guard (try? DirectoryInspection(path: "/dev/shm"))?.isMemory == true else { return }
            let made = try initKeeper(["--cell", memory, "--one-cell"], vault: vault)
            #expect(made.code == 0 && made.errors.contains("cell 1: L0") && made.errors.contains("lies in memory"), "\(made)")
        }

        @Test func `an identity is made in a free place`() throws {
            for program in [Charity.worker, Charity.team, Charity.service] {
                let passphrase = program.name == Charity.service.name ? [] : ["--passphrase-file", "\(people)/anna.pass"]
                func make(_ name: String, _ file: String) throws -> Outcome {
                    try program.run(["identity", name, "--out", file] + passphrase)
                }
                try expectRefusal("not overwritten", "--out", in: charity) { try make("carla", "\(people)/anna") }
                try expectRefusal("the directory", "--out", in: charity) { try make("carla", "\(charity.root)/no/carla") }
                try expectRefusal("no path", "--out", in: charity) { try make("carla", "") }
                let noName = try make("Carla Jones", "\(people)/carla")
                #expect(noName.isUsage && noName.errors.contains("lower-case"), "\(noName)")
                try write("a letter\n", to: "\(people)/carla.card")
                defer { try? FileManager.default.removeItem(atPath: "\(people)/carla.card") }
                try expectRefusal("carla.card", "not overwritten", in: charity) { try make("carla", "\(people)/carla") }
            }
        }

        @Test func `requests and approvals replace nothing else`() throws {
            let anna = "\(people)/anna"
            try expectRefusal("no request", "--request-out", in: charity) {
                try Charity.admin.run(
                    ["retire", "ben", "--vault", charity.home.vault, "--organisation-key", "\(people)/home-key", "--request-out", anna])
            }
            try expectRefusal("no request", "--request-out", in: charity) {
                try Charity.retention.run(["sweep", "--as-of", "2100-01-01", "--request-out", anna] + charity.home.arguments)
            }
            // An old request may be replaced.
            let request = "\(charity.root)/request"
            defer { try? FileManager.default.removeItem(atPath: request) }
            for _ in 0..<2 {
                let asked = try Charity.admin.run(
                    ["retire", "ben", "--vault", charity.home.vault, "--organisation-key", "\(people)/home-key", "--request-out", request])
                #expect(asked.code == 0, "\(asked)")
            }
            try expectRefusal("not overwritten", "--out", in: charity) {
                try Charity.worker.run(
                    ["approve", request, "--out", anna, "--yes", "--vault", charity.home.vault] + charity.credentials("lena"))
            }
            try expectRefusal("only a safeguarding lead", in: charity) {
                try Charity.worker.run(
                    ["approve", request, "--out", "\(charity.root)/approval", "--yes", "--vault", charity.home.vault]
                        + charity.credentials("anna"))
            }
        }

        @Test func `wrong usage is 64, told on standard error, and does nothing`() throws {
            let before = try Tree(charity.root)
            let usage: [(BuiltProgram, [String])] = [
                (Charity.worker, ["read"]), (Charity.worker, ["read", "x"]), (Charity.worker, ["list", "--what"]),
                (Charity.worker, ["read", "x", "--format", "xml", "--identity", "x"]), (Charity.worker, ["destroy"]),
                (Charity.worker, ["identity", "x", "--out", "x", "--role", "keeper"]), (Charity.worker, ["share", "x", "--identity", "x"]),
                (Charity.team, ["import", "--identity", "x"]), (Charity.team, ["consent", "x"]), (Charity.service, ["seal"]),
                (Charity.service, ["seal", "-", "--identity", "x"]), (Charity.service, ["read", "x"]), (Charity.retention, ["init"]),
                (Charity.retention, ["run", "--cell", "x", "--allow", "anna:read"]), (Charity.retention, ["sweep", "--as-of", "soon"]),
                (Charity.admin, ["init", "--organisation", "", "--organisation-key", "x", "--lead", "x"]),
                (Charity.admin, ["init", "--organisation", "x", "--organisation-key", "x"]), (Charity.admin, ["enrol"]),
                (Charity.admin, ["init", "--organisation", "x", "--organisation-key", "x", "--without-leads", "--retention", "1 year"]),
                (Charity.admin, ["init", "--organisation", "x", "--organisation-key", "x", "--without-leads", "--retention", "P20Y"]),
                (Charity.admin, ["init", "--organisation", "a\nb", "--organisation-key", "x", "--without-leads"]),
                (Charity.admin, ["init", "--organisation", String(repeating: "x", count: 101), "--organisation-key", "x", "--lead", "x"]),
            ]
            for (program, arguments) in usage {
                let outcome = try program.run(arguments)
                #expect(outcome.isUsage, "\(arguments): \(outcome)")
            }
            let changed = try Tree(charity.root).differences(from: before)
            #expect(changed == [])
        }
    }
}
