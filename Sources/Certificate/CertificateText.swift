internal import Records

/// A certificate for people, made of the document alone: whoever signed the one signed the other.
///
/// Lines of at most 92 characters, but where a name, a key or a digest is longer.
struct CertificateText {
    private static let width = 92
    private static let labelWidth = 16
    private static let countWidth = 62

    private let content: CertificateContent
    private let digest: String
    private var lines: [String] = []

    /// The text of a certificate, whose document has this SHA-256.
    init(_ content: CertificateContent, digest: String) {
        self.content = content
        self.digest = digest
        addHead()
        addDestroyed()
        addMethod()
        addVerified()
        addRemaining()
        addLimits()
        addChecking()
    }

    /// The text, in UTF-8.
    var bytes: [UInt8] { Array((lines.joined(separator: "\n") + "\n").utf8) }

    private mutating func addHead() {
        lines = [
            SignedCertificate.textContext, "",
            "CERTIFICATE OF DESTRUCTION, NUMBER \(content.number): \(content.state == .complete ? "COMPLETE" : "INCOMPLETE")", "",
        ]
        field("Organisation", content.organisation)
        field("Vault", content.vault)
        field("Act", act)
        if let done = content.done { field("Done", done) }
        field("Written", "\(content.time.clock), by the keeper, the program that alone holds the keys of the calendar")
        if !content.completes.isEmpty {
            let numbers = content.completes.map { "\($0)" }.joined(separator: ", ")
            field("Completes", "certificate \(numbers): what was missing then is done now")
        }
        guard content.state == .incomplete else { return }
        heading("NOT COMPLETE YET")
        paragraph("The destruction is not proved for all places. Until a later certificate completes this one, count it as not done:")
        for reason in content.lagging { item(reason) }
    }

    private var act: String {
        let destroyed = content.destroyed
        return switch content.act {
        case "sweep": "Sweep: what expired before \(destroyed.until) was torn off the key calendar"
        case "erase": "Erasure: \(Self.counted(destroyed.erased, "conversation")) before the day, with the approvals below"
        case "release", "change-class": "Release: what was kept beyond its day is kept no longer"
        case CertificateContent.catchUp: "Catching up: no new destruction, but one that had been incomplete"
        default: content.act
        }
    }

    private mutating func addDestroyed() {
        guard content.act != CertificateContent.catchUp else {
            heading("WHAT WAS DESTROYED")
            return paragraph(
                "Nothing new. All cells that there are hold the new value alone now, so that what the earlier certificates count is destroyed in "
                    + "each of them.")
        }
        if content.state == .complete {
            heading("WHAT WAS DESTROYED")
            paragraph(
                "The half of each record's key that the calendar held. Without that half a record is noise for everybody, whatever passwords and "
                    + "private keys they have: in the vault, and in every copy and backup of it.")
        } else {
            heading("WHAT WAS DESTROYED IN THE CELLS BELOW, AND IN NO OTHERS")
            paragraph(
                "The half of each record's key that the calendar held. Without that half a record is noise for everybody. But a cell that is not "
                    + "named below may still give it back.")
        }
        addCounts()
    }

    private mutating func addCounts() {
        let destroyed = content.destroyed
        count("Pages of the calendar, one for each last day", destroyed.pages)
        if content.act == "sweep" {
            lines.append("    that is, of last days from \(destroyed.from) on and before \(destroyed.until)")
            if destroyed.pages == 0 { lines.append("    (there was none: nothing can have been stored until one of these days)") }
        }
        count("Conversations erased before their last day", destroyed.erased)
        count("Records held longer, whose hold was over", destroyed.kept.held)
        count("Records of disclosures, whose time was over", destroyed.kept.disclosure)
        count("Monthly secrets of a team, whose time was over", destroyed.kept.transport)
        if destroyed.kept.standard > 0 { count("Other records kept longer, whose time was over", destroyed.kept.standard) }
        count("Conversations whose files lay in the vault and were removed", destroyed.conversations)
        count("Files of them that were removed", content.files.removed)
        if content.files.removed == nil {
            paragraph("Not known: the program was stopped in between, and had removed some before.")
        }
    }

    private mutating func addMethod() {
        let cells = content.cells
        heading("HOW")
        paragraph(
            "Crypto-erasure. The calendar was written anew without these keys, encrypted under a new random value of 32 bytes. That value lies "
                + (cells.count == 1
                    ? "in one cell, a file that is overwritten in place"
                    : "in \(cells.count) cells, each a file that is overwritten in place")
                + ". Once the new value was written and read back, the old one was overwritten with random bytes, and these were read back."
        )
        for cell in cells { item("\(cell.label), assurance level \(cell.level): \(cell.reason)") }
        paragraph(
            "Level L1: the file system writes in place. Level L0: that is not known, or a copy may lie elsewhere (copy-on-write, a network, a "
                + "virtual disk), and then it is not assured that the old value is gone. No level says what a flash device does by itself.")
        field("Day known by", timeSource)
        for approval in content.approvals { field("Approval", approval) }
        field("Program", "\(content.program.name) \(content.program.version), file SHA-256")
        lines.append(String(repeating: " ", count: Self.labelWidth) + content.program.sha256)
    }

    private var timeSource: String {
        let time = content.time
        let budget = "time budget: \(Self.counted(time.drawn, "day")) drawn, \(time.left) left"
        return time.approved
            ? "the approvals below, for it lay beyond the clock or the budget; \(budget)"
            : "the machine's clock and days seen to pass; \(budget)"
    }

    private mutating func addVerified() {
        let verified = content.verified
        heading("WHAT WAS VERIFIED")
        item(
            "\(verified.readBack) of \(Self.counted(verified.cells, "cell")) read back: one value, which opens calendar number \(content.calendar)."
        )
        if verified.earlierTried > 0 {
            item(
                "\(Self.counted(verified.earlierTried, "earlier calendar")) still there, tried with what the cells hold: "
                    + "\(verified.earlierOpened) opened.")
        } else {
            item("No earlier calendar was there any more to be tried with what the cells hold.")
        }
        if verified.keysSought > 0 {
            let sought =
                [CertificateContent.sweep, CertificateContent.catchUp].contains(content.act)
                ? "what lies before \(content.destroyed.until)" : Self.counted(verified.keysSought, "key")
            item("The new calendar was searched for \(sought): \(verified.keysFound == 0 ? "nothing" : "\(verified.keysFound)") found.")
        }
        item("No record was tried: who wrote this cannot read any.")
    }

    private mutating func addRemaining() {
        let remaining = content.remaining
        heading("WHAT REMAINS")
        count("Files that could not be removed, or are none of the vault's", content.files.left)
        count("Pages that are overdue: refused, but not destroyed", remaining.overdue)
        count("Pages of days to come", remaining.pages)
        count("Records on hold, now or beyond their day: they can be opened", remaining.kept.held)
        count("Records of disclosures, kept longer: they can be opened", remaining.kept.disclosure)
        count("Monthly secrets of a team", remaining.kept.transport)
        if remaining.kept.standard > 0 { count("Other records kept longer", remaining.kept.standard) }
        count("Calendar files that are not in force", remaining.calendars)
        guard !content.warnings.isEmpty else { return }
        paragraph("The keeper warned at the time:")
        for warning in content.warnings { item(warning) }
    }

    private mutating func addLimits() {
        heading("WHAT THIS DOES NOT SAY")
        item("That nobody remembers, wrote down or printed what they read while it could be read.")
        item("Anything of copies that were given away with a yes: a team's copy hangs on the calendar of that team.")
        item("That copies and backups of the ciphertext are gone. They may be kept: nothing in them can be read any more.")
        item("That nobody copied a cell while it held the old value. Such a copy would open a calendar that was kept, too.")
    }

    private mutating func addChecking() {
        heading("HOW TO CHECK IT")
        let number = content.number
        paragraph("With the programs minisign and sha256sum, and the keeper's key from the organisation's roster:")
        lines.append("    minisign -V -H -m \(number).txt -P \(content.keeper)")
        lines.append("    minisign -V -H -m \(number).json -P \(content.keeper)")
        lines.append("    sha256sum \(number).json")
        lines.append("      \(digest)")
        let isFirstSince = number > 1 && CertificateContent.beginsAnew(number)
        if isFirstSince { paragraph("It is the first since the vault was brought back from a backup: the count began anew.") }
        if let previous = content.previous {
            paragraph(
                "It follows \(isFirstSince ? "the last one before that" : "certificate \(number - 1)"), whose .json file has the SHA-256")
            lines.append("      \(previous)")
        } else {
            paragraph(isFirstSince ? "None of before that is known." : "It is the first certificate of this vault.")
        }
        if let entry = content.ledger.entry {
            paragraph("It belongs to entry \(entry) of the vault's ledger ('vault-admin ledger --proof \(entry)'). The checkpoint then:")
        } else {
            paragraph("The checkpoint of the vault's ledger then:")
        }
        for line in content.ledger.checkpoint.split(separator: "\n") { lines.append("      \(line)") }
    }

    private mutating func heading(_ text: String) { lines += ["", text, ""] }

    private mutating func field(_ label: String, _ text: String) {
        let padded = label + String(repeating: " ", count: max(1, Self.labelWidth - label.count))
        wrap(text, first: padded, rest: String(repeating: " ", count: Self.labelWidth))
    }

    private mutating func item(_ text: String) { wrap(text, first: "  - ", rest: "    ") }

    private mutating func paragraph(_ text: String) { wrap(text, first: "  ", rest: "  ") }

    private mutating func count(_ label: String, _ number: Int?) {
        let padding = String(repeating: " ", count: max(1, Self.countWidth - label.count))
        lines.append("    \(label)\(padding)\(number.map { "\($0)" } ?? "not known")")
    }

    private mutating func wrap(_ text: String, first: String, rest: String) {
        var line = first
        var isEmpty = true
        for word in text.split(separator: " ") {
            if !isEmpty, line.count + 1 + word.count > Self.width {
                lines.append(line)
                (line, isEmpty) = (rest, true)
            }
            line += isEmpty ? "\(word)" : " \(word)"
            isEmpty = false
        }
        lines.append(line)
    }

    private static func counted(_ count: Int, _ noun: String) -> String { "\(count) \(noun)\(count == 1 ? "" : "s")" }
}
