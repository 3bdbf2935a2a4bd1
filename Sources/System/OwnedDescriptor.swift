internal import Glibc
internal import Synchronization

/// A file descriptor that is closed exactly once.
final class OwnedDescriptor: Sendable {
    private let number: Mutex<Int32?>

    init(_ number: Int32) {
        self.number = Mutex(number)
    }

    deinit {
        close()
    }

    /// The descriptor; nil once it is closed.
    var value: Int32? { number.withLock { $0 } }

    /// Runs `body` with the descriptor, which nobody can close meanwhile; does nothing once it is closed.
    func whileOpen(_ body: (Int32) -> Void) {
        number.withLock { number in
            if let open = number { body(open) }
        }
    }

    /// Closes it, if that has not been done.
    func close() {
        number.withLock { number in
            if let open = number { _ = Glibc.close(open) }
            number = nil
        }
    }
}
