internal import Records
internal import Sodium
internal import System

/// Writes the files of a vault that is brought back: each durable, and none over anything.
final class RestoreWriter {
    private let fileSystem: any FileSystem
    private var folder = ""

    init(fileSystem: any FileSystem) {
        self.fileSystem = fileSystem
    }

    /// Copies a file of a record.
    func copy(_ from: String, to: String) throws(FileError) {
        try write(fileSystem.readFile(from, limitBytes: Limits.partBytes), to: to)
    }

    /// Writes a file that is not there yet; its folder is made where it is missing.
    func write(_ bytes: [UInt8], to path: String) throws(FileError) {
        let parent = DiskFileSystem.parent(of: path)
        if parent != folder {
            try fileSystem.createDirectories(parent, mode: VaultLayout.directoryMode)
            folder = parent
        }
        try fileSystem.writeDurably(path, bytes.rawSpan, mode: VaultLayout.fileMode)
    }

    /// Copies the rosters of partners, as far as they are named like rosters.
    func copyPartners(from: VaultLayout, to: VaultLayout) throws(FileError) {
        guard try fileSystem.status(from.partners)?.kind == .directory else { return }
        for partner in try fileSystem.list(from.partners) where VaultID(text: partner) != nil {
            let (source, target) = (VaultLayout(root: "\(from.partners)/\(partner)"), VaultLayout(root: "\(to.partners)/\(partner)"))
            guard try fileSystem.status(source.rosters)?.kind == .directory else { continue }
            for name in try fileSystem.list(source.rosters) where name.hasSuffix(".json") || name.hasSuffix(".json.minisig") {
                guard try fileSystem.status("\(source.rosters)/\(name)")?.kind == .file else { continue }
                try write(fileSystem.readFile("\(source.rosters)/\(name)", limitBytes: Limits.rosterBytes), to: "\(target.rosters)/\(name)")
            }
        }
    }

    /// Copies the rosters and the organisation's key, the signature of the first roster last of all.
    func copyRosters(_ latest: Int, from: VaultLayout, organisationKey: String, to: VaultLayout) throws(FileError) {
        try write(fileSystem.readFile(organisationKey, limitBytes: Limits.signedTextBytes), to: to.organisationKey)
        for number in (1...latest).reversed() {
            let file = try fileSystem.readFile(from.roster(number: number), limitBytes: Limits.rosterBytes)
            let signature = try fileSystem.readFile(from.rosterSignature(number: number), limitBytes: Limits.minisigBytes)
            if number == latest {
                try write(file, to: to.roster)
                try write(signature, to: to.rosterSignature)
            }
            try write(file, to: to.roster(number: number))
            try write(signature, to: to.rosterSignature(number: number))
        }
    }
}
