/// Padmé (Nikitin et al., "Reducing Metadata Leakage from Encrypted Files and Communication with PURBs", 2019).
///
/// Lengths are rounded up so that at most O(log log L) bits of a length show, for at most 12 % more bytes.
package enum Padme {
    /// The padded length, in bytes, of `length` bytes.
    package static func padded(_ length: Int) -> Int {
        guard length > 1 else { return length }
        let exponent = Int.bitWidth - 1 - length.leadingZeroBitCount
        let significant = Int.bitWidth - exponent.leadingZeroBitCount
        let mask = exponent > significant ? 1 << (exponent - significant) - 1 : 0
        return (length + mask) & ~mask
    }
}
