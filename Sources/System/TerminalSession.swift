internal import CSystemShim
internal import Glibc

/// One question at a terminal: what must be put back afterwards, whatever happens.
///
/// The signals that would end or stop the program are caught meanwhile. When one comes, the question ends, the terminal is put right, and only
/// then is the signal sent again and does what it would have done. Nothing can be done about SIGKILL. A second question at the same time in
/// another thread goes without this care.
@safe final class TerminalSession {
    private static let graceMicroseconds: useconds_t = 100_000

    private let terminal: OwnedDescriptor
    private let number: Int32
    /// Readable when a signal was caught; -1 where another session catches them.
    private let caught: Int32
    /// Readable when a signal waits that this thread blocks, for a `SignalWatcher` say.
    private let blocked: OwnedDescriptor
    private var settings = termios()
    private var isSilent = false
    private var isOver = false

    /// Whether the person asked to stop the program for a while (Ctrl-Z), and the program went on after that; known after `end()`.
    private(set) var wasSuspended = false

    /// Opens the terminal at `path`; throws `noTerminal` where there is none. It is silent until `end()`, if asked.
    init(_ path: String, isSilent: Bool) throws(HostError) {
        number = retrying { unsafe open(path, O_RDWR | O_NOCTTY | O_CLOEXEC) }
        terminal = OwnedDescriptor(number)
        guard number >= 0, isatty(number) == 1, unsafe tcgetattr(number, &settings) == 0 else {
            throw HostError(.noTerminal, "cannot ask: there is no terminal; run it at one, or answer by an option that its help names")
        }
        caught = shim_catch_signals()
        blocked = OwnedDescriptor(shim_blocked_signal_descriptor())
        if isSilent { try silence() }
    }

    deinit {
        end()
    }

    /// Shows `text`.
    func show(_ text: String) throws(HostError) {
        let bytes = Array(text.utf8)
        try Descriptors.write(number, unsafe bytes.span.bytes, "write to the terminal")
    }

    /// The answer; throws `interrupted` when one of the signals came.
    func readLine(into bytes: inout MutableRawSpan) throws(HostError) -> Int {
        do throws(HostError) {
            return try SecretLine(number) { [self] () throws(HostError) in try waitForByte() }.read(into: &bytes)
        } catch {
            // What is left of the line must not become the shell's next command.
            if error.code == .tooLong || error.code == .interrupted { tcflush(number, TCIFLUSH) }
            throw error
        }
    }

    /// Puts the terminal right and lets a signal act that was caught.
    func end() {
        guard !isOver else { return }
        isOver = true
        if isSilent { unsafe tcsetattr(number, TCSANOW, &settings) }
        terminal.close()
        blocked.close()
        guard caught >= 0 else { return }
        let signal = shim_release_signals()
        if signal == SIGTSTP {
            // Not the same again: that may reach another thread, and act only once the next question has silenced the terminal.
            raise(SIGSTOP)
            wasSuspended = true
        } else if signal != 0 {
            kill(getpid(), signal)
            // Where another thread takes it, the end of the process comes a moment later; nothing else should happen before.
            usleep(Self.graceMicroseconds)
        }
    }

    private func silence() throws(HostError) {
        var silent = settings
        silent.c_lflag &= ~tcflag_t(ECHO | ECHONL)
        // Without a flush: what was pasted as two lines answers two questions.
        guard unsafe tcsetattr(number, TCSANOW, &silent) == 0 else { throw HostError(errno: errno, "silence the terminal") }
        isSilent = true
    }

    private func waitForByte() throws(HostError) {
        while true {
            // poll(2) leaves out descriptors below zero.
            var entries = [number, caught, blocked.value ?? -1].map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
            guard unsafe poll(&entries, nfds_t(entries.count), -1) >= 0 else {
                if errno == EINTR { continue }
                throw HostError(errno: errno, "wait for the terminal")
            }
            if entries[2].revents != 0 && entries[1].revents == 0 {
                // Perhaps it is on its way to a thread that does not block it: then it will be caught in a moment.
                usleep(Self.graceMicroseconds)
            }
            if entries[1].revents != 0 || entries[2].revents != 0 {
                throw HostError(.interrupted, "cannot read the answer: it was interrupted")
            }
            if entries[0].revents != 0 { return }
        }
    }
}
