package import RecordStore
package import Records

/// A part as it lies in the vault, read and not opened.
package struct FoundPart: Sendable {
    /// Where it lies.
    package let stored: RecordStore.StoredPart
    /// All bytes of it.
    package let file: [UInt8]
    /// Its header; nothing is authenticated by this.
    package let header: PartHeader
}
