import Foundation
import ProgramRunner
import Testing

extension ProgramTests {
    @Suite struct IdentitiesAndPassphrasesAreCheckedTests {
        let charity: Charity
        let id = String(repeating: "0", count: 32)

        init() throws { charity = try .shared }

        private func read(identity: String, _ passphrase: [String], prefix: [String] = []) throws -> Outcome {
            try Charity.worker.run(["read", id, "--identity", identity] + passphrase + charity.home.arguments, prefix: prefix)
        }

        private func person(_ name: String) -> String { "\(charity.root)/people/\(name)" }

        @Test func `a passphrase that is not there, wrong or no line is told`() throws {
            let anna = person("anna")
            // A session of its own has no terminal, wherever the tests run.
            try expectRefusal("no passphrase", "--passphrase-file", in: charity) { try read(identity: anna, [], prefix: ["setsid", "-w"]) }
            try expectRefusal("does not open", in: charity) { try read(identity: anna, ["--passphrase-file", person("ben.pass")]) }
            try expectRefusal("does not exist", in: charity) { try read(identity: anna, ["--passphrase-file", person("nobody.pass")]) }
            try expectRefusal("not a regular file", in: charity) { try read(identity: anna, ["--passphrase-file", charity.root]) }
            for (text, words) in [("", "at its end"), ("\n", "is empty"), (String(repeating: "x", count: 3000), "longer than")] {
                let file = try write(text, to: "\(charity.root)/passphrase")
                defer { try? FileManager.default.removeItem(atPath: file) }
                try expectRefusal(words, in: charity) { try read(identity: anna, ["--passphrase-file", file]) }
            }
            try expectRefusal("at its end", in: charity) { try read(identity: anna, ["--passphrase-file", "-"]) }
            try expectRefusal("/dev/fd/99", in: charity) { try read(identity: anna, ["--passphrase-file", "/dev/fd/99"]) }
        }

        @Test func `a passphrase may come on standard input, with anything behind it`() throws {
            let passphrase = try Data(contentsOf: URL(fileURLWithPath: person("anna.pass"))) + Data("more\n".utf8)
            let outcome = try Charity.worker.run(
                ["list", "--identity", person("anna"), "--passphrase-file", "-"] + charity.home.arguments, input: passphrase)
            #expect(outcome.code == 0)
        }

        @Test func `an identity that is missing, damaged or of another kind is told, and nothing is pinned beside it`() throws {
            let pass = ["--passphrase-file", person("anna.pass")]
            let folder = "\(charity.root)/odd"
            try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
            defer { try? FileManager.default.removeItem(atPath: folder) }
            let whole = try Data(contentsOf: URL(fileURLWithPath: person("anna")))
            try whole.prefix(200).write(to: URL(fileURLWithPath: "\(folder)/cut"))
            try write("hello\n", to: "\(folder)/text")
            try expectRefusal("no identity file", "--identity", in: charity) { try read(identity: person("nobody"), pass) }
            try expectRefusal("damaged", in: charity) { try read(identity: "\(folder)/cut", pass) }
            try expectRefusal("damaged", in: charity) { try read(identity: "\(folder)/text", pass) }
            try expectRefusal("not a regular file", in: charity) { try read(identity: folder, pass) }
            try expectRefusal("damaged, or is not", in: charity) { try read(identity: charity.serviceIdentity, pass) }
            try expectRefusal("not an identity of this kind", in: charity) {
                try read(identity: person("home-key"), ["--passphrase-file", person("home-key.pass")])
            }
        }

        @Test func `a worker's program is for workers and leads, a team's for teams`() throws {
            try expectRefusal("vault-team", in: charity) { try charity.worker(Charity.teamName, ["list"], at: charity.support) }
            try expectRefusal("vault-worker", in: charity) {
                try Charity.team.run(["list"] + charity.credentials("anna") + charity.home.arguments)
            }
        }

        @Test func `whoever is not in the roster pins nothing`() throws {
            // Ben has never worked in the team's vault: his identity under another name has no pin.
            for ending in ["", ".pass"] {
                try FileManager.default.copyItem(atPath: person("ben\(ending)"), toPath: person("stranger\(ending)"))
            }
            defer { for ending in ["", ".pass"] { try? FileManager.default.removeItem(atPath: person("stranger\(ending)")) } }
            try expectRefusal("in the roster", in: charity) { try charity.worker("stranger", ["list"], at: charity.support) }
        }

        @Test func `an identity of somebody's name with other keys works with nothing, and pins nothing`() throws {
            let impostor = person("impostor")
            let pass = ["--passphrase-file", person("ben.pass")]
            defer { for ending in ["", ".card", ".card.minisig"] { try? FileManager.default.removeItem(atPath: impostor + ending) } }
            for (name, role) in [("anna", "worker"), ("lena", "lead"), ("anna", "lead")] {
                for ending in ["", ".card", ".card.minisig"] { try? FileManager.default.removeItem(atPath: impostor + ending) }
                let made = try Charity.worker.run(["identity", name, "--role", role, "--out", impostor] + pass)
                try #require(made.code == 0, "\(made)")
                let request = try write("", to: "\(charity.root)/empty-request")
                defer { try? FileManager.default.removeItem(atPath: request) }
                for command in [["list"], ["read", id], ["approve", request, "--out", "\(request).approval", "--yes"]] {
                    try expectRefusal("not this identity's", "tell the organisation", in: charity) {
                        try Charity.worker.run(command + ["--identity", impostor] + pass + charity.home.arguments)
                    }
                }
            }
            let service = person("service-impostor")
            defer { for ending in ["", ".card", ".card.minisig"] { try? FileManager.default.removeItem(atPath: service + ending) } }
            try #require(try Charity.service.run(["identity", Charity.serviceName, "--out", service]).code == 0)
            try expectRefusal("not this identity's", in: charity) {
                try Charity.service.run(["seal", "-", "--worker", "anna", "--identity", service] + charity.home.arguments)
            }
        }

        @Test func `the service's identity is a service's, and its owner's alone`() throws {
            func seal(identity: String) throws -> Outcome {
                try Charity.service.run(["seal", "-", "--worker", "anna", "--identity", identity] + charity.home.arguments)
            }
            try expectRefusal("no identity file", "--identity", in: charity) { try seal(identity: person("nobody")) }
            try expectRefusal("damaged, or is not", in: charity) { try seal(identity: person("anna")) }
            for cell in [charity.home.cell, charity.support.cell] {
                try expectRefusal("not this identity's", in: charity) { try seal(identity: "\(cell)/keeper.identity") }
            }
            let exposed = person("exposed")
            try FileManager.default.copyItem(atPath: charity.serviceIdentity, toPath: exposed)
            defer { try? FileManager.default.removeItem(atPath: exposed) }
            try FileManager.default.setAttributes([.posixPermissions: 0o644], ofItemAtPath: exposed)
            try expectRefusal("0600", in: charity) { try seal(identity: exposed) }
        }

        @Test func `nothing is sealed for anybody but a worker or a lead`() throws {
            for name in ["nobody", Charity.teamName, Charity.serviceName, "keeper", ""] {
                try expectRefusal("no worker of that name", in: charity) {
                    try Charity.service.run(
                        ["seal", "-", "--worker", name, "--identity", charity.serviceIdentity] + charity.home.arguments,
                        input: [Event().line].lines)
                }
            }
        }
    }
}
