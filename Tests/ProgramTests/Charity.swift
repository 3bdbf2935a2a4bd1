import Foundation
import Glibc
import ProgramRunner
import Testing

/// A vault, its cell and its keeper's socket.
struct Place: Sendable {
    let vault: String
    let cell: String
    let socket: String

    /// Everything of `name` below `root`.
    init(_ name: String, in root: String) {
        vault = "\(root)/\(name)"
        cell = "\(root)/\(name)-cell"
        socket = "\(root)/\(name).socket"
    }

    /// What a program that works on it is told.
    var arguments: [String] { ["--vault", vault, "--keeper", socket] }
}

/// A charity and the team that it shares with, made by the programs themselves, once for all tests: every passphrase costs half a second.
final class Charity: Sendable {
    @TaskLocal private static var current: Charity?

    static let worker = BuiltProgram("vault-worker")
    static let team = BuiltProgram("vault-team")
    static let service = BuiltProgram("vault-service")
    static let retention = BuiltProgram("vault-retention")
    static let admin = BuiltProgram("vault-admin")
    static let programs = [worker, team, service, retention, admin]
    static var areBuilt: Bool { programs.allSatisfy(\.isBuilt) }

    static let leads = ["lena", "luis", "lara"]
    static let workers = ["anna", "ben"]
    /// The team's name, and the service's.
    static let teamName = "family-support"
    static let serviceName = "chat-service"

    let root: String
    let home: Place
    let support: Place
    private let keepers: [RunningProgram]

    /// The one that the tests of this process share.
    static var shared: Charity {
        get throws { try #require(current) }
    }

    private init() throws {
        // Short, because a socket's path may have 107 bytes.
        let root = "/tmp/vault-\(getpid())"
        self.root = root
        (home, support) = (Place("home", in: root), Place("support", in: root))
        try FileManager.default.createDirectory(atPath: "\(root)/people", withIntermediateDirectories: true)
        for name in Self.leads + Self.workers + [Self.teamName, "home-key", "support-key"] {
            try Data("a passphrase of \(name), \(UUID().uuidString)\n".utf8).write(to: URL(fileURLWithPath: "\(root)/people/\(name).pass"))
        }
        try Self.makePeople(root)
        try Self.makeVault(home, key: "home-key", lead: "lena", root, enrolling: Self.workers + [Self.teamName, Self.serviceName])
        // The same leads serve the team's organisation; a pin lies beside an identity, so that it takes another one.
        for ending in ["", ".pass"] {
            try FileManager.default.copyItem(atPath: "\(root)/people/lena\(ending)", toPath: "\(root)/people/tilda\(ending)")
        }
        try Self.makeVault(support, key: "support-key", lead: "tilda", root, enrolling: [Self.teamName])
        keepers = try [home, support].map { try Self.startKeeper($0) }
        // The first sight of the roster is told; from here on a refusal is one line.
        for name in Self.workers + ["lena"] { try Self.succeeded(worker(name, ["list"])) }
        try Self.succeeded(seal(Data()))
    }

    /// Stops the keepers and removes everything.
    private func end() {
        for keeper in keepers {
            keeper.signal(SIGKILL)
            keeper.end()
        }
        try? FileManager.default.removeItem(atPath: root)
    }

    private static func makePeople(_ root: String) throws {
        func making(_ program: BuiltProgram, _ name: String, _ more: [String]) throws -> RunningProgram {
            let file = "\(root)/people/\(name)"
            return try program.start(["identity", name, "--out", file, "--passphrase-file", "\(file).pass"] + more)
        }
        let others = try workers.map { try making(worker, $0, []) } + [making(team, teamName, [])]
        for made in others { #expect(made.end().code == 0) }
        for made in try leads.map({ try making(worker, $0, ["--role", "lead"]) }) { #expect(made.end().code == 0) }
        try succeeded(service.run(["identity", serviceName, "--out", "\(root)/people/\(serviceName)"]))
    }

    private static func makeVault(_ place: Place, key: String, lead: String, _ root: String, enrolling names: [String]) throws {
        let people = "\(root)/people"
        let keeperCard = "\(people)/\(key).keeper.card"
        let custodian = ["--vault", place.vault, "--organisation-key", "\(people)/\(key)"]
        let passphrase = ["--passphrase-file", "\(people)/\(key).pass"]
        let leadCards = leads.flatMap { ["--lead", "\(people)/\($0).card"] }
        try succeeded(admin.run(["init", "--organisation", "The \(key)"] + custodian + leadCards + passphrase))
        try succeeded(retention.run(["init", "--vault", place.vault, "--cell", place.cell, "--one-cell", "--card", keeperCard]))
        let enrol = ["enrol"] + names.map { "\(people)/\($0).card" } + [keeperCard] + custodian
        let (request, approval) = ("\(people)/\(key).request", "\(people)/\(key).approval")
        try succeeded(admin.run(enrol + ["--request-out", request]))
        try succeeded(
            worker.run(
                ["approve", request, "--out", approval, "--yes", "--vault", place.vault, "--identity", "\(people)/\(lead)"]
                    + ["--passphrase-file", "\(people)/\(lead).pass"]))
        try succeeded(admin.run(enrol + ["--approval", approval] + passphrase))
    }

    private static func succeeded(_ outcome: Outcome) throws {
        try #require(outcome.code == 0, "\(outcome)")
    }

    /// Starts a keeper and waits until it answers.
    static func startKeeper(_ place: Place, _ more: [String] = []) throws -> RunningProgram {
        let keeper = try retention.start(["run", "--cell", place.cell] + place.arguments + more)
        try #require(keeper.wait { String(decoding: $0.output, as: UTF8.self).contains("ready") }, "\(keeper.errors)")
        return keeper
    }

    /// Somebody's identity and passphrase, as arguments.
    func credentials(_ name: String) -> [String] {
        ["--identity", "\(root)/people/\(name)", "--passphrase-file", "\(root)/people/\(name).pass"]
    }

    /// The service's identity file.
    var serviceIdentity: String { "\(root)/people/\(Self.serviceName)" }

    /// Runs a worker's or lead's command.
    func worker(_ name: String, _ arguments: [String], at place: Place? = nil, environment: [String: String] = [:]) throws -> Outcome {
        try Self.worker.run(arguments + credentials(name) + (place ?? home).arguments, environment: environment)
    }

    /// Seals lines for anna.
    func seal(_ lines: Data, _ more: [String] = [], at place: Place? = nil, environment: [String: String] = [:]) throws -> Outcome {
        try Self.service.run(sealing(more, at: place), input: lines, environment: environment)
    }

    /// The arguments with which lines from standard input are sealed for anna.
    func sealing(_ more: [String] = [], at place: Place? = nil) -> [String] {
        ["seal", "-", "--worker", "anna", "--identity", serviceIdentity] + (place ?? home).arguments + more
    }

    /// Approvals of a request by these people, two leads unless others are named, as the arguments of whoever asked.
    func approvals(of request: String, by people: [String] = ["lena", "luis"], at place: Place) throws -> [String] {
        let running = try people.map { name in
            try Self.worker.start(
                ["approve", request, "--out", "\(request).\(name)", "--yes"] + place.arguments + credentials(name))
        }
        for approval in running { try Self.succeeded(approval.end()) }
        return ["--request", request] + people.flatMap { ["--approval", "\(request).\($0)"] }
    }

    /// A copy of a vault with its cell, and a keeper of its own, to do with as a test likes; gone when the test is.
    func copy(of original: Place? = nil, _ name: String, keeper more: [String] = []) throws -> Copy {
        let place = Place(name, in: root)
        let original = original ?? home
        for (from, to) in [(original.vault, place.vault), (original.cell, place.cell)] {
            let copied = try RunningProgram(["cp", "-a", from, to]).end()
            try Self.succeeded(copied)
        }
        return Copy(place, try Self.startKeeper(place, more))
    }

    /// A vault that is a test's own.
    final class Copy {
        let place: Place
        private(set) var keeper: RunningProgram

        init(_ place: Place, _ keeper: RunningProgram) {
            self.place = place
            self.keeper = keeper
        }

        deinit {
            stop(SIGKILL)
            for path in [place.vault, place.cell, place.socket] { try? FileManager.default.removeItem(atPath: path) }
        }

        /// Ends the keeper with a signal.
        func stop(_ signal: Int32) {
            keeper.signal(signal)
            keeper.end()
        }

        /// Starts a keeper again.
        func restart(_ more: [String] = []) throws {
            keeper = try Charity.startKeeper(place, more)
        }
    }
}

extension Charity {
    /// Makes the charity before the tests of a suite and ends it after them.
    struct Scope: SuiteTrait, TestScoping {
        @concurrent func provideScope(
            for test: Test, testCase: Test.Case?, performing function: @Sendable @concurrent () async throws -> Void
        ) async throws {
            let charity = try Charity()
            defer { charity.end() }
            try await Charity.$current.withValue(charity) { try await function() }
        }
    }
}
