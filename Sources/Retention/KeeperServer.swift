internal import Keeper
package import Logging
internal import Sodium
internal import Synchronization
package import System

/// Listens on the keeper's socket: a thread for each connection, and no more of them than a few.
package final class KeeperServer: Sendable {
    /// What bounds the connections.
    package struct Limits: Sendable {
        /// The most connections at once.
        package var connections = 256
        /// The most of one user, so that none can keep the others out.
        package var connectionsOfOneUser = 64
        /// The most of users who are not allowed anything: they get a moment to ask, so that they hear why not.
        package var strangers = 8
        /// How long a connection may be silent between questions: an hour.
        package var idleMilliseconds = 3_600_000
        /// How long a question may take to come, and an answer to be taken: 10 seconds.
        package var messageMilliseconds = 10_000
        /// How long a stranger may take to ask: a second.
        package var strangerMilliseconds = 1_000

        /// The bounds that the program uses.
        package init() {}
    }

    /// Mode of the socket: anybody may knock. Who is let in is decided by user id, question by question; the mode would only add a second
    /// rule, and a message that says less.
    package static let socketMode: UInt32 = 0o666

    private struct Guest {
        let connection: LocalSocketConnection
        let isStranger: Bool
        var thread: RunningThread?
    }

    private struct Guests {
        var next = 0
        var present: [Int: Guest] = [:]
    }

    private let desk: KeeperDesk
    private let listener: LocalSocketListener
    private let limits: Limits
    private let log: Logger
    private let guests = Mutex(Guests())
    private let complaints = Atomic(0)
    private let doorman = Mutex<RunningThread?>(nil)

    /// Listens at `socket` and begins to answer.
    ///
    /// - Throws: `busy` where somebody listens there already, `failed` for a path that cannot be used.
    package convenience init(_ desk: KeeperDesk, socket: String, limits: Limits = Limits(), log: Logger) throws(RetentionError) {
        let listener: LocalSocketListener
        do throws(SocketError) {
            listener = try LocalSocketListener(path: socket, mode: Self.socketMode)
        } catch {
            guard error.code == .notFound else { throw RetentionError(error) }
            throw RetentionError(
                .failed, "cannot listen on \(socket): its directory does not exist; make it, or use another one with --keeper")
        }
        try self.init(desk, on: listener, limits: limits, log: log)
    }

    /// Begins to answer on a socket that listens.
    package init(_ desk: KeeperDesk, on listener: LocalSocketListener, limits: Limits = Limits(), log: Logger) throws(RetentionError) {
        self.desk = desk
        self.listener = listener
        self.limits = limits
        self.log = log
        let thread: RunningThread
        do throws(HostError) {
            thread = try Threads.start(name: "keeper-door") { [self] in welcome() }
        } catch {
            throw RetentionError(.failed, error.message)
        }
        doorman.withLock { $0 = thread }
    }

    /// Where it listens.
    package var socket: String { listener.path }

    /// How many connections there are.
    package var connectionCount: Int { guests.withLock { $0.present.count } }

    /// Ends: lets nobody in any more, sends away who is there, and waits until the last answer under way is finished.
    package func stop() {
        listener.close()
        doorman.withLock { $0.take() }?.join()
        let present = guests.withLock { Array($0.present.values) }
        for guest in present { guest.connection.shutdown() }
        for guest in present { guest.thread?.join() }
    }

    /// Lets connections in until the listener is closed.
    private func welcome() {
        while true {
            do throws(SocketError) {
                if let connection = try listener.accept(timeoutMilliseconds: nil) { admit(connection) }
            } catch {
                if error.code == .closed { return }
                // No descriptors are left, say: trying again at once would change nothing.
                log.tell(.error, .connection, error.message)
                OwnProcess.pause(milliseconds: 200)
            }
        }
    }

    private func admit(_ connection: LocalSocketConnection) {
        let user = connection.peer.user
        let isStranger = !desk.admits(user)
        if isStranger { complain("refused user \(user), who is not allowed to ask anything", user) }
        guard let number = makeRoom(for: Guest(connection: connection, isStranger: isStranger, thread: nil)) else {
            complain("too many connections, refused user \(user)", user)
            desk.countNoRoom()
            return turnAway(connection, KeeperError(.limited, "there are too many connections to the keeper: try again in a few seconds"))
        }
        do throws(HostError) {
            let thread = try Threads.start(name: "keeper-guest") { [self] in
                if isStranger { refuse(connection) } else { converse(connection, user: user) }
                connection.close()
                guests.withLock { _ = $0.present.removeValue(forKey: number) }
            }
            guests.withLock { $0.present[number]?.thread = thread }
        } catch {
            log.tell(.error, .connection, error.message)
            guests.withLock { _ = $0.present.removeValue(forKey: number) }
            turnAway(connection, KeeperError(.failed, "the keeper has no room for another connection: try again in a few seconds"))
        }
    }

    /// Logs what a guest did wrong: the 1st time, the 2nd, 4th, 8th, …, so that no guest can fill the disk with it.
    private func complain(_ text: String, _ user: UInt32) {
        let count = complaints.add(1, ordering: .relaxed).newValue
        guard count & (count - 1) == 0 else { return }
        log.tell(.warning, .refused, "\(text) (complaint \(count) since the start)", ["user": "\(user)", "count": "\(count)"])
    }

    /// The number under which a guest is kept; nil where there is no room.
    private func makeRoom(for guest: Guest) -> Int? {
        guests.withLock { guests in
            let present = guests.present.values
            let hasRoom =
                guest.isStranger
                ? present.count(where: \.isStranger) < limits.strangers
                : present.count { !$0.isStranger } < limits.connections
                    && present.count { $0.connection.peer.user == guest.connection.peer.user } < limits.connectionsOfOneUser
            guard hasRoom else { return nil }
            guests.next += 1
            guests.present[guests.next] = guest
            return guests.next
        }
    }

    /// Hears one question out, whatever it is, before it refuses: who is sent away while still asking does not hear the answer.
    private func refuse(_ connection: LocalSocketConnection) {
        _ = try? KeeperWire.readRequest(
            from: connection, idleMilliseconds: limits.strangerMilliseconds, messageMilliseconds: limits.strangerMilliseconds)
        try? connection.write(KeeperDesk.notAdmitted.frame.rawSpan)
    }

    private func turnAway(_ connection: LocalSocketConnection, _ error: KeeperError) {
        // Short: the doorman has others to let in, and a frame of this length fits into any socket's buffer.
        connection.setTimeouts(sendMilliseconds: 100, receiveMilliseconds: 100)
        try? connection.write(error.frame.rawSpan)
        connection.close()
    }

    /// Answers question after question until the other side ends it, is too slow, or is not understood.
    private func converse(_ connection: LocalSocketConnection, user: UInt32) {
        do throws(SocketError) {
            while true {
                let incoming = try KeeperWire.readRequest(
                    from: connection, idleMilliseconds: limits.idleMilliseconds, messageMilliseconds: limits.messageMilliseconds)
                switch incoming {
                case .end: return
                case .impossibleLength: return try connection.write(KeeperDesk.malformed.frame.rawSpan)
                case .frame(let frame):
                    guard try write(desk.answer(frame, from: user), to: connection) else { return }
                }
            }
        } catch {
            // Whoever went away, or stayed silent, needs no answer.
            log.tell(.debug, .connection, "a connection ended: \(error.message)")
        }
    }

    /// Writes an answer; false where it is the last.
    private func write(_ answer: consuming KeeperDesk.Answer, to connection: LocalSocketConnection) throws(SocketError) -> Bool {
        switch consume answer {
        case .leaves(let frame):
            try connection.write(frame.bytes)
            return true
        case .plain(let frame):
            try connection.write(frame.rawSpan)
            return true
        case .last(let frame):
            try connection.write(frame.rawSpan)
            return false
        }
    }
}
