package import Records
package import Sodium

/// What the keeper is about to do, written down beside each cell before it begins, so that after a crash it can be finished.
///
/// A small text in one exact form (`Docs/Spec/Cell.md`), signed by the keeper. It names no key and opens nothing.
package struct Intent: Equatable, Sendable {
    /// The first line, which tells this signed text from every other.
    package static let context = "transcript-vault intent 1"

    /// The vault.
    package let vault: VaultID
    /// The serial number that the calendar has when the act is done.
    package let serial: UInt64
    /// The act.
    package let act: CalendarAct

    /// An act that is to bring a vault's calendar to this serial number.
    package init(vault: VaultID, serial: UInt64, act: CalendarAct) {
        self.vault = vault
        self.serial = serial
        self.act = act
    }

    /// The signed text; throws `outOfBounds` where the act is too long for it.
    package func signed(by keeper: borrowing SigningKey) throws(KeyCalendarError) -> [UInt8] {
        let text = Array(unsignedText.utf8)
        let signed = text + Array("signature: \(Hex.encode(keeper.sign(text)))\n".utf8)
        guard signed.count <= Limits.signedTextBytes else {
            throw KeyCalendarError(.outOfBounds, "the act is too long to be written down; ask for fewer days at once")
        }
        return signed
    }

    /// The intent of a signed text; throws `corrupt`, one opaque refusal, for everything else.
    package init(signedText bytes: [UInt8], keeper: SigningPublicKey) throws(KeyCalendarError) {
        let refusal = KeyCalendarError(
            .corrupt,
            "the intent beside a cell was not signed by this keeper or is damaged; "
                + "if the keeper's key was replaced, move the file named intent out of the cell directory: its act was not finished"
        )
        guard bytes.count <= Limits.signedTextBytes, let text = String(validating: bytes, as: UTF8.self),
            let (unsigned, signature) = Self.split(text), keeper.isValid(signature, for: Array(unsigned.utf8)),
            let intent = Self.parse(unsigned), intent.unsignedText == unsigned
        else { throw refusal }
        self = intent
    }

    private var unsignedText: String {
        var lines = [Self.context, "vault: \(vault)", "serial: \(serial)", "act: \(act.name.rawValue)"]
        lines += act.changes.map { "change: \($0.text)" }
        lines += act.approvals.map { "approval: \(Hex.encode($0))" }
        return lines.joined(separator: "\n") + "\n"
    }

    private static func split(_ text: String) -> (unsigned: String, signature: [UInt8])? {
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        guard lines.count > 2, lines[lines.count - 1].isEmpty, let signature = value(of: "signature", in: lines[lines.count - 2]),
            let bytes = Hex.decode(String(signature))
        else { return nil }
        return (lines.dropLast(2).joined(separator: "\n") + "\n", bytes)
    }

    private static func parse(_ text: String) -> Intent? {
        var lines = text.split(separator: "\n")[...]
        guard lines.popFirst().map(String.init) == context,
            let vault = lines.popFirst().flatMap({ value(of: "vault", in: $0) }).flatMap({ VaultID(text: $0) }),
            let serial = lines.popFirst().flatMap({ value(of: "serial", in: $0) }).flatMap({ UInt64($0) }),
            let name = lines.popFirst().flatMap({ value(of: "act", in: $0) }).flatMap({ CalendarAct.Name(rawValue: String($0)) })
        else { return nil }
        var changes: [CalendarChange] = []
        var approvals: [[UInt8]] = []
        for line in lines {
            if let text = value(of: "change", in: line), let change = CalendarChange(text: text) {
                changes.append(change)
            } else if let text = value(of: "approval", in: line), let digest = Hex.decode(String(text)) {
                approvals.append(digest)
            } else {
                return nil
            }
        }
        guard let act = try? CalendarAct(name, changes, approvals: approvals) else { return nil }
        return Intent(vault: vault, serial: serial, act: act)
    }

    private static func value(of field: String, in line: Substring) -> Substring? {
        line.hasPrefix("\(field): ") ? line.dropFirst(field.count + 2) : nil
    }
}

extension CalendarChange {
    /// The change in one line, as intents write it and as the ledger may.
    package var text: String {
        switch self {
        case .addPages(let days): (["draw"] + days.map(\.description)).joined(separator: " ")
        case .tearOff(let day, let budget): "tear-off \(day) \(budget.days) \(budget.mark.boot) \(budget.mark.seconds)"
        case .puncture(let conversation, let day): "erase \(day) \(conversation)"
        case .keep(let conversation, let day, let until, let retention): "keep \(day) \(conversation) \(until) \(retention.name)"
        case .release(let conversation, let day, let retention): "release \(day) \(conversation) \(retention.name)"
        case .spend(let spent): "spend \(spent.request) \(spent.until)"
        }
    }

    /// The change that a line stands for; nil for anything else.
    init?(text: Substring) {
        let words = text.split(separator: " ", omittingEmptySubsequences: false)
        let days = words.dropFirst().map { Day(text: $0) }
        switch (words[0], words.count) {
        case ("draw", 1...):
            let named = days.compactMap { $0 }
            guard named.count == days.count else { return nil }
            self = .addPages(named)
        case ("tear-off", 5):
            guard let day = days[0], let left = UInt16(words[2]), let boot = BootID(text: words[3]), let seconds = UInt64(words[4]),
                let budget = TimeBudget(days: left, mark: TimeMark(boot: boot, seconds: seconds))
            else { return nil }
            self = .tearOff(before: day, budget: budget)
        case ("erase", 3):
            guard let day = days[0], let conversation = ConversationID(text: words[2]) else { return nil }
            self = .puncture(conversation, day: day)
        case ("keep", 5):
            guard let day = days[0], let conversation = ConversationID(text: words[2]), let until = days[2],
                let retention = RetentionClass(name: words[4])
            else { return nil }
            self = .keep(conversation, day: day, until: until, retention)
        case ("release", 4):
            guard let day = days[0], let conversation = ConversationID(text: words[2]), let retention = RetentionClass(name: words[3])
            else { return nil }
            self = .release(conversation, day: day, retention)
        case ("spend", 3):
            guard let request = RequestID(text: words[1]), let until = days[1] else { return nil }
            self = .spend(SpentRequest(request, until: until))
        default: return nil
        }
    }
}
