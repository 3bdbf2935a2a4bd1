internal import CSodium

/// Where fresh bytes come from; a parameter, so that a test can prove what is drawn and when.
package protocol RandomSource: Sendable {
    /// Fills all of `bytes`.
    func fill(_ bytes: inout MutableRawSpan)
}

extension RandomSource {
    /// `count` fresh bytes that are not secret: an identifier, a salt.
    package func bytes(_ count: Int) -> [UInt8] {
        [UInt8](count: count) { (bytes: inout MutableRawSpan) in fill(&bytes) }
    }
}

/// The operating system's random source, through libsodium's `randombytes_buf`.
package struct SystemRandom: RandomSource {
    /// The system's source.
    package init() {}

    /// Fills all of `bytes` from the kernel.
    package func fill(_ bytes: inout MutableRawSpan) {
        Library.start()
        unsafe bytes.withMutablePointer { pointer, count in unsafe randombytes_buf(pointer, count) }
    }
}
