/// A key of a JSON object, held so that comparing two is comparing numbers: making a text of every key would take a third of the time of
/// reading a line.
struct JSONKey: Equatable {
    /// The longest key that can be told from others of its length, in bytes: none that is looked for is longer.
    private static let limitBytes = 16

    private var high: UInt64 = 0
    private var low: UInt64 = 0
    private let count: Int

    /// The key that these bytes of UTF-8 are.
    init(_ bytes: some Collection<UInt8>) {
        count = bytes.count
        guard count <= Self.limitBytes else { return }
        for byte in bytes {
            high = high << 8 | low >> 56
            low = low << 8 | UInt64(byte)
        }
    }
}
