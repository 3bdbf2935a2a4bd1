/// A descriptor to read from, closed when nobody holds this object any more.
///
/// What reads takes the object and not the number, because the number is another file's as soon as the object is gone.
package final class InputDescriptor: Sendable {
    /// Standard input, which stays open.
    package static let standardInput = InputDescriptor(borrowing: 0)

    private let owned: OwnedDescriptor?

    /// Its number, as long as this object lives and was not closed.
    package let number: Int32

    /// Takes over an open descriptor.
    package init(_ number: Int32) {
        owned = OwnedDescriptor(number)
        self.number = number
    }

    /// Uses a descriptor that stays its owner's and outlives this object.
    package init(borrowing number: Int32) {
        owned = nil
        self.number = number
    }

    /// Closes it, unless it is borrowed; nothing may be read from it any more.
    package func close() {
        owned?.close()
    }
}
