package import Logging

/// What a line of the keeper's log tells of: a word that stands in each of them, for programs that watch the log. `Docs/Operating.md` says what
/// each means.
package enum KeeperEvent: String, CaseIterable, Sendable {
    /// The keeper answers.
    case started
    /// The keeper has ended.
    case stopped
    /// How memory, identity or access stand at the start.
    case start
    /// Days were torn off.
    case sweep
    /// Pages were drawn.
    case pages
    /// Files were removed whose keys are gone.
    case files
    /// An act on conversations was done.
    case act
    /// A cell or a replica went away, or is there again.
    case cells
    /// Recovery was tried.
    case drill
    /// A certificate of destruction was written.
    case certificate
    /// A copy, an acknowledgement or another act of a program was marked in the ledger.
    case mark
    /// A handover was written down.
    case handover
    /// Another roster is in force, or the configuration was read again.
    case reload
    /// Somebody was refused, or had no room.
    case refused
    /// Something that the keeper does by itself does not work.
    case problem
    /// It works again.
    case solved
    /// Something stands as a warning in status.
    case warning
    /// A connection ended.
    case connection
    /// The keeper does not answer its own question.
    case silent
}

extension Logger {
    /// Writes a line that tells of an event.
    ///
    /// Never in it: a name, an id of a conversation, a request or a vault's file, a reason, a path of a cell. User ids are those of programs on
    /// this machine.
    ///
    /// - Parameters:
    ///   - level: how much it matters.
    ///   - event: what it tells of.
    ///   - text: one line for people.
    ///   - details: the same for programs: days, counts and serial numbers by name.
    package func tell(_ level: Level, _ event: KeeperEvent, _ text: String, _ details: [String: String] = [:]) {
        var metadata: Metadata = ["event": .string(event.rawValue)]
        for (name, value) in details { metadata[name] = .string(value) }
        log(level: level, "\(text)", metadata: metadata)
    }
}
