internal import PersonalConsole
internal import Roster

/// Whose program this is.
enum Teams: Owner {
    static let program = "vault-team"
    static let example = "--vault /srv/team-vault --identity ~/team"
    static let roles: Set<Role> = [.team]
    static let refusal = "the identity is not a team's: name your team's with --identity; a worker works with 'vault-worker'"
}
