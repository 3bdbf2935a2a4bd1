/// A state of one of libsodium's functions in a piece of guarded memory, because the state holds a key.
///
/// A guarded allocation of its own would cost as much time as decrypting a short conversation, and two memory mappings for each stream that
/// is open.
package struct GuardedState<State: BitwiseCopyable>: ~Copyable, Sendable {
    private var bytes = SecretBytes(zeros: MemoryLayout<State>.size)

    /// A state of zeros.
    package init() {
        precondition(MemoryLayout<State>.alignment <= GuardedSlab.alignmentBytes, "a piece of a slab is aligned well enough")
    }

    /// Lets `body` hand the state to the library.
    package mutating func withPointer<R>(_ body: (UnsafeMutablePointer<State>) -> R) -> R {
        var span = bytes.mutableBytes
        return unsafe span.withMutablePointer { start, _ in
            unsafe start.withMemoryRebound(to: State.self, capacity: 1) { unsafe body($0) }
        }
    }
}
