internal import Console
internal import Records
internal import Roster
internal import System

/// The organisations whose bundles this team accepts: their rosters lie in the team's vault, their pins beside the team's identity.
struct Partners {
    let fileSystem: DiskFileSystem
    let layout: VaultLayout
    let identity: String

    /// The rosters of one partner.
    func layout(of vault: VaultID) -> VaultLayout {
        VaultLayout(root: "\(layout.partners)/\(vault)")
    }

    /// Where the pin of a partner's roster lies.
    func pinPath(of vault: VaultID) -> String {
        "\(identity).partner-\(vault).pin"
    }

    /// Every partner's latest roster, verified from its pin.
    func rosters() throws -> [VerifiedRoster] {
        try fileSystem.listIfPresent(layout.partners).compactMap { VaultID(text: $0) }.map { vault in
            try RosterStore(fileSystem: fileSystem, layout: layout(of: vault)).load(pinnedAt: pinPath(of: vault))
        }
    }

    /// Verifies the rosters in `folder`, shows whose they are, and after `confirm` keeps and pins them.
    func trust(_ folder: String, confirm: (VerifiedRoster, _ isKnown: Bool) throws -> Void) throws -> VerifiedRoster {
        let source = RosterStore(fileSystem: fileSystem, layout: VaultLayout(root: folder))
        let first = try source.loadFromFirst(organisationKey: source.organisationKey())
        let known = try RosterStore(fileSystem: fileSystem, layout: layout(of: first.vault)).pin(at: pinPath(of: first.vault))
        let latest = if let known { try source.load(from: known) } else { first }
        try confirm(latest, known != nil)
        let kept = layout(of: latest.vault)
        let target = RosterStore(fileSystem: fileSystem, layout: kept)
        try fileSystem.createDirectories(kept.rosters, mode: VaultLayout.directoryMode)
        for number in 1...latest.number {
            for (from, to) in [
                (VaultLayout(root: folder).rosterSignature(number: number), kept.rosterSignature(number: number)),
                (VaultLayout(root: folder).roster(number: number), kept.roster(number: number)),
            ] { try fileSystem.copyDurably(from: from, to: to, mode: VaultLayout.fileMode, limitBytes: Limits.rosterBytes) }
        }
        try target.store(latest.pin, at: pinPath(of: latest.vault))
        return latest
    }
}
