internal import System

/// A cell that the store works with: reached, locked, and known by its file.
struct HeldCell {
    let directory: CellDirectory
    let lock: any FileLock
    /// What its place is worth.
    let assurance: CellAssurance
    /// What is known of its directory.
    let place: FileStatus?
    /// Which file the cell is; nil while it is being made.
    let identity: FileIdentity?

    /// Takes the cell in a directory, which stays locked until it is let go.
    ///
    /// Nothing is written before the cell is seen: the directory may be the mount point of a device that is away.
    ///
    /// - Parameter isBeingMade: whether there need not be a cell yet.
    /// - Throws: `cellMissing` or `storage` where it cannot be reached, `busy` where another keeper holds it.
    init(
        taking directory: CellDirectory, isBeingMade: Bool = false, examine: (String) -> CellAssurance
    ) throws(KeyCalendarError) {
        identity = try directory.reach(mayBeMissing: isBeingMade)
        lock = try directory.lock()
        self.directory = directory
        place = try? directory.fileSystem.status(directory.path)
        assurance = examine(directory.path)
    }

    /// Why the cell cannot be worked with any more; nil where it can, or where that cannot be told.
    var absence: KeyCalendarError? {
        do throws(KeyCalendarError) {
            let found = try directory.reach(mayBeMissing: identity == nil)
            guard found == identity || identity == nil else {
                return KeyCalendarError(.cellMissing, "\(directory.label) was replaced by another file; it is looked at anew")
            }
            return nil
        } catch {
            return error.isAbsence ? error : nil
        }
    }
}

extension CellDirectory {
    /// Whether its device works, as far as reading tells: there is a cell that can be read, or none.
    package var isReadable: Bool {
        do throws(KeyCalendarError) {
            _ = try reach(mayBeMissing: true)
            return true
        } catch {
            return false
        }
    }

    /// Which file the cell is, once it was opened for writing and read; nil where there is none and there need not be.
    func reach(mayBeMissing: Bool) throws(KeyCalendarError) -> FileIdentity? {
        let found = try KeyCalendarError.onCell(label) { () throws(FileError) in try fileSystem.status("\(path)/\(Self.cellName)") }
        if found == nil, mayBeMissing { return nil }
        let file = try openCell()
        // A device that died may still show names; one that was mounted read-only takes no new value. What the slots hold is looked at later.
        do throws(KeyCalendarError) { _ = try file.slots() } catch { if error.isAbsence { throw error } }
        try file.close()
        return found?.identity
    }
}

extension KeyCalendarError {
    /// Whether it says that a cell's device is not there or does not work, so that the others can go on without it.
    var isAbsence: Bool {
        switch code {
        case .cellMissing, .storage(.notFound), .storage(.permissionDenied), .storage(.inputOutput), .storage(.readOnly), .storage(.other):
            true
        default: false
        }
    }
}

/// A cell or replica that is away, and why.
package struct AwayPlace: Equatable, Sendable {
    /// What it is called: `cell 2`, `replica 1`.
    package let label: String
    /// Why, in words for a person.
    package let reason: String

    /// A place that is away.
    package init(_ label: String, _ reason: String) {
        self.label = label
        self.reason = reason
    }
}
