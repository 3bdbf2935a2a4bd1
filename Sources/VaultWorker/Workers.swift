internal import PersonalConsole
internal import Roster

/// Whose program this is.
enum Workers: Owner {
    static let program = "vault-worker"
    static let example = "--vault /srv/vault --identity ~/anna"
    static let roles: Set<Role> = [.worker, .lead]
    static let refusal = "the identity is not a worker's or a lead's: name yours with --identity; a team works with 'vault-team'"
}
