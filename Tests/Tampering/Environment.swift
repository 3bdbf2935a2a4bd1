import Foundation

/// What whoever runs the tests has set.
package enum Environment {
    /// The number in a variable; nil where it is not set, or no number.
    package static func number(_ name: String) -> UInt64? {
        ProcessInfo.processInfo.environment[name].flatMap { UInt64($0) }
    }
}
