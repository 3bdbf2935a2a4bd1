package import Roster

/// A request that was written into a file, to be approved, as `--json` tells it.
package struct WrittenRequest: Encodable {
    private let act: String
    private let request: String

    /// The request of an act in a file.
    package init(_ act: Act, at path: String) {
        self.act = act.rawValue
        request = path
    }
}
