import Foundation
import Glibc
import ProgramRunner
import Testing

extension ProgramTests {
    /// What a user may do who is nobody's friend. Where the tests do not run as root no other user can be had.
    @Suite(.enabled(if: getuid() == 0, "the tests do not run as root, so that no other user can be tried"))
    struct PermissionsAreToldTests {
        let charity: Charity
        static let nobody = "65534"
        static let asNobody = ["setpriv", "--reuid=\(nobody)", "--regid=\(nobody)", "--clear-groups", "--"]

        init() throws { charity = try .shared }

        /// Gives nobody identities of their own, in a folder of their own.
        private func withOwnFiles(_ body: (_ folder: String) throws -> Void) throws {
            let folder = "\(charity.root)/nobody"
            try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: false)
            defer { try? FileManager.default.removeItem(atPath: folder) }
            for name in ["anna", "anna.pass", "anna.pin", Charity.serviceName, "\(Charity.serviceName).pin"] {
                try FileManager.default.copyItem(atPath: "\(charity.root)/people/\(name)", toPath: "\(folder)/\(name)")
            }
            try #require(try RunningProgram(["chown", "-R", Self.nobody, folder]).end().code == 0)
            try body(folder)
        }

        private func commands(_ folder: String, _ place: [String]) -> [() throws -> Outcome] {
            let anna = ["--identity", "\(folder)/anna", "--passphrase-file", "\(folder)/anna.pass"]
            let service = ["seal", "-", "--worker", "anna", "--identity", "\(folder)/\(Charity.serviceName)"]
            return [
                { try Charity.worker.run(["read", String(repeating: "0", count: 32)] + anna + place, prefix: Self.asNobody) },
                { try Charity.service.run(service + place, input: [Event().line].lines, prefix: Self.asNobody) },
            ]
        }

        @Test func `who may not use the vault is told so`() throws {
            try withOwnFiles { folder in
                for command in commands(folder, charity.home.arguments) { try expectRefusal("may not use the vault", in: charity, command) }
                for arguments in [["check"], ["status"], ["roster"]] {
                    try expectRefusal("may not use the vault", in: charity) {
                        try Charity.admin.run(arguments + ["--vault", charity.home.vault], prefix: Self.asNobody)
                    }
                }
                try expectRefusal("permission denied", in: charity) {
                    try Charity.retention.run(["preview", "--vault", charity.home.vault], prefix: Self.asNobody)
                }
                try expectRefusal("permission denied", in: charity) {
                    try Charity.retention.run(["run", "--cell", charity.home.cell] + charity.home.arguments, prefix: Self.asNobody)
                }
            }
        }

        @Test func `who may not ask the keeper is told so`() throws {
            let copy = try charity.copy("foreign")
            try #require(try RunningProgram(["chown", "-R", Self.nobody, copy.place.vault]).end().code == 0)
            try withOwnFiles { folder in
                for command in commands(folder, copy.place.arguments) {
                    try expectRefusal("may not talk to the keeper", "--allow", in: charity, command)
                }
                for command in ["status", "sweep"] {
                    try expectRefusal("may not talk to the keeper", "--allow", in: charity) {
                        try Charity.retention.run([command, "--keeper", copy.place.socket], prefix: Self.asNobody)
                    }
                }
            }
        }

        @Test func `who may only seal reads nothing, and who may only read seals nothing`() throws {
            for (right, refused) in [("seal", 0), ("read", 1)] {
                let copy = try charity.copy("limited-\(right)", keeper: ["--allow", "\(Self.nobody):\(right)"])
                try #require(try RunningProgram(["chown", "-R", Self.nobody, copy.place.vault]).end().code == 0)
                let sealed = try charity.seal([Event().line].lines, at: copy.place)
                // What the keeper's own user wrote belongs to it: let nobody read it.
                try #require(try RunningProgram(["chown", "-R", Self.nobody, copy.place.vault]).end().code == 0)
                try withOwnFiles { folder in
                    let anna = ["--identity", "\(folder)/anna", "--passphrase-file", "\(folder)/anna.pass"]
                    let commands: [() throws -> Outcome] = [
                        { try Charity.worker.run(["read", sealed.lines[0]] + anna + copy.place.arguments, prefix: Self.asNobody) },
                        self.commands(folder, copy.place.arguments)[1],
                    ]
                    try expectRefusal("--allow", in: charity, commands[refused])
                    let allowed = try commands[1 - refused]()
                    #expect(allowed.code == 0, "\(allowed)")
                }
            }
        }

        @Test func `what is the keeper's own user's alone is refused without promising that it can be allowed`() throws {
            let copy = try charity.copy("own", keeper: ["--allow", "\(Self.nobody):seal,read,act"])
            for arguments in [["drill"], ["add-cell", "\(charity.root)/own-cell"]] {
                try expectRefusal("its own user alone may", in: charity) {
                    try Charity.retention.run(arguments + ["--keeper", copy.place.socket], prefix: Self.asNobody)
                }
            }
        }

        @Test func `a folder that may not be written into stops sealing with one line`() throws {
            let copy = try charity.copy("read-only", keeper: ["--allow", "\(Self.nobody):seal,read"])
            // Readable, and not writable.
            try #require(try RunningProgram(["chmod", "-R", "a+rX,o-w", copy.place.vault]).end().code == 0)
            try withOwnFiles { folder in
                let seal = commands(folder, copy.place.arguments)[1]
                try expectRefusal("permission denied", "stopped at the conversation that begins in line 1", in: charity, seal)
            }
        }

        @Test func `an identity in a folder of somebody else is not made`() throws {
            try withOwnFiles { folder in
                try expectRefusal("permission denied", in: charity) {
                    try Charity.worker.run(
                        ["identity", "eve", "--out", "\(charity.root)/people/eve", "--passphrase-file", "\(folder)/anna.pass"],
                        prefix: Self.asNobody)
                }
                try expectRefusal("permission denied", in: charity) {
                    try Charity.admin.run(
                        ["init", "--vault", "\(charity.root)/eve", "--organisation", "Eve", "--organisation-key", "\(folder)/eve-key"]
                            + ["--passphrase-file", "\(folder)/anna.pass"]
                            + Charity.leads.flatMap { ["--lead", "\(charity.root)/people/\($0).card"] }, prefix: Self.asNobody)
                }
            }
        }
    }
}
