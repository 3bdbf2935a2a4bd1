import Foundation
import Glibc
import ProgramRunner
import System
import Testing

extension ProgramTests {
    /// A whole life of a record, after which its names, words and passphrases are looked for everywhere.
    @Suite struct NothingReadableLeaksTests {
        static let pseudonym = "Zebrafinch"
        static let realName = "Quillon Marchbanks"
        static let words = "velvetmongoose hides in the wardrobe"
        static let purpose = "Visit the lighthouse together"
        let charity: Charity
        let folder: String

        init() throws {
            charity = try .shared
            folder = "\(charity.root)/life"
            try FileManager.default.createDirectory(atPath: "\(folder)/tmp", withIntermediateDirectories: true)
        }

        private var environment: [String: String] { ["TMPDIR": "\(folder)/tmp", "HOME": "\(folder)/tmp"] }

        /// What is looked for: each text as it is, in UTF-16, in hexadecimal, and in base64 at each of its three positions.
        private func needles() throws -> [(text: String, forms: [Data])] {
            let people = ["anna", "lena", "luis", Charity.teamName]
            let passphrases = try people.map { try String(contentsOfFile: "\(charity.root)/people/\($0).pass", encoding: .utf8) }
            let texts = [Self.pseudonym, Self.realName, Self.words, Self.purpose] + passphrases.map { String($0.dropLast()) }
            return texts.map { text in
                let bytes = Data(text.utf8)
                var forms = [bytes, Data(text.utf16.flatMap { [UInt8($0 & 0xFF), UInt8($0 >> 8)] })]
                forms.append(Data(bytes.map { String(format: "%02x", $0) }.joined().utf8))
                for shift in 0..<3 {
                    // The first and the last characters depend on what stands beside.
                    let encoded = (Data(repeating: 0, count: shift) + bytes).base64EncodedData()
                    forms.append(encoded.dropFirst(4).dropLast(4))
                }
                return (text, forms)
            }
        }

        private func leaks(in bytes: Data, _ needles: [(text: String, forms: [Data])]) -> [String] {
            needles.filter { needle in needle.forms.contains { bytes.range(of: $0) != nil } }.map(\.text)
        }

        private func form(_ answer: String) throws -> String {
            let value: [String: Any] = [
                "team": Charity.teamName, "asked": "2", "answered": answer, "real_name": Self.realName, "pseudonym": Self.pseudonym,
                "purpose": Self.purpose, "copy_expires": String(Event.time(days: 180).prefix(10)), "contact": "room 2",
                "notice": ["version": "1", "language": "en", "text": "We send a copy to the team you work with, if you say yes."],
                "understanding": "Asked back in own words.", "lawful_basis": "consent", "how_to_withdraw": "Write in the chat.",
                "withdrawal_explained": true,
            ]
            let data = try JSONSerialization.data(withJSONObject: value)
            return try write(String(decoding: data, as: UTF8.self), to: "\(folder)/form.json")
        }

        private static let lines = [
            Event(id: "1", text: words, at: Event.time(days: -1), name: pseudonym).line,
            Event(id: "2", text: "May I send this to the team?", role: "worker", name: "Anna").line,
            Event(id: "3", text: "yes, i am \(realName)", name: pseudonym).line, Event.end("c"),
        ]

        /// What a keeper shows of itself while it runs.
        private func surface(of keeper: RunningProgram) -> Data {
            ["cmdline", "environ", "comm", "status"].reduce(into: Data()) { all, name in
                all += (try? Data(contentsOf: URL(fileURLWithPath: "/proc/\(keeper.id)/\(name)"))) ?? Data()
            }
        }

        /// Everything that is done to a record; returns what the programs told on standard error, and what the keepers showed of themselves.
        private func life(_ home: Charity.Copy, _ support: Charity.Copy, pin: String) throws -> [Data] {
            var told: [Data] = []
            func tell(_ outcome: Outcome, code: Int32 = 0) throws -> Outcome {
                try #require(outcome.code == code, "\(outcome)")
                told.append(Data(outcome.errors.utf8))
                return outcome
            }
            try Self.lines.lines.write(to: URL(fileURLWithPath: "\(folder)/input.jsonl"))
            let sealed = try tell(
                Charity.service.run(
                    ["seal", "\(folder)/input.jsonl", "--worker", "anna", "--identity", charity.serviceIdentity] + home.place.arguments,
                    environment: environment))
            let id = sealed.lines[0]
            let read = try tell(charity.worker("anna", ["read", id], at: home.place, environment: environment))
            #expect(read.text.contains(Self.words))
            _ = try tell(charity.worker("ben", ["read", id], at: home.place, environment: environment), code: 1)
            for (command, sought) in [("search", Self.words), ("recall", Self.pseudonym), ("search", Self.realName)] {
                let found = try tell(
                    Charity.worker.run(
                        [command] + charity.credentials("anna") + home.place.arguments, input: Data(sought.utf8), environment: environment))
                #expect(found.text.contains(id))
            }
            _ = try tell(
                charity.worker("anna", ["consent", id, "--form", form("no such")], at: home.place, environment: environment), code: 1)
            let consent = try tell(charity.worker("anna", ["consent", id, "--form", form("3")], at: home.place, environment: environment))
            let bundle = "\(folder)/copy.age"
            _ = try tell(charity.worker("anna", ["share", consent.lines[0], "--out", bundle], at: home.place, environment: environment))
            let team = charity.credentials(Charity.teamName)
            _ = try tell(
                Charity.team.run(
                    [
                        "trust", home.place.vault, "--yes", "--identity", "\(charity.root)/people/\(Charity.teamName)", "--vault",
                        support.place.vault,
                    ],
                    environment: environment))
            let imported = try tell(Charity.team.run(["import", bundle] + team + support.place.arguments, environment: environment))
            let copy = try tell(Charity.team.run(["read", imported.lines[0]] + team + support.place.arguments, environment: environment))
            #expect(copy.text.contains(Self.words))
            told += [home, support].map { surface(of: $0.keeper) }
            let request = "\(folder)/sweep"
            let day = String(Event.time(days: 400).prefix(10))
            _ = try tell(
                Charity.retention.run(
                    ["sweep", "--as-of", day, "--request-out", request, "--keeper", home.place.socket], environment: environment))
            let order = try charity.approvals(of: request, at: home.place)
            _ = try tell(Charity.retention.run(["sweep", "--keeper", home.place.socket] + order, environment: environment))
            _ = try tell(charity.worker("anna", ["read", id], at: home.place, environment: environment), code: 1)
            return told + [home, support].flatMap { [surface(of: $0.keeper), Data($0.keeper.errors.utf8), $0.keeper.output] }
        }

        @Test func `names, words and passphrases stand where they are meant to stand, and nowhere else`() throws {
            defer {
                try? FileManager.default.removeItem(atPath: folder)
                for name in (try? DiskFileSystem().list("\(charity.root)/people")) ?? [] where name.contains(".partner-") {
                    try? FileManager.default.removeItem(atPath: "\(charity.root)/people/\(name)")
                }
            }
            let home = try charity.copy("life-home")
            let support = try charity.copy(of: charity.support, "life-support")
            let needles = try needles()
            let told = try life(home, support, pin: "")
            for bytes in told { #expect(leaks(in: bytes, needles) == []) }
            // The copies of vault and cell, the sockets' folder, everybody's files, and what was left for temporary.
            let meant = ["input.jsonl", "form.json"].map { "\(folder)/\($0)" }
            let files = try Tree(charity.root).files
            #expect(
                files.count > 60 && files.contains { $0.hasPrefix(home.place.cell) } && files.contains { $0.hasPrefix(support.place.vault) }
            )
            for file in files where !meant.contains(file) && !file.hasSuffix(".pass") {
                let found = leaks(in: try Data(contentsOf: URL(fileURLWithPath: file)), needles) + leaks(in: Data(file.utf8), needles)
                #expect(found == [], "\(file)")
            }
            #expect(try DiskFileSystem().list("\(folder)/tmp") == [])
            // The search finds what is there.
            let input = try Data(contentsOf: URL(fileURLWithPath: meant[0])), form = try Data(contentsOf: URL(fileURLWithPath: meant[1]))
            #expect(leaks(in: input, needles) == [Self.pseudonym, Self.realName, Self.words])
            #expect(leaks(in: form, needles) == [Self.pseudonym, Self.realName, Self.purpose])
            for encoded in [
                input.base64EncodedData(), (Data([1]) + input).base64EncodedData(), (Data([1, 2]) + input).base64EncodedData(),
            ] {
                #expect(leaks(in: encoded, needles) == [Self.pseudonym, Self.realName, Self.words])
            }
            let passphrase = try Data(contentsOf: URL(fileURLWithPath: "\(charity.root)/people/anna.pass"))
            #expect(leaks(in: passphrase, needles).count == 1)
        }
    }
}
