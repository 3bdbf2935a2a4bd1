package import Roster

/// Whose program it is: a worker's is not run with a team's identity, nor the other way round.
package protocol Owner: Sendable {
    /// What the program is called.
    static var program: String { get }
    /// Vault and identity as its examples name them.
    static var example: String { get }
    /// The roles whose identities the program works with.
    static var roles: Set<Role> { get }
    /// What the program says of an identity of any other role.
    static var refusal: String { get }
}
