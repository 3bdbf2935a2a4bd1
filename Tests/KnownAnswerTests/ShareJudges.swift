import Identity
import Records
import Roster
import Sharing

/// What a statement says.
@Sendable func judgeStatement(_ answer: KnownAnswer) throws -> [KnownAnswer.Field] {
    guard let statement = Statement(parsing: try answer.file("statement.txt")) else { return refused }
    return [
        ("expect", "accepted"), ("bundle", "\(statement.bundle)"),
        ("events", "\(statement.events.lowerBound)-\(statement.events.upperBound)"),
        ("retain-until", "\(statement.retainUntil)"), ("created", "\(statement.created)"),
    ]
}

/// Whether a line is a consent, and has a real name.
@Sendable func judgeConsent(_ answer: KnownAnswer) throws -> [KnownAnswer.Field] {
    let line = try answer.file("line")
    guard let consent = try? CanonicalJSON.value(Consent.self, fromLine: line, limitBytes: Limits.recordBytes),
        consent.type == Consent.type
    else { return [("expect", "passed-over")] }
    return [("expect", "accepted"), ("real-name", Consent.isRealName(consent.real_name) ? "yes" : "no")]
}

/// What the importer says of a bundle.
@Sendable func judgeBundle(_ answer: KnownAnswer) throws -> [KnownAnswer.Field] {
    let owner = try openedIdentity(answer, "family-support")
    do {
        let bundle = try UnverifiedBundle(answer.file("copy.age")).verified(
            for: owner, sender: commonRoster(answer), today: answer.value("today") { Day(text: $0) })
        return [("expect", "genuine"), ("bundle", "\(bundle.statement.bundle)"), ("lines", counted(bundle.lines))]
    } catch let error as SharingError {
        return [("expect", try name(of: error.code))]
    }
}

private func name(of code: SharingError.Code) throws -> String {
    switch code {
    case .notGenuine: "not-genuine"
    case .notForYou: "not-for-you"
    case .unknownSender: "unknown-sender"
    case .newerRoster: "newer-roster"
    case .expired: "expired"
    case .incomplete, .noRealName, .noConsent, .notGiven, .otherTeam, .failed:
        throw KnownAnswer.FormError(what: "an importer does not say \(code)")
    }
}

/// Whether a line is an event.
@Sendable func judgeEvent(_ answer: KnownAnswer) throws -> [KnownAnswer.Field] {
    do {
        let event = try EventLine(answer.file("line"))
        return [("expect", "event"), ("among-workers", event.isInternal ? "yes" : "no")]
    } catch let error as RecordsError {
        return error.code == .unsupportedVersion ? [("expect", "later-version")] : refused
    }
}
