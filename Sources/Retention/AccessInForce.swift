internal import Synchronization
package import System

/// Who may ask the keeper what, now: it can be read again while questions are answered, and counts from the next question on.
package final class AccessInForce: Sendable {
    private let access: Mutex<KeeperAccess>

    /// Access as it stands at the start.
    package init(_ access: KeeperAccess) {
        self.access = Mutex(access)
    }

    /// Access as it stands now.
    package var now: KeeperAccess { access.withLock { $0 } }

    /// Puts other access in force; returns what has changed, a line for each user.
    package func replace(by next: KeeperAccess) -> [String] {
        access.withLock { access in
            defer { access = next }
            return next.changes(since: access)
        }
    }
}

extension KeeperAccess {
    /// The longest file of grants, in bytes.
    package static let fileBytes = 64 << 10

    /// The grants in a file: one a line, `UID:seal,read,act`. Empty lines and lines that begin with # say nothing.
    ///
    /// - Throws: `missing`, `failed`; `refused` for a file that others than its owner may write, or whose owner is neither root nor `own`, for whoever
    ///   writes it lets people in; `malformed` for a line that is no grant.
    package static func grants(in path: String, own: UInt32, fileSystem: any FileSystem) throws(RetentionError) -> [Grant] {
        let bytes = try RetentionError.onFiles { () throws(FileError) in
            guard let found = try fileSystem.status(path) else { throw FileError(.notFound, "read", path) }
            return (found, found.kind == .file ? try fileSystem.readFile(path, limitBytes: fileBytes) : [])
        }
        guard bytes.0.kind == .file, bytes.0.mode & 0o022 == 0, bytes.0.owner == 0 || bytes.0.owner == own else {
            throw RetentionError(
                .refused, "\(path) says who may ask the keeper: it must be a file of root's or the keeper's, and others must not write it")
        }
        var grants: [Grant] = []
        for (index, line) in bytes.1.split(separator: 0x0A, omittingEmptySubsequences: false).enumerated() {
            let text = String(decoding: line, as: UTF8.self)
            guard !text.isEmpty, !text.hasPrefix("#") else { continue }
            guard let grant = Grant(text: text) else {
                throw RetentionError(.malformed, "line \(index + 1) of \(path) is no grant: write UID:seal,read,act")
            }
            grants.append(grant)
        }
        return grants
    }
}
