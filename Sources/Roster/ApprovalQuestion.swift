package import Records

/// What is to be done, for which approvals are asked.
package struct ApprovalQuestion: Sendable {
    let act: Act
    let targets: [String]
    let request: RequestID
    let subject: ApprovalRule.Subject
    let holder: KeyID?

    /// An act on targets, in answer to a request; `holder` names the record key of whoever holds the conversation to be erased.
    package init(act: Act, targets: [String], request: RequestID, subject: ApprovalRule.Subject, holder: KeyID? = nil) {
        self.act = act
        self.targets = targets.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
        self.request = request
        self.subject = subject
        self.holder = holder
    }
}

/// The people who may approve in a vault at one moment.
struct Approvers {
    let vault: VaultID
    let members: [Member]
    let moment: Timestamp

    /// Checks that `approvals` are enough for the question and that each of them is for it, and gives the people who signed them.
    ///
    /// One approval that is not right refuses them all: nothing wrong is carried along with what is right.
    func check(_ approvals: [UnverifiedApproval], answer question: ApprovalQuestion) throws(RosterError) -> [Member] {
        let rules = ApprovalRule.rules(for: question.subject)
        guard hasLeads || rules.contains(where: { $0.leads == 0 }) else { throw RosterError(.withoutLeads) }
        var signers: [Member] = []
        for approval in approvals {
            let signer = try check(approval, answers: question)
            guard !signers.contains(where: { $0.card.signerID == signer.card.signerID }) else { throw RosterError(.repeatedSigner) }
            signers.append(signer)
        }
        guard rules.contains(where: { isMet($0, by: signers, question) }) else { throw RosterError(.tooFewApprovals) }
        return signers
    }

    private var hasLeads: Bool {
        members.contains { $0.card.role == .lead && $0.isInForce }
    }

    private func isMet(_ rule: ApprovalRule, by signers: [Member], _ question: ApprovalQuestion) -> Bool {
        let leads = signers.filter { $0.card.role == .lead && !(rule.holder && isHolder($0, of: question)) }
        return leads.count >= rule.leads && (!rule.holder || signers.contains { isHolder($0, of: question) })
    }

    private func isHolder(_ member: Member, of question: ApprovalQuestion) -> Bool {
        question.holder != nil && member.card.keyID == question.holder
    }

    private func check(_ unverified: UnverifiedApproval, answers question: ApprovalQuestion) throws(RosterError) -> Member {
        let approval = try Approval(parsing: unverified.text)
        let signer = try signer(of: unverified, question)
        guard approval.vault == vault else { throw RosterError(.otherVault) }
        guard approval.act == question.act else { throw RosterError(.otherAct) }
        guard approval.request == question.request else { throw RosterError(.otherRequest) }
        guard approval.targets == question.targets else { throw RosterError(.otherTargets) }
        guard moment < approval.expires else { throw RosterError(.expired) }
        guard approval.expires <= moment.adding(days: Approval.longestLifeDays) else { throw RosterError(.expiresTooLate) }
        return signer
    }

    /// Whoever signed it, in force and entitled.
    private func signer(of approval: UnverifiedApproval, _ question: ApprovalQuestion) throws(RosterError) -> Member {
        let signers = members.filter { approval.isSigned(by: $0.card.signingKey) }
        guard !signers.isEmpty else { throw RosterError(.unknownSigner) }
        let entitled = signers.filter { $0.card.role == .lead || (isHolder($0, of: question) && mayHolderSign(question)) }
        guard !entitled.isEmpty else { throw RosterError(.notALead) }
        guard let signer = entitled.first(where: \.isInForce) else { throw RosterError(.retiredSigner) }
        return signer
    }

    private func mayHolderSign(_ question: ApprovalQuestion) -> Bool {
        ApprovalRule.rules(for: question.subject).contains { $0.holder }
    }
}
