internal import ArgumentParser
internal import Console
internal import HandingOver
internal import Handover
internal import Identity
internal import Keeper
internal import PersonalConsole
internal import RecordStore
internal import Records
internal import Roster
internal import System

struct HandOver: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "handover",
        abstract: "Give conversations to a new holder, who can then read them and go on with them.",
        discussion: """
            As their holder: name the conversations, or say --all. As the second of two safeguarding leads: finish what the first one peeled; \
            you are shown what it is, and asked. Every handover is recorded by the keeper before it is made. Nothing is re-encrypted, and the \
            day on which the record is forgotten stays what it was. Who held it before can still open it. Prints the id of each conversation.

            Reasons: \(HandoverReason.list); a holder cannot say lost-key.

            Examples:
              vault-worker handover 5f1c…e0 --to ben --reason agreed \\
                --vault /srv/vault --identity ~/anna
              vault-worker handover --all --to ben --reason leave \\
                --vault /srv/vault --identity ~/anna
              vault-worker handover --peel anna.peel \\
                --vault /srv/vault --identity ~/luis
            """)

    @Argument(help: "The conversations' ids, as 'list' shows them.") var ids: [String] = []
    @Flag(help: "All your conversations.") var all = false
    @Option(help: ArgumentHelp("The new holder, a worker or a lead.", valueName: "name")) var to: String?
    @Option(help: ArgumentHelp("Why: \(HandoverReason.list).", valueName: "reason")) var reason: HandoverReason?
    @Option(help: ArgumentHelp("As the second lead: what the first one wrote.", valueName: "file"), completion: .file()) var peel: String?
    @Flag(help: "With --peel, do not ask: for scripts whose author knows what it is.") var yes = false
    @OptionGroup var person: PersonOptions
    @OptionGroup var output: OutputOptions

    private struct Row: Encodable {
        let conversation: String
        let to: String
        let parts: Int
    }

    func validate() throws {
        guard [!ids.isEmpty, all, peel != nil].count(where: { $0 }) == 1 else {
            throw ValidationError("name the conversations, or --all of them, or a --peel file")
        }
        guard (to == nil) == (peel != nil), (reason == nil) == (peel != nil) else {
            throw ValidationError("a holder says --to whom and the --reason; a --peel file says both already")
        }
        guard reason?.isForHolders ?? true else {
            throw ValidationError("who has lost their key cannot hand anything over: two leads can, with 'vault-worker peel'")
        }
        for id in ids { _ = try ConversationID(argument: id) }
        guard !yes || peel != nil else { throw ValidationError("--yes goes with --peel") }
    }

    func run() throws {
        let session = try person.begin(as: Workers.self)
        _ = try session.keeper.today()
        let maker = HandoverMaker(
            session.reader, store: session.store, roster: session.roster, register: session.keeper, now: session.now)
        if let peel { return try finish(peel, session, maker) }
        guard let to, let reason else { return }
        try handOver(session, maker, to: session.recipient(named: to), reason: reason)
    }

    /// As the holder.
    private func handOver(
        _ session: borrowing PersonSession, _ maker: HandoverMaker, to recipient: Holder, reason: HandoverReason
    ) throws {
        guard recipient.keyID != session.holder.keyID else {
            throw ConsoleError(.nothing, "they are yours already: name somebody else with --to")
        }
        let chosen = all ? try session.chosen(heldBy: [session.holder.keyID]) : try session.chosen(ids)
        guard !chosen.isEmpty else { throw ConsoleError(.nothing, "you have no conversations: nothing was handed over") }
        var (rows, failures): ([Row], Failures) = ([], Failures())
        var progress = Progress("handing over", of: chosen.count)
        for (index, one) in chosen.enumerated() {
            progress.update(index)
            do throws(HandingOverError) {
                let (parts, others) = try maker.handOver(one.parts, of: one.id, by: session.owner, to: recipient, reason: reason)
                rows.append(Row(conversation: one.id.description, to: recipient.name, parts: parts))
                if others > 0 { Output.note("\(one.id): \(others) parts are sealed to somebody else, and were not handed over") }
            } catch {
                // Of all that there is, some may have been handed over before.
                if !(all && error.code == .nothing) { failures.add(one.id, error) }
            }
        }
        try tell(rows, failures)
    }

    /// As the second lead.
    private func finish(_ path: String, _ session: borrowing PersonSession, _ maker: HandoverMaker) throws {
        guard session.owner.role == .lead else {
            throw ConsoleError(.wrongIdentity, "only a safeguarding lead can do this: your card is of another role")
        }
        let peels = try PeelFile.parse(session.fileSystem.readFile(path, limitBytes: Limits.peelFileBytes))
        var words: [String] = []
        var counts: [String: Int] = [:]
        for peel in peels {
            let (first, recipient, terms) = try maker.review(peel, for: session.holder)
            words.append(
                "  \(terms.conversation), kept until \(terms.expiry), \(terms.items.count) parts, held by \(holder(of: terms, session))")
            counts["\(first.name), a lead, wants to hand over to \(recipient.name), because \(terms.reason.words):", default: 0] += 1
        }
        for (sentence, count) in counts.sorted(by: { $0.key < $1.key }) { Output.note("\(sentence) \(count) records") }
        Output.note(words.joined(separator: "\n"))
        Output.note("With your yes they can read them. It is recorded, and cannot be taken back.")
        if !yes {
            let answer = try Terminal.readLine(prompt: "Hand over? Type yes: ")
            guard answer == "yes" else { throw ConsoleError(.notAgreed, "not agreed to: nothing was handed over") }
        }
        var (rows, failures): ([Row], Failures) = ([], Failures())
        var progress = Progress("handing over", of: peels.count)
        for (index, peel) in peels.enumerated() {
            progress.update(index)
            do throws(HandingOverError) {
                let (_, recipient, terms) = try maker.review(peel, for: session.holder)
                let parts = try maker.finish(peel, by: session.owner, as: session.holder)
                rows.append(Row(conversation: terms.conversation.description, to: recipient.name, parts: parts))
            } catch {
                failures.add(nil, error)
            }
        }
        try tell(rows, failures)
    }

    /// Who holds a record now, as far as headers and roster tell.
    private func holder(of terms: HandoverTerms, _ session: borrowing PersonSession) -> String {
        let names = terms.items.compactMap { item -> String? in
            guard let part = (try? session.store.part(item.part, of: terms.conversation, expiring: terms.expiry)) ?? nil,
                let holder = try? session.store.header(of: part).holder
            else { return nil }
            return session.roster.card(keyID: holder.key)?.name
        }
        return names.isEmpty ? "nobody that the roster knows" : Set(names).sorted().joined(separator: " and ")
    }

    private func tell(_ rows: [Row], _ failures: Failures) throws {
        if rows.isEmpty { try failures.finish(done: 0) }
        if output.json { try Output.json(rows) } else { for row in rows { try Output.line(row.conversation) } }
        Output.note("Handed over: \(rows.count) records. The keeper has written it down.")
        try failures.finish(done: rows.count)
    }
}
