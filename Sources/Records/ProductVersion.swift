/// Which version of the software this is: stands on what it certifies.
package enum ProductVersion {
    /// The version of all five programs.
    package static let current = "0.1"
}
