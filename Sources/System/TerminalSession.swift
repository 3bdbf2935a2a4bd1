internal import CSystemShim
internal import Glibc

/// One question at a terminal: what must be put back afterwards, whatever happens.
///
/// The signals that would end or stop the program are held back while the echo is off. When one comes, the question ends, the terminal is put
/// right, and only then may the signal act. Nothing can be done about SIGKILL.
@safe final class TerminalSession {
    private static let heldBack = [SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGTSTP]

    private let terminal: OwnedDescriptor
    private let signals: OwnedDescriptor
    private let number: Int32
    private let signalNumber: Int32
    private var settings = termios()
    private var oldMask = sigset_t()
    private var isSilent = false

    /// Opens the terminal at `path`; throws `noTerminal` where there is none. It is silent until `end()`, if asked.
    init(_ path: String, isSilent: Bool) throws(HostError) {
        number = retrying { unsafe open(path, O_RDWR | O_NOCTTY | O_CLOEXEC) }
        terminal = OwnedDescriptor(number)
        guard number >= 0, isatty(number) == 1, unsafe tcgetattr(number, &settings) == 0 else {
            throw HostError(.noTerminal, "cannot ask: there is no terminal; give the answer in a file or on standard input")
        }
        var held = sigset_t()
        unsafe sigemptyset(&held)
        for signal in Self.heldBack { unsafe sigaddset(&held, signal) }
        unsafe pthread_sigmask(SIG_BLOCK, &held, &oldMask)
        signalNumber = unsafe shim_signal_descriptor(&held)
        signals = OwnedDescriptor(signalNumber)
        guard signalNumber >= 0 else {
            let failure = errno
            unsafe pthread_sigmask(SIG_SETMASK, &oldMask, nil)
            throw HostError(errno: failure, "watch for signals")
        }
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

    /// Whether the person asked to stop the program for a while (Ctrl-Z), which happens in `end()`.
    var isSuspended: Bool {
        var pending = sigset_t()
        unsafe sigpending(&pending)
        return unsafe sigismember(&pending, SIGTSTP) == 1 && sigismember(&oldMask, SIGTSTP) == 0
    }

    /// Puts the terminal right and lets a signal act that was held back.
    func end() {
        guard terminal.value != nil else { return }
        if isSilent { unsafe tcsetattr(number, TCSANOW, &settings) }
        terminal.close()
        guard signals.value != nil else { return }
        signals.close()
        unsafe pthread_sigmask(SIG_SETMASK, &oldMask, nil)
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
            var entries = [
                pollfd(fd: number, events: Int16(POLLIN), revents: 0), pollfd(fd: signalNumber, events: Int16(POLLIN), revents: 0),
            ]
            guard unsafe poll(&entries, 2, -1) >= 0 else {
                if errno == EINTR { continue }
                throw HostError(errno: errno, "wait for the terminal")
            }
            if entries[1].revents != 0 { throw HostError(.interrupted, "cannot read the answer: it was interrupted") }
            if entries[0].revents != 0 { return }
        }
    }
}
