package import Records

extension Request {
    /// What an act on conversations does, in plain English: a sentence or two for each.
    func conversationSentences(in roster: VerifiedRoster) -> [String] {
        targets.compactMap { act.target($0) }.flatMap { target -> [String] in
            switch act {
            case .erase: Self.erasure(target, in: roster)
            case .hold: [Self.hold(target)]
            case .release:
                [
                    "The hold on the conversation \(target.conversation), until \(Self.text(target.until)), ends. Its own day is "
                        + "\(Self.text(target.expiry)): if that is over, it is destroyed and cannot be brought back."
                ]
            case .changeClass: [Self.change(target)]
            default: []
            }
        }
    }

    private static func erasure(_ target: ConversationTarget, in roster: VerifiedRoster) -> [String] {
        let what =
            "The conversation \(target.conversation), which can be opened until \(text(target.expiry)), becomes unreadable for everybody, "
            + "in every copy and backup, and cannot be brought back."
        return [what, holder(of: target, in: roster)]
    }

    private static func holder(of target: ConversationTarget, in roster: VerifiedRoster) -> String {
        guard let holder = target.holder, let card = roster.card(keyID: holder) else {
            return "The files in the vault do not say who holds it: this takes two leads."
        }
        guard roster.membersInForce.contains(where: { $0.card.keyID == holder }) else {
            return "By the files in the vault \(card.name) holds it, who is retired: this takes two leads."
        }
        return roster.subjectOfErasure(holder: holder) == .eraseCopy
            ? "By the files in the vault it is the copy of the team \(card.name): the team's approval is enough, or two leads'."
            : "By the files in the vault \(card.name) holds it: this takes \(card.name) and one lead, or two leads."
    }

    private static func hold(_ target: ConversationTarget) -> String {
        "The conversation \(target.conversation), which expires on \(text(target.expiry)), is kept from destruction until "
            + "\(text(target.until)). "
            + (target.now.map { "It is held until \($0) now: to hold it longer takes two leads." }
                ?? "It is not held now: up to \(ApprovalRule.shortHoldDays) days take one lead, more take two.")
    }

    private static func change(_ target: ConversationTarget) -> String {
        let reason = target.reason?.words ?? ""
        guard target.retention == .standard else {
            return
                "The conversation \(target.conversation), which expires on \(text(target.expiry)), is kept until \(text(target.until)), in "
                + "the class for the records of disclosures, because \(reason)."
        }
        return "The conversation \(target.conversation) is no longer kept until \(text(target.until)), in the class for the records of "
            + "disclosures, because \(reason). Its own day is \(text(target.expiry)): if that is over, and it is not held, it is destroyed and "
            + "cannot be brought back."
    }

    private static func text(_ day: Day?) -> String { day?.description ?? "" }
}

extension ReviewedRequest {
    /// Whether somebody's approval can count: a lead's always, and for an erasure also that of whoever holds all of what is erased.
    package func canCount(from role: Role, holding key: KeyID) -> Bool {
        role == .lead || isOfHolder(key)
    }

    /// Whether it erases conversations that all have this holder.
    package func isOfHolder(_ key: KeyID) -> Bool {
        request.act == .erase && conversations.allSatisfy { $0.holder == key }
    }

    /// The conversations that it is about.
    package var conversations: [ConversationTarget] { request.targets.compactMap { request.act.target($0) } }
}

extension VerifiedRoster {
    /// What the erasure of a conversation is for whoever must approve it: of a team's own copy, in the vault of a team.
    ///
    /// A vault is a team's where no service is in force: then whatever a team holds in it, it imported. In a charity's vault nothing is sealed
    /// to a team, so what says so there is forged.
    package func subjectOfErasure(holder: KeyID?) -> ApprovalRule.Subject {
        let isTeams = holder != nil && membersInForce.contains { $0.card.keyID == holder && $0.card.role == .team }
        return isTeams && !membersInForce.contains { $0.card.role == .service } ? .eraseCopy : .erase
    }
}
