internal import Glibc

/// The service manager that started this process, which is told how it is: one datagram for each message, as sd_notify(3) lays down.
///
/// Where nobody wants to be told (NOTIFY_SOCKET is not set) there is none. A message that cannot be delivered is lost, and changes nothing for
/// the program; the manager notices by what does not come.
package struct ServiceManager: Sendable {
    /// What it can be told.
    package enum Message: Equatable, Sendable {
        /// The service answers.
        case ready
        /// It looks at its configuration again, and says `ready` when it is done.
        case reloading
        /// It ends.
        case stopping
        /// It is alive: the watchdog begins to count anew.
        case alive
        /// A line about how it is, for people.
        case status(String)

        /// The datagram.
        var text: String {
            switch self {
            case .ready: "READY=1"
            case .reloading: "RELOADING=1\nMONOTONIC_USEC=\(Deadline.nowNanoseconds() / 1000)"
            case .stopping: "STOPPING=1"
            case .alive: "WATCHDOG=1"
            // A line feed would begin another assignment.
            case .status(let line): "STATUS=\(line.replacing("\n", with: " "))"
            }
        }
    }

    /// How long a full queue of the manager's is waited for, in microseconds.
    private static let patienceMicroseconds = 500_000

    private let address: DatagramAddress

    /// How often it wants to hear that the service is alive, in milliseconds: sooner than this after each time. Nil where it does not ask.
    package let watchdogMilliseconds: Int?

    /// The manager that these environment variables name: NOTIFY_SOCKET, a path or `@` and an abstract name, and WATCHDOG_USEC, which counts
    /// where WATCHDOG_PID is this process or is not set.
    package init?(environment: [String: String]) {
        guard let name = environment["NOTIFY_SOCKET"], let address = DatagramAddress(name) else { return nil }
        self.address = address
        let isMeant = environment["WATCHDOG_PID"].map { $0 == "\(getpid())" } ?? true
        let microseconds = environment["WATCHDOG_USEC"].flatMap { Int($0) } ?? 0
        watchdogMilliseconds = isMeant && microseconds >= 1000 ? microseconds / 1000 : nil
    }

    /// Tells it all of these at once; whether that could be delivered.
    @discardableResult
    package func tell(_ messages: Message...) -> Bool {
        let number = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        guard number >= 0 else { return false }
        defer { _ = Glibc.close(number) }
        var time = timeval(tv_sec: 0, tv_usec: Self.patienceMicroseconds)
        unsafe setsockopt(number, SOL_SOCKET, SO_SNDTIMEO, &time, socklen_t(MemoryLayout<timeval>.size))
        let bytes = Array(messages.map(\.text).joined(separator: "\n").utf8)
        return retrying { address.send(bytes, from: number) } == bytes.count
    }
}

/// The address of a datagram socket: a path, or a name without a file.
@safe private struct DatagramAddress: Sendable {
    private var address = sockaddr_un()
    private let lengthBytes: Int

    /// The address that a path, or `@` and a name, means; nil for anything else, and for one that is too long.
    init?(_ name: String) {
        guard let first = name.utf8.first, first == UInt8(ascii: "/") || first == UInt8(ascii: "@"), !name.utf8.contains(0),
            (2...LocalSocketAddress.pathLimitBytes).contains(name.utf8.count)
        else { return nil }
        address.sun_family = sa_family_t(AF_UNIX)
        unsafe withUnsafeMutableBytes(of: &address.sun_path) { bytes in
            unsafe bytes.copyBytes(from: name.utf8)
            if first == UInt8(ascii: "@") { unsafe bytes[0] = 0 }
        }
        // All bytes of an abstract name count, so that none may follow it; of a path the zero byte may be left out, too.
        lengthBytes = MemoryLayout<sa_family_t>.size + name.utf8.count
    }

    /// Sends a datagram there; -1 and `errno` on failure.
    func send(_ bytes: [UInt8], from descriptor: Int32) -> Int {
        unsafe withUnsafePointer(to: address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                unsafe sendto(descriptor, bytes, bytes.count, Int32(MSG_NOSIGNAL), $0, socklen_t(lengthBytes))
            }
        }
    }
}
