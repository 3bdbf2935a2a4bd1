package import Opening
package import Records
package import Roster
internal import Sodium

/// Turns a filled-in form into a consent, if the conversation bears it out.
package struct ConsentRecorder: Sendable {
    private let roster: VerifiedRoster
    private let now: Timestamp

    /// How long a consent may be used where the form does not say, in days.
    package static let defaultValidityDays: UInt32 = 14

    /// A recorder that knows the people in `roster`.
    package init(roster: VerifiedRoster, now: Timestamp) {
        self.roster = roster
        self.now = now
    }

    /// The consent that `form` and `conversation` make, as the exact line to be sealed.
    ///
    /// Throws `noRealName` without a real name, `otherTeam` for a team that is not in the roster, `incomplete` for everything else missing.
    package func consent(
        _ form: ConsentForm, in conversation: OpenedConversation, id: ActID
    ) throws(SharingError) -> (consent: Consent, line: [UInt8]) {
        guard conversation.isWhole else {
            throw SharingError(
                .incomplete,
                "a part of the conversation is missing from the vault, or sealed to somebody else: nothing is recorded over a gap; have it "
                    + "brought back, or handed over")
        }
        let events = try conversation.lines.map { line throws(SharingError) in try Self.event(line) }
        guard Consent.isRealName(form.real_name) else {
            throw SharingError(.noRealName, "to pass something on to a team we need the real name: without \"real_name\" no copy is made")
        }
        guard form.withdrawal_explained else {
            throw SharingError(.incomplete, "the person must be told how to take a yes back: explain it, then set \"withdrawal_explained\"")
        }
        guard let member = roster.member(named: form.team), member.card.role == .team else {
            throw SharingError(.otherTeam, "there is no team of that name in the roster: ask the custodian to enrol it")
        }
        for (name, text) in [
            ("purpose", form.purpose), ("understanding", form.understanding), ("lawful_basis", form.lawful_basis),
            ("how_to_withdraw", form.how_to_withdraw), ("contact", form.contact), ("notice.text", form.notice.text),
        ] where text.allSatisfy(\.isWhitespace) {
            throw SharingError(.incomplete, "the consent form leaves \"\(name)\" empty")
        }
        guard SignedText.isValue(form.purpose) else {
            throw SharingError(.incomplete, "\"purpose\" must be one line without control characters, with no space at its ends")
        }
        let evidence = try evidence(form, in: conversation.lines, events)
        let scope = try scope(form, conversation.lines, events)
        let (validUntil, _) = try days(form)
        let pseudonym = form.pseudonym ?? events.first { $0.role == .visitor && $0.name != nil }?.name ?? "not given"
        let consent = form.consent(
            id: id, conversation: conversation.id, pseudonym: pseudonym, evidence: evidence, scope: scope,
            card: member.card.digest.description, given: now, validUntil: validUntil)
        do {
            return (consent, try CanonicalJSON.line(consent))
        } catch {
            throw SharingError(.incomplete, "the consent form holds text that cannot be written as JSON")
        }
    }

    private static func event(_ line: [UInt8]) throws(SharingError) -> EventLine {
        do {
            return try EventLine(line)
        } catch {
            throw SharingError(.failed, "a line of the conversation cannot be read: \(error.message)")
        }
    }

    /// The message that asked, said to the visitor by somebody else, and after it the visitor's answer.
    private func evidence(_ form: ConsentForm, in lines: [[UInt8]], _ events: [EventLine]) throws(SharingError) -> Consent.Evidence {
        guard let asked = events.firstIndex(where: { $0.id == form.asked }), events[asked].role != .visitor,
            !events[asked].isInternal
        else {
            throw SharingError(
                .incomplete, "\"asked\" must be the id of a message in which the worker asked, and which the visitor could see")
        }
        guard let answered = events.firstIndex(where: { $0.id == form.answered }), answered > asked, events[answered].role == .visitor,
            let answer = events[answered].text
        else { throw SharingError(.incomplete, "\"answered\" must be the id of the visitor's answer, after the question") }
        return Consent.Evidence(
            asked: form.asked, askedDigest: Hex.encode(BLAKE2b.hash(lines[asked])), answered: form.answered,
            answeredDigest: Hex.encode(BLAKE2b.hash(lines[answered])), answer: answer)
    }

    private func scope(_ form: ConsentForm, _ lines: [[UInt8]], _ events: [EventLine]) throws(SharingError) -> Consent.Scope {
        func place(of id: String, _ field: String) throws(SharingError) -> Int {
            guard let index = events.firstIndex(where: { $0.id == id }) else {
                throw SharingError(.incomplete, "\"\(field)\" names no message of this conversation")
            }
            return index + 1
        }
        let from = if let id = form.from { try place(of: id, "from") } else { 1 }
        let to = if let id = form.to { try place(of: id, "to") } else { events.count }
        guard from <= to else { throw SharingError(.incomplete, "\"from\" comes after \"to\"") }
        let left = try redacted(form.redacted ?? [], in: events, from: from, to: to)
        let isInternal = form.includes_internal ?? false
        let transcript = Consent.Scope.transcript(of: lines, from: from, to: to, redacted: left, includesInternal: isInternal)
        guard !transcript.isEmpty else { throw SharingError(.incomplete, "the form leaves no message to be passed on") }
        return Consent.Scope(
            from: from, to: to, redacted: left, includesInternal: isInternal, digest: Hex.encode(BLAKE2b.hash(transcript)))
    }

    /// The lines from `from` to `to` that these ids name: each delivery of a message, each revision, and whatever took its place.
    private func redacted(_ ids: [String], in events: [EventLine], from: Int, to: Int) throws(SharingError) -> [Int] {
        var lines: Set<Int> = []
        for id in ids {
            var names: Set<String> = [id]
            // An edit may itself have been edited.
            while true {
                let replacing = events.compactMap { event in event.replaces.map(names.contains) == true ? event.id : nil }
                let count = names.count
                names.formUnion(replacing)
                if names.count == count { break }
            }
            let found = (from...to).filter { line in
                let event = events[line - 1]
                return event.id.map(names.contains) == true || event.replaces.map(names.contains) == true
            }
            guard !found.isEmpty else {
                throw SharingError(.incomplete, "\"redacted\" names a message that is not among those passed on")
            }
            lines.formUnion(found)
        }
        return lines.sorted()
    }

    private func days(_ form: ConsentForm) throws(SharingError) -> (validUntil: Day, copyExpires: Day) {
        let today = now.day
        guard let copyExpires = Day(text: form.copy_expires), copyExpires >= today, copyExpires <= today.adding(days: Limits.daysAhead)
        else {
            throw SharingError(.incomplete, "\"copy_expires\" must be a day (YYYY-MM-DD) from today on, at most twenty years away")
        }
        guard let text = form.valid_until else { return (today.adding(days: Self.defaultValidityDays), copyExpires) }
        guard let validUntil = Day(text: text), validUntil >= today else {
            throw SharingError(.incomplete, "\"valid_until\" must be a day (YYYY-MM-DD) from today on")
        }
        return (validUntil, copyExpires)
    }
}
