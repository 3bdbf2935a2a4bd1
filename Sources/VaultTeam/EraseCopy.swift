internal import ArgumentParser
internal import Console
internal import Keeper
internal import PersonalConsole
internal import Records
internal import Roster
internal import Sodium
internal import System

struct EraseCopy: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "erase",
        abstract: "Erase your team's own copy before its day, because the young person withdrew or you need it no longer.",
        discussion: """
            Shows what will be erased and asks; then the keeper of your vault destroys its key, and nobody can read it any more, in whatever \
            copy or backup. It takes your team's approval alone, which is signed here. A copy that your leads hold is not erased.

            The keeper must allow your user to ask for acts ('vault-retention run --allow UID:read,seal,act').

            Example:
              vault-team erase 5f1c…e0 --vault /srv/team-vault --identity ~/team
            """)

    @Argument(help: ArgumentHelp("The copies' ids, as 'list' shows them.", valueName: "id")) var ids: [String]
    @Flag(help: "Do not ask: for scripts.") var yes = false
    @OptionGroup var person: PersonOptions
    @OptionGroup var output: OutputOptions

    func validate() throws {
        for id in ids { _ = try ConversationID(argument: id) }
    }

    func run() throws {
        let ids = try ids.map { try ConversationID(argument: $0) }
        let session = try person.begin(as: Teams.self)
        let question = KeeperQuestion(act: Act.erase.rawValue, targets: ids.map { ConversationTarget($0).text })
        let text = try session.keeper.request(CanonicalJSON.line(question))
        let approval = try session.approve(Request(parsing: text), yes: yes)
        let order = KeeperOrder.approved(
            request: String(decoding: text, as: UTF8.self),
            approvals: [
                .init(text: String(decoding: approval.text, as: UTF8.self), signature: String(decoding: approval.signature, as: UTF8.self))
            ])
        let outcome = try CanonicalJSON.value(
            KeeperOutcome.self, fromLine: session.keeper.act(order.json), limitBytes: KeeperFrame.maximumBytes)
        Output.note("Erased: the keys are destroyed, and \(outcome.files) file(s) removed.")
        if output.json { try Output.json(outcome) }
    }
}
