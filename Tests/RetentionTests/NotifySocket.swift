import Foundation
import Glibc

/// A service manager's end of the notification socket: what sd_notify(3) sends to.
final class NotifySocket {
    /// What NOTIFY_SOCKET is set to.
    let name: String
    private let descriptor: Int32

    /// A socket at a path, or with `@` in front one without a file.
    init(_ name: String) throws {
        self.name = name
        descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue), 0)
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        unsafe withUnsafeMutableBytes(of: &address.sun_path) { bytes in
            unsafe bytes.copyBytes(from: name.utf8)
            if name.hasPrefix("@") { unsafe bytes[0] = 0 }
        }
        let length = socklen_t(MemoryLayout<sa_family_t>.size + name.utf8.count)
        let result = unsafe withUnsafePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { unsafe bind(descriptor, $0, length) }
        }
        guard result == 0 else { throw CocoaError(.fileWriteUnknown) }
    }

    deinit {
        close(descriptor)
        if !name.hasPrefix("@") { _ = unsafe unlink(name) }
    }

    /// The next datagram; nil where none comes within so many seconds.
    func next(seconds: Int32 = 30) -> String? {
        var entry = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        guard unsafe poll(&entry, 1, seconds * 1000) > 0 else { return nil }
        var bytes = [UInt8](repeating: 0, count: 4096)
        let count = unsafe recv(descriptor, &bytes, bytes.count, 0)
        return count < 0 ? nil : String(decoding: bytes.prefix(count), as: UTF8.self)
    }

    /// The next datagram that begins so, whatever comes before it.
    func next(beginning prefix: String) -> String? { next { $0.hasPrefix(prefix) } }

    /// The next datagram that is wanted, whatever comes before it.
    func next(where isWanted: (String) -> Bool) -> String? {
        while let text = next() {
            if isWanted(text) { return text }
        }
        return nil
    }

    /// What lies there, without waiting.
    func drain() -> [String] {
        var all: [String] = []
        while let text = next(seconds: 0) { all.append(text) }
        return all
    }
}
