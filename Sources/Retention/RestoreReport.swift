internal import Certificate
internal import KeyCalendar
internal import Ledger
package import Records
internal import Roster

/// What a restoration brought back, and what it could not: canonical JSON. Nothing in it is secret.
package struct RestoreReport: Codable, Hashable, Sendable {
    /// What of the backup's records was brought back.
    package struct Brought: Codable, Hashable, Sendable {
        /// Files.
        package var files = 0
        /// Conversations.
        package var conversations = 0
        /// Of the files, those that are damaged or not what their names say.
        package var damaged = 0
        /// Of the files, those whose day has no page: nothing opens them.
        package var unreadable = 0
    }

    /// What of the backup's records was left where it is.
    package struct Left: Codable, Hashable, Sendable {
        /// Files of days that are over.
        package var expired = 0
        /// Files of conversations that were erased.
        package var erased = 0
        /// Files and folders that are not the vault's.
        package var foreign = 0
    }

    /// What is known to be missing.
    package struct Missing: Codable, Hashable, Sendable {
        /// Conversations that are held, or kept longer, of which no file is in the backup.
        package var kept = 0
        /// How many acts of each kind the backup does not know of.
        package var actsSinceBackup: [String: Int] = [:]
        /// Acts that were carried out in a lost cell alone: they are undone, and have to be asked for again.
        package var undone: [String] = []
        /// Acts that were begun, and that nobody is known to have carried out: they are not gone on with, and have to be asked for again.
        package var begun: [String] = []

        private enum CodingKeys: String, CodingKey {
            case kept, undone, begun
            case actsSinceBackup = "acts_since_backup"
        }
    }

    /// What the document is.
    package static let type = "transcript-vault restoration 1"

    /// What the document is.
    package let type: String
    /// The vault.
    package let vault: String
    /// The number of the roster in force.
    package let roster: Int
    /// The serial number of the calendar that the cells open.
    package let serial: Int
    /// The day before which everything is destroyed.
    package let highWater: String
    /// How many entries the ledger has.
    package let entries: Int
    /// How many of them the backup has.
    package let backupEntries: Int
    /// When the backup's last entry was written; null where it has none.
    @Nullable package var backupAt: String?
    /// What was brought back.
    package internal(set) var brought = Brought()
    /// What was left.
    package internal(set) var left = Left()
    /// What is missing.
    package internal(set) var missing = Missing()
    /// How many records were tried, and gave a key.
    package internal(set) var tried = 0
    /// What has to be done next.
    package internal(set) var warnings: [String] = []

    private enum CodingKeys: String, CodingKey {
        case type, vault, roster, serial, entries, brought, left, missing, tried, warnings
        case highWater = "high_water"
        case backupEntries = "backup_entries"
        case backupAt = "backup_at"
    }

    init(of plan: borrowing RestorePlan) {
        type = Self.type
        vault = plan.roster.vault.description
        roster = plan.roster.number
        serial = Int(clamping: plan.cells.calendar.serial)
        highWater = plan.cells.calendar.highWater.description
        entries = plan.ledger.reading.entries.count
        backupEntries = plan.ledger.backup.entries.count
        _backupAt = Nullable(wrappedValue: plan.ledger.backup.entries.last?.at.description)
        missing.actsSinceBackup = plan.ledger.actsSinceBackup
        (missing.undone, missing.begun) = (plan.undone, plan.begun)
    }

    /// The report in sentences, one a line.
    package var lines: [String] {
        var lines = [
            "vault \(vault), roster \(roster), calendar \(serial): everything that expired before \(highWater) is destroyed",
            "ledger: \(entries) entries, of which the backup had \(backupEntries)" + (backupAt.map { ", the last of \($0)" } ?? ""),
            "brought back: \(brought.files) file(s) of \(brought.conversations) conversation(s); \(tried) of them tried, each gave its key",
        ]
        if brought.damaged > 0 { lines.append("\(brought.damaged) of the files are damaged: 'vault-admin check' names them") }
        if brought.unreadable > 0 { lines.append("\(brought.unreadable) of the files are of days without a page: nothing opens them") }
        if left.expired + left.erased > 0 {
            lines.append(
                "not brought back, for their keys are destroyed: \(left.expired) file(s) that expired, \(left.erased) that were erased")
        }
        if left.foreign > 0 { lines.append("\(left.foreign) file(s) or folder(s) of the backup are not the vault's, and were left") }
        if missing.kept > 0 {
            lines.append("missing: \(missing.kept) conversation(s) that are held or kept longer have no file in the backup")
        }
        for (act, count) in missing.actsSinceBackup.sorted(by: { $0.key < $1.key }) where count > 0 {
            lines.append("since the backup: \(count) × \(act)")
        }
        if CertificateContent.alwaysCertified.contains(where: { missing.actsSinceBackup[$0] ?? 0 > 0 }) {
            lines.append(
                "certificates that were written since the backup are not in it: put copies back, 'vault-admin check' names what is missing")
        }
        for act in missing.undone {
            lines.append(
                "undone, for it was carried out in the lost cell alone: \(act); a sweep repeats itself, anything else must be asked for again"
            )
        }
        for act in missing.begun {
            lines.append("begun and not known to be carried out: \(act); a sweep repeats itself, anything else must be asked for again")
        }
        lines.append("what was sealed after the backup was made is not in it, and nobody has a list of it; whoever sealed it knows its ids")
        return lines + warnings.map { "warning: \($0)" }
    }
}
