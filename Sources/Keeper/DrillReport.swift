package import Records

/// What a drill tried and what came of it, as it stands in an answer: canonical JSON. Nothing in it is secret.
package struct DrillReport: Codable, Hashable, Sendable {
    /// One thing that was tried.
    package struct Check: Codable, Hashable, Sendable {
        /// With which cell or replica: `cell 2`; or `backup`.
        package let with: String
        /// What was tried, or why it failed, in words for a person.
        package let words: String
        /// Whether it was as it should be.
        package let passed: Bool

        /// A check.
        package init(with: String, _ words: String, passed: Bool) {
            self.with = with
            self.words = words
            self.passed = passed
        }
    }

    /// What the document is.
    package static let type = "transcript-vault drill 1"

    /// What the document is.
    package let type: String
    /// When.
    package let at: String
    /// The vault.
    package let vault: String
    /// The serial number of the calendar in force.
    package let serial: Int
    /// Whether the vault itself stood for the backup, because none was named.
    package let withoutBackup: Bool
    /// All that was tried.
    package let checks: [Check]
    /// Whether all of it was as it should be.
    package let passed: Bool

    private enum CodingKeys: String, CodingKey {
        case type, at, vault, serial, checks, passed
        case withoutBackup = "without_backup"
    }

    /// A report; it passed where every check did, and there is one.
    package init(at: Timestamp, vault: VaultID, serial: UInt64, withoutBackup: Bool, checks: [Check]) {
        type = Self.type
        self.at = at.description
        self.vault = vault.description
        self.serial = Int(clamping: serial)
        self.withoutBackup = withoutBackup
        self.checks = checks
        passed = !checks.isEmpty && checks.allSatisfy(\.passed)
    }

    /// One page about it, a line each.
    package var lines: [String] {
        var lines = [
            "Recovery drill of the vault \(vault)", "\(at), calendar number \(serial)", "",
            "Tried: to bring the vault back from \(withoutBackup ? "its own files (no backup was named)" : "the backup") and one cell alone, "
                + "in a private directory that is gone again.", "",
        ]
        for check in checks { lines.append("\(check.passed ? "  ok    " : "  FAILED") \(check.with): \(check.words)") }
        lines += [
            "",
            "Proved: the calendar's half of each key that was tried. The other half is the worker's own: that a record can be read is proved by",
            "reading one with 'vault-worker read'. Not tried: records other than the sample, and workers' identities and passphrases.", "",
            passed ? "PASSED" : "FAILED: see to what is marked above, and run the drill again",
        ]
        return lines
    }
}

/// What a drill is asked to try: canonical JSON.
package struct DrillQuestion: Codable, Hashable, Sendable {
    /// The longest question in bytes.
    package static let maximumBytes = 8192
    /// The backup's directory; null where the vault itself stands for it.
    @Nullable package var from: String?

    /// A drill with a backup, or with the vault itself.
    package init(from: String?) {
        _from = Nullable(wrappedValue: from)
    }
}

/// A further cell that is to be made: canonical JSON.
package struct CellQuestion: Codable, Hashable, Sendable {
    /// Its directory.
    package let directory: String

    /// A cell in this directory.
    package init(directory: String) {
        self.directory = directory
    }
}
