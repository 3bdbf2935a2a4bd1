internal import ArgumentParser
internal import Console
internal import HandingOver
internal import Handover
internal import Identity
internal import Keeper
internal import PersonalConsole
internal import Records
internal import Roster
internal import Sodium
internal import System

struct PeelRecords: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "peel",
        abstract: "As the first of two safeguarding leads: let another one hand records over to a new holder.",
        discussion: """
            For records that their holder cannot hand over: a lost key, an illness. You see nothing of them. FILE holds your signed yes and, for \
            each record, a box that only the lead named by --with can open; give it to them within 7 days, and destroy it afterwards. They \
            finish it with 'vault-worker handover --peel FILE'. Which of two leads must begin is decided by their keys; you are told if it \
            is the other.

            Reasons: \(HandoverReason.list).

            Examples:
              vault-worker peel --of anna --with luis --to ben \\
                --reason lost-key --out anna.peel \\
                --vault /srv/vault --identity ~/lena
              vault-worker peel 5f1c…e0 --with luis --to ben \\
                --reason illness --out one.peel \\
                --vault /srv/vault --identity ~/lena
            """)

    @Argument(help: "The conversations' ids.") var ids: [String] = []
    @Option(help: ArgumentHelp("All that this person holds or held, whatever their key was.", valueName: "name")) var of: String?
    @Option(name: .customLong("with"), help: ArgumentHelp("The other lead, who finishes it.", valueName: "name")) var second: String
    @Option(help: ArgumentHelp("The new holder, a worker or a lead.", valueName: "name")) var to: String
    @Option(help: ArgumentHelp("Why: \(HandoverReason.list).", valueName: "reason")) var reason: HandoverReason
    @Option(
        name: .customLong("out"), help: ArgumentHelp("Where to write what the other lead needs.", valueName: "file"), completion: .file())
    var path: String
    @OptionGroup var person: PersonOptions
    @OptionGroup var output: OutputOptions

    private struct Row: Encodable {
        let file: String
        let conversations: Int
        let with: String
        let to: String
        let until: String
    }

    private static let fileMode: UInt32 = 0o600

    func validate() throws {
        guard ids.isEmpty != (of == nil) else { throw ValidationError("name the conversations, or --of whom; not both") }
        for id in ids { _ = try ConversationID(argument: id) }
    }

    func run() throws {
        let session = try person.begin(as: Workers.self)
        guard session.owner.role == .lead else {
            throw ConsoleError(.wrongIdentity, "only a safeguarding lead can do this: your card is of another role")
        }
        try NewFiles.check([path], option: "--out", fileSystem: session.fileSystem)
        guard let second = try? session.roster.holder(named: second), second.role == .lead else {
            throw ConsoleError(.unknownName, "'\(second)' is no safeguarding lead in force in the roster: name another one with --with")
        }
        let peeler = try LeadPeeler(
            session.reader, roster: session.roster, first: session.holder, second: second, to: session.recipient(named: to),
            reason: reason, now: session.now)
        _ = try session.keeper.today()
        let (peels, conversations, failures) = try peel(session, peeler, second)
        guard !peels.isEmpty else {
            try failures.finish(done: 0)
            throw ConsoleError(.nothing, "nothing was written: \(to) can open all of these already, or none is prepared for you two")
        }
        let file = try PeelFile.bytes(of: peels)
        try session.fileSystem.writeDurably(path, file.rawSpan, mode: Self.fileMode)
        let until = session.now.adding(days: LeadPeeler.lifeDays).description
        Output.note(
            "\(path): \(conversations) conversations for \(to), because \(reason.words). \(second.name) can finish it until "
                + "\(until) with 'vault-worker handover --peel'. Destroy the file afterwards.")
        if output.json {
            try Output.json(Row(file: path, conversations: conversations, with: second.name, to: to, until: until))
        }
        try failures.finish(done: conversations)
    }

    private func peel(
        _ session: borrowing PersonSession, _ peeler: LeadPeeler, _ second: Holder
    ) throws -> (peels: [Peel], conversations: Int, failures: Failures) {
        var (peels, conversations, failures): ([Peel], Int, Failures) = ([], 0, Failures())
        let chosen = try chosen(session)
        var progress = Progress("peeling", of: chosen.count)
        for (index, one) in chosen.enumerated() {
            progress.update(index)
            var found: [Peel] = []
            var unprepared = 0
            do throws(HandingOverError) {
                (found, unprepared) = try peeler.peel(one.parts, of: one.id, by: session.owner)
            } catch {
                failures.add(one.id, error)
            }
            peels += found
            conversations += found.isEmpty ? 0 : 1
            if unprepared > 0 {
                Output.note(
                    "\(one.id): \(unprepared) parts are not prepared for you and \(second.name); another pair of leads can do those")
            }
        }
        return (peels, conversations, failures)
    }

    private func chosen(_ session: borrowing PersonSession) throws -> [Chosen] {
        guard let of else { return try session.chosen(ids) }
        let keys = Set(session.roster.members.filter { $0.card.name == of }.compactMap(\.card.keyID))
        guard !keys.isEmpty else { throw ConsoleError(.unknownName, "nobody of the name '\(of)' was ever in the roster") }
        let chosen = try session.chosen(heldBy: keys)
        guard !chosen.isEmpty else { throw ConsoleError(.nothing, "no conversation in this vault is sealed to '\(of)'") }
        return chosen
    }
}
