import Foundation
import ProgramRunner
import Testing

extension ProgramTests {
    @Suite struct AFullDeviceLeavesNothingHalfMadeTests {
        let charity: Charity
        var people: String { "\(charity.root)/people" }

        init() throws { charity = try .shared }

        @Test func `an identity is made with its card or not at all`() throws {
            // The device's root, then the identity, the card's signature, the card.
            for inodes in 1...3 {
                guard let device = try SmallDevice(in: charity, "nr_inodes=\(inodes)") else { return }
                for program in [Charity.worker, Charity.service] {
                    let passphrase = program.name == Charity.service.name ? [] : ["--passphrase-file", "\(people)/anna.pass"]
                    try expectRefusal("no space left", in: charity) {
                        try program.run(["identity", "carla", "--out", "\(device.path)/carla"] + passphrase)
                    }
                }
                #expect(try device.names == [])
            }
        }

        @Test func `a vault is made whole or not at all`() throws {
            let key = "\(people)/small-key"
            let leads = Charity.leads.flatMap { ["--lead", "\(people)/\($0).card"] }
            for inodes in [1, 4, 8, 9, 10, 12] {
                guard let device = try SmallDevice(in: charity, "nr_inodes=\(inodes)") else { return }
                try expectRefusal("no space left", in: charity) {
                    try Charity.admin.run(
                        ["init", "--vault", device.path, "--organisation", "Small", "--organisation-key", key]
                            + ["--passphrase-file", "\(people)/home-key.pass"] + leads)
                }
                #expect(try device.names == [])
            }
        }

        @Test func `a keeper that could not be made is made when there is room`() throws {
            let (vault, key) = ("\(charity.root)/small", "\(people)/small-key")
            let leads = Charity.leads.flatMap { ["--lead", "\(people)/\($0).card"] }
            let made = try Charity.admin.run(
                ["init", "--vault", vault, "--organisation", "Small", "--organisation-key", key]
                    + ["--passphrase-file", "\(people)/home-key.pass"] + leads)
            try #require(made.code == 0, "\(made)")
            defer { for path in [vault, key, "\(key).pin"] { try? FileManager.default.removeItem(atPath: path) } }
            guard let device = try SmallDevice(in: charity, "nr_inodes=1") else { return }
            let arguments = ["init", "--vault", vault, "--cell", device.path, "--one-cell"]
            for inodes in 2...9 {
                let outcome = try Charity.retention.run(arguments)
                guard outcome.code != 0 else { break }
                #expect(outcome.isRefusal && outcome.errors.contains("no space left"), "\(outcome)")
                try device.limit("nr_inodes=\(inodes)")
            }
            try device.limit("nr_inodes=100")
            let again = try Charity.retention.run(arguments)
            #expect(again.code == 0 || again.errors.contains("cell already"), "\(again)")
            let keeper = try Charity.retention.start(
                ["run", "--vault", vault, "--cell", device.path, "--keeper", "\(charity.root)/small.socket"])
            #expect(keeper.wait { String(decoding: $0.output, as: UTF8.self).contains("ready") }, "\(keeper.errors)")
            keeper.signal(SIGTERM)
            #expect(keeper.end().code == 0)
        }

        private static let lines = [
            Event(id: "1", text: "please help").line, Event(id: "2", text: "May I send this?", role: "worker").line,
            Event(id: "3", text: "yes").line, Event.end("c"),
        ]

        private func form() throws -> String {
            try write(
                """
                {"team": "\(Charity.teamName)", "asked": "2", "answered": "3", "real_name": "Robin Example", "purpose": "help",
                 "copy_expires": "\(Event.time(days: 100).prefix(10))", "contact": "room 2",
                 "notice": {"version": "1", "language": "en", "text": "We send a copy."}, "understanding": "asked back",
                 "lawful_basis": "consent", "how_to_withdraw": "write", "withdrawal_explained": true}
                """, to: "\(charity.root)/form.json")
        }

        @Test func `a consent, a copy and its import fail with one line, and succeed when there is room`() throws {
            let home = try charity.copy("small-home")
            let support = try charity.copy(of: charity.support, "small-support")
            let form = try form(), folder = "\(charity.root)/copies"
            try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: false)
            defer { for path in [form, folder] { try? FileManager.default.removeItem(atPath: path) } }
            let team = charity.credentials(Charity.teamName)
            let trusted = try Charity.team.run(
                ["trust", home.place.vault, "--yes", "--identity", "\(people)/\(Charity.teamName)", "--vault", support.place.vault])
            try #require(trusted.code == 0, "\(trusted)")
            defer { for name in partners { try? FileManager.default.removeItem(atPath: "\(people)/\(name)") } }
            let id = try #require(try charity.seal(Self.lines.lines, at: home.place).lines.first)
            try #require(try Charity.team.run(["list"] + team + support.place.arguments).code == 0)
            guard let device = try SmallDevice(in: charity, "size=4m") else { return }
            for place in [home.place, support.place] { try device.takeRecords(of: place) }
            func consent() throws -> Outcome { try charity.worker("anna", ["consent", id, "--form", form], at: home.place) }
            func share(_ consent: String, _ out: String) throws -> Outcome {
                try charity.worker("anna", ["share", "--json", consent, "--out", out], at: home.place)
            }
            func take(_ bundle: String) throws -> Outcome {
                try Charity.team.run(["import", "--json", bundle] + team + support.place.arguments)
            }
            try device.leaveRoom(for: 0)
            try expectRefusal("no space left", in: charity, consent)
            try device.leaveRoom(for: 10)
            let agreed = try #require(try consent().lines.first)

            try device.leaveRoom(for: 0)
            try expectRefusal("no space left", in: charity) { try share(agreed, "\(folder)/copy.age") }
            // The use of the consent can be recorded, the copy cannot be written: asked again, it is the same one.
            try device.leaveRoom(for: 1)
            let unwritten = try share(agreed, "\(device.path)/copy.age")
            #expect(unwritten.isRefusal && unwritten.errors.contains("no space left"), "\(unwritten)")
            let written = try share(agreed, "\(folder)/copy.age")
            #expect(try json(written)["repeated"] as? Bool == true)

            try device.leaveRoom(for: 0)
            // The keeper draws a page for the copy's day, which may stay.
            let untaken = try take("\(folder)/copy.age")
            #expect(untaken.isRefusal && untaken.errors.contains("no space left"), "\(untaken)")
            try device.leaveRoom(for: 10)
            let taken = try json(take("\(folder)/copy.age"))
            #expect(taken["repeated"] as? Bool == false && taken["lines"] as? Int == 4, "\(taken)")
            #expect(try json(take("\(folder)/copy.age"))["repeated"] as? Bool == true)
            // Nothing but an acknowledgement is replaced by one.
            try expectRefusal("no acknowledgement", in: charity) {
                try Charity.team.run(["import", "\(folder)/copy.age", "--ack", form] + team + support.place.arguments)
            }
        }

        private var partners: [String] {
            ((try? FileManager.default.contentsOfDirectory(atPath: people)) ?? []).filter { $0.contains(".partner-") }
        }

        private func json(_ outcome: Outcome) throws -> [String: Any] {
            try #require(outcome.code == 0, "\(outcome)")
            return try #require(try JSONSerialization.jsonObject(with: outcome.output) as? [String: Any])
        }
    }
}
