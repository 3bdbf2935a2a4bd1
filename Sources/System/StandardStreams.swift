internal import Glibc
internal import Synchronization

/// Where a program's answers and a person's messages go.
package enum OutputStream: Sendable {
    /// Standard output: what was asked for.
    case output
    /// Standard error: what a person should know.
    case error

    fileprivate var descriptor: Int32 {
        switch self {
        case .output: STDOUT_FILENO
        case .error: STDERR_FILENO
        }
    }
}

/// Standard input, output and error, without buffers: what is written has left the process when the call returns.
package enum StandardStreams {
    /// Descriptor 0.
    package static let inputDescriptor: Int32 = 0

    // A text must not be torn apart by another thread's.
    private static let turn = Mutex(())

    // Once: a reader that goes away is an error to be handled, not a signal to die of.
    private static let ignoreBrokenPipes: Void = { _ = signal(SIGPIPE, SIG_IGN) }()

    /// Writes all of `text`; throws `closed` where nobody reads any more.
    package static func write(_ text: String, to stream: OutputStream) throws(HostError) {
        let bytes = Array(text.utf8)
        try write(unsafe bytes.span.bytes, to: stream)
    }

    /// Writes all of `bytes`, straight from where they lie; throws `closed` where nobody reads any more.
    package static func write(_ bytes: RawSpan, to stream: OutputStream) throws(HostError) {
        ignoreBrokenPipes
        try turn.withLock { _ throws(HostError) in
            try Descriptors.write(stream.descriptor, bytes, stream == .output ? "write to standard output" : "write to standard error")
        }
    }

    /// Everything that comes on standard input; throws `tooLong` over `limitBytes`. Not for secrets.
    package static func readAllStandardInput(limitBytes: Int) throws(HostError) -> [UInt8] {
        try Descriptors.readAll(inputDescriptor, limitBytes: limitBytes, "read standard input")
    }
}
