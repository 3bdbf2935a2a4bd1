import Foundation
import ProgramRunner
import Testing

extension ProgramTests {
    /// A vault in which nobody can be enrolled later: everybody's card, the keeper's too, is there before it is.
    @Suite struct AVaultWithoutLeadsHasItsKeeperTests {
        let charity: Charity
        var people: String { "\(charity.root)/people" }

        init() throws { charity = try .shared }

        private func makeVault(_ place: Place, members: [String]) throws -> Outcome {
            try Charity.admin.run(
                ["init", "--vault", place.vault, "--organisation", "A small one", "--organisation-key", "\(people)/small-key"]
                    + ["--without-leads", "--passphrase-file", "\(people)/home-key.pass"] + members.flatMap { ["--member", $0] })
        }

        private func card(_ name: String) -> String { "\(people)/\(name).card" }

        /// A pin lies beside an identity, so that this vault takes others than the charity's.
        private func copyIdentities() throws {
            for name in ["anna", "anna.pass", Charity.serviceName] {
                try FileManager.default.copyItem(atPath: "\(people)/\(name)", toPath: "\(people)/small-\(name)")
            }
        }

        @Test func `it is made with its keeper or not at all, and then works and is found to be right`() throws {
            let place = Place("small", in: charity.root)
            defer {
                for path in [place.vault, place.cell] { try? FileManager.default.removeItem(atPath: path) }
                for name in (try? FileManager.default.contentsOfDirectory(atPath: people)) ?? [] where name.hasPrefix("small-") {
                    try? FileManager.default.removeItem(atPath: "\(people)/\(name)")
                }
            }
            let keeper = card("small-keeper")
            try expectRefusal("keeper's card", "vault-retention identity", in: charity) {
                try makeVault(place, members: [card("anna"), card(Charity.serviceName)])
            }
            let arguments = ["identity", "--cell", place.cell, "--card", keeper, "--vault", place.vault]
            let made = try Charity.retention.run(arguments)
            #expect(made.code == 0 && made.text == "\(keeper)\n" && made.errors.contains("--without-leads"), "\(made)")
            // Made again it is the same.
            let before = try Tree(charity.root)
            #expect(try Charity.retention.run(arguments).code == 0)
            let changed = try Tree(charity.root).differences(from: before)
            #expect(changed == [])
            try expectRefusal("worker's or team's card", in: charity) { try makeVault(place, members: [keeper]) }
            let vault = try makeVault(place, members: [keeper, card("anna"), card(Charity.serviceName)])
            try #require(vault.code == 0, "\(vault)")
            // Another keeper than the one in the roster could never be enrolled.
            try expectRefusal("no leads", "vault-retention identity", in: charity) {
                try Charity.retention.run(["init", "--vault", place.vault, "--cell", "\(charity.root)/new-cell", "--one-cell"])
            }
            let calendar = try Charity.retention.run(["init", "--vault", place.vault, "--cell", place.cell, "--one-cell"])
            #expect(calendar.code == 0 && !calendar.errors.contains("enrol"), "\(calendar)")
            try copyIdentities()
            try work(place)
        }

        /// Seals and reads, checks, and asks for what needs a lead.
        private func work(_ place: Place) throws {
            let running = try Charity.startKeeper(place)
            defer {
                running.signal(SIGKILL)
                running.end()
            }
            let sealed = try Charity.service.run(
                ["seal", "-", "--worker", "anna", "--identity", "\(people)/small-\(Charity.serviceName)"] + place.arguments,
                input: [Event(text: "to anna").line].lines)
            let id = try #require(sealed.lines.first, "\(sealed)")
            let anna = ["--identity", "\(people)/small-anna", "--passphrase-file", "\(people)/small-anna.pass"]
            let read = try Charity.worker.run(["read", id] + anna + place.arguments)
            #expect(read.code == 0 && read.text.contains("to anna"), "\(read)")
            let check = try Charity.admin.run(["check", "--vault", place.vault])
            #expect(check.code == 0 && check.output.isEmpty, "\(check)")
            let status = try Charity.retention.run(["status"] + place.arguments)
            #expect(status.text.contains("no safeguarding leads") && !status.text.contains("not the one in the roster"), "\(status)")
            try expectRefusal("without safeguarding leads", in: charity) {
                try Charity.retention.run(["sweep", "--as-of", String(Event.time(days: 400).prefix(10))] + place.arguments)
            }
            let custodian = ["--vault", place.vault, "--organisation-key", "\(people)/small-key"]
            for change in [["enrol", card("ben")], ["retire", "anna"]] {
                try expectRefusal("without safeguarding leads", in: charity) { try Charity.admin.run(change + custodian) }
            }
        }
    }
}
