internal import CSodium
internal import Synchronization

/// Small pieces of guarded memory cut from larger allocations.
///
/// `sodium_malloc` gives every allocation guard pages of its own, and a process may have some 65,000 mappings: about 16,000 keys. A worker's
/// year needs more, so pieces of up to 256 bytes are cut from slabs of 64 KiB, which are locked, excluded from core dumps, and guarded at
/// both ends. A piece is wiped when it is given back; slabs are kept for reuse.
final class GuardedSlab: Sendable {
    static let shared = GuardedSlab()

    private static let slabBytes = 64 * 1024
    private static let classBytes = [32, 64, 128, 256]

    /// What the address of every piece is a multiple of.
    static let alignmentBytes = 16

    /// Free pieces of each size class.
    private let free = Mutex<[[UInt]]>([[], [], [], []])

    /// A piece of at least `count` bytes, or a guarded allocation of its own if that is larger than the largest class.
    func allocate(_ count: Int) -> UnsafeMutableRawPointer {
        guard let index = Self.classBytes.firstIndex(where: { count <= $0 }) else {
            return unsafe Self.guarded(count)
        }
        let address = free.withLock { pieces -> UInt in
            if let piece = pieces[index].popLast() { return piece }
            let slab = UInt(bitPattern: unsafe Self.guarded(Self.slabBytes))
            let size = UInt(Self.classBytes[index])
            pieces[index] = stride(from: slab + size, to: slab + UInt(Self.slabBytes), by: Int(size)).map { $0 }
            return slab
        }
        guard let pointer = unsafe UnsafeMutableRawPointer(bitPattern: address) else {
            preconditionFailure("a guarded piece has no address")
        }
        return unsafe pointer
    }

    /// Wipes and takes back what `allocate(count)` gave.
    func release(_ pointer: UnsafeMutableRawPointer, count: Int) {
        guard let index = Self.classBytes.firstIndex(where: { count <= $0 }) else {
            unsafe sodium_free(pointer)
            return
        }
        unsafe sodium_memzero(pointer, Self.classBytes[index])
        let address = UInt(bitPattern: pointer)
        free.withLock { $0[index].append(address) }
    }

    private static func guarded(_ count: Int) -> UnsafeMutableRawPointer {
        Library.start()
        guard let pointer = unsafe sodium_malloc(count) else {
            preconditionFailure("no guarded memory is left")
        }
        unsafe sodium_memzero(pointer, count)
        return unsafe pointer
    }
}
