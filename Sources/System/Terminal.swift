internal import Glibc

/// Asks the person at the terminal, and reads single lines from where a program was told to.
package enum Terminal {
    /// The longest line that a terminal hands over.
    package static let lineLimitBytes = 4095

    /// The terminal that belongs to the process, whatever its standard streams are connected to.
    package static let ownTerminal = "/dev/tty"

    /// Asks with echo off and reads the answer straight into `bytes`; returns its length.
    ///
    /// Throws `noTerminal`, `tooLong` where the answer does not fit, `endOfInput` (Ctrl-D), `interrupted` where a signal came and the
    /// program survived it. The terminal is put right in all of these cases, and before SIGINT, SIGTERM, SIGHUP, SIGQUIT or SIGTSTP acts.
    /// Where it throws, `bytes` is wiped.
    package static func readSecretLine(
        prompt: String,
        terminal path: String = ownTerminal,
        into bytes: inout MutableRawSpan
    ) throws(HostError) -> Int {
        try ask(prompt, path, isSilent: true, into: &bytes)
    }

    /// Asks with echo on. Throws as `readSecretLine` does, and `notText` where the answer is not UTF-8.
    package static func readLine(prompt: String, terminal path: String = ownTerminal) throws(HostError) -> String {
        var buffer = [UInt8](repeating: 0, count: lineLimitBytes)
        let length = try ask(prompt, path, into: &buffer)
        guard let text = String(validating: buffer[..<length], as: UTF8.self) else {
            throw HostError(.notText, "cannot read the answer: it is not text in UTF-8")
        }
        return text
    }

    /// Reads one line from a descriptor straight into `bytes`, without one LF or CRLF at its end; returns its length.
    ///
    /// Nothing behind the line is consumed, so that the next line can be read by a second call. The last line need not end in LF. Throws
    /// `endOfInput` where nothing is left and `tooLong` where the line does not fit (then part of it is consumed); `bytes` is wiped.
    package static func readSecretLine(descriptor: InputDescriptor, into bytes: inout MutableRawSpan) throws(HostError) -> Int {
        defer { withExtendedLifetime(descriptor) {} }
        return try SecretLine(descriptor.number).read(into: &bytes)
    }

    /// The same from a bare number, which the caller keeps open until this returns.
    package static func readSecretLine(descriptor number: Int32, into bytes: inout MutableRawSpan) throws(HostError) -> Int {
        try SecretLine(number).read(into: &bytes)
    }

    /// Whether a descriptor is a terminal.
    package static func isTerminal(descriptor: Int32) -> Bool {
        isatty(descriptor) == 1
    }

    /// Opens what a person named for reading: `-` is standard input, `/dev/fd/N` the open descriptor N, all else a path.
    ///
    /// An open descriptor is read on from where it stands, even a socket, which opening its path again would refuse.
    package static func openForReading(_ path: String) throws(FileError) -> InputDescriptor {
        let number: Int32
        if let open = openDescriptor(path) {
            number = fcntl(open, F_DUPFD_CLOEXEC, 3)
        } else {
            number = retrying { unsafe open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY) }
        }
        guard number >= 0 else { throw FileError(errno: errno, "open", path) }
        let input = InputDescriptor(number)
        var found = stat()
        guard unsafe fstat(number, &found) == 0 else { throw FileError(errno: errno, "open", path) }
        // A directory can be opened for reading, and would fail later and less clearly.
        guard found.st_mode & S_IFMT != S_IFDIR else { throw FileError(.notARegularFile, "open", path) }
        return input
    }

    private static func openDescriptor(_ path: String) -> Int32? {
        if path == "-" || path == "/dev/stdin" { return STDIN_FILENO }
        let prefix = "/dev/fd/"
        guard path.hasPrefix(prefix) else { return nil }
        let digits = path.utf8.dropFirst(prefix.utf8.count)
        guard digits.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }) else { return nil }
        return Int32(String(decoding: digits, as: UTF8.self))
    }

    private static func ask(_ prompt: String, _ path: String, into buffer: inout [UInt8]) throws(HostError) -> Int {
        var elements = buffer.mutableSpan
        var bytes = unsafe elements.mutableBytes
        return try ask(prompt, path, isSilent: false, into: &bytes)
    }

    private static func ask(_ prompt: String, _ path: String, isSilent: Bool, into bytes: inout MutableRawSpan) throws(HostError) -> Int {
        while true {
            let session = try TerminalSession(path, isSilent: isSilent)
            defer { session.end() }
            do throws(HostError) {
                try session.show(prompt)
                let length = try session.readLine(into: &bytes)
                if isSilent { try session.show("\n") }
                return length
            } catch {
                try? session.show("\n")
                session.end()
                // After a pause the question is asked again.
                guard error.code == .interrupted && session.wasSuspended else { throw error }
            }
        }
    }
}
