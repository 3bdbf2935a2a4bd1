internal import Roster
internal import Sodium
internal import System
internal import UnattendedIdentity

/// The keeper's identity beside its cells, so that no device takes it along when it dies.
///
/// Nothing is believed of a file because of where it lies: only one with the key in use is put anywhere.
struct IdentityCopies {
    /// What lies beside a cell.
    private enum Copy: ~Copyable {
        case own(UnattendedIdentity)
        case missing
        /// Damaged, or another's.
        case strange
    }

    private let place: KeeperPlace
    private let key: SigningPublicKey
    private let enrolled: SigningPublicKey?

    /// The copies beside the cells of a place.
    ///
    /// - Parameters:
    ///   - key: the key of the keeper that is running.
    ///   - enrolled: that of the keeper in the roster, which may be another one.
    init(of place: KeeperPlace, key: SigningPublicKey, enrolled: SigningPublicKey?) {
        self.place = place
        self.key = key
        self.enrolled = enrolled
    }

    /// Puts it beside each cell that lacks it, and in the place of what is not it; what lay there stays, as `keeper.identity.replaced`.
    ///
    /// - Parameter tell: is given each cell where something was replaced.
    /// - Throws: for one that cannot be read, one that others can read, one that is the enrolled keeper's while another runs, and where one is
    ///   damaged and none is left to replace it with; after everything else was done.
    func keep(telling tell: (String) -> Void) throws(RetentionError) {
        var source: UnattendedIdentity?
        var lacking: [(path: String, isStrange: Bool)] = []
        var failure: RetentionError?
        for path in place.identities {
            do throws(RetentionError) {
                switch try copy(at: path) {
                case .own(let found): if source == nil { source = consume found }
                case .missing: lacking.append((path, false))
                case .strange: lacking.append((path, true))
                }
            } catch {
                failure = failure ?? error
            }
        }
        if let source {
            for (path, isStrange) in lacking {
                do throws(FileError) {
                    if isStrange { try place.fileSystem.rename(path, to: "\(path).replaced") }
                    try source.write(to: path, fileSystem: place.fileSystem)
                    if isStrange { tell(DiskFileSystem.parent(of: path)) }
                } catch {
                    failure = failure ?? RetentionError(error)
                }
            }
        } else if lacking.contains(where: \.isStrange) {
            failure = failure ?? Self.noneLeft
        }
        if let failure { throw failure }
    }

    private static let noneLeft = RetentionError(
        .failed,
        "what lies beside the cells as the keeper's identity is damaged or another's: before the keeper is started again, put back "
            + "keeper.identity from the copy that you kept")

    private func copy(at path: String) throws(RetentionError) -> Copy {
        let found: UnattendedIdentity
        do throws(UnattendedIdentityError) {
            found = try UnattendedIdentity(path: path, fileSystem: place.fileSystem)
        } catch {
            switch error {
            case .malformed: return .strange
            case .file(let cause) where cause.code == .notFound: return .missing
            case .file, .exposed:
                throw RetentionError(.failed, "keeper.identity beside \(DiskFileSystem.parent(of: path)): \(error.description)")
            }
        }
        let foundKey = found.signingKey.publicKey
        if found.role == .keeper, foundKey == key { return .own(found) }
        guard foundKey != enrolled else {
            throw RetentionError(
                .refused,
                "beside \(DiskFileSystem.parent(of: path)) lies the identity of the keeper that is in the roster, and another one is running: "
                    + "start the right one, or have the one that is running enrolled")
        }
        return .strange
    }
}
