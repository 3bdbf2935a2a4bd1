/// What somebody, or a program, is in the vault.
package enum Role: String, CaseIterable, Codable, Sendable {
    /// A social worker.
    case worker
    /// A safeguarding lead: a worker who also approves acts, and with another lead opens any record.
    case lead
    /// A team that receives copies.
    case team
    /// The machine that receives chats and seals them.
    case service
    /// The daemon that keeps the calendar.
    case keeper

    /// Whether records and copies are sealed to this role: it has a record key and recipients. The others have a signing key alone.
    package var isHolder: Bool {
        switch self {
        case .worker, .lead, .team: true
        case .service, .keeper: false
        }
    }
}
