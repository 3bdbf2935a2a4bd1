internal import ArgumentParser
internal import Console
internal import HandingOver
internal import Handover
internal import Opening
internal import PersonalConsole
internal import RecordStore
internal import Records
internal import Roster

extension HandoverReason: ExpressibleByArgument {
    /// The reasons as a person reads them in the help.
    static var list: String { allCases.map(\.rawValue).joined(separator: ", ") }
}

/// A conversation that is to be handed over.
struct Chosen {
    let id: ConversationID
    let parts: [RecordStore.StoredPart]
}

extension PersonSession {
    /// Somebody in force who may hold conversations.
    borrowing func recipient(named name: String) throws(ConsoleError) -> Holder {
        guard let holder = try? roster.holder(named: name), Workers.roles.contains(holder.role) else {
            throw ConsoleError(
                .unknownName, "'\(name)' is no worker or lead in force in the roster: name the new holder as the roster does")
        }
        return holder
    }

    /// The conversations with these ids.
    borrowing func chosen(_ ids: [String]) throws -> [Chosen] {
        try ids.map { id in
            let id = try ConversationID(argument: id)
            return Chosen(id: id, parts: try reader.parts(of: id))
        }
    }

    /// Everything that is, or was, sealed or handed over to one of these keys.
    borrowing func chosen(heldBy keys: Set<KeyID>) throws -> [Chosen] {
        try reader.conversations(of: keys).found.map { Chosen(id: $0.id, parts: $0.parts) }
    }
}

/// What failed of many things that are done one after the other: one that fails does not stop the others.
struct Failures {
    private var failures: [ConsoleError] = []

    /// Keeps what a failure says, of a conversation where it is known.
    mutating func add(_ id: ConversationID?, _ error: HandingOverError) {
        failures.append(ConsoleError(error, id.map { "\($0): \(error)" }))
    }

    /// Ends with exit code 1 where something failed: one line where it is all that there is to tell.
    func finish(done: Int) throws {
        guard let first = failures.first else { return }
        guard failures.count > 1 || done > 0 else { throw first }
        for failure in failures { Output.note(failure.description) }
        throw ConsoleError(.incomplete, "\(failures.count) could not be done, for the reasons above; \(done) were")
    }
}
