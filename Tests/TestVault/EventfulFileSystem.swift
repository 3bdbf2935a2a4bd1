import Synchronization
package import System

/// A file system where something else happens before one of its operations, as others work beside whoever uses it.
package final class EventfulFileSystem: ForwardingFileSystem {
    private let other: any FileSystem
    private let number: Int
    private let event: @Sendable () -> Void
    private let count = Mutex(0)

    /// `other`, where `event` happens before the operation with this number, from 0.
    package init(_ other: any FileSystem, before number: Int, _ event: @escaping @Sendable () -> Void) {
        self.other = other
        self.number = number
        self.event = event
    }

    /// Whether it has happened.
    package var hasHappened: Bool { count.withLock { $0 > number } }

    /// The other one, which is asked for anew with each operation.
    package var base: any FileSystem {
        let isNow = count.withLock { count in
            count += 1
            return count == number + 1
        }
        if isNow { event() }
        return other
    }
}
