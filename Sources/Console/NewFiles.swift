internal import Records
internal import Roster
package import System

/// The places that a person names for what is to be made, looked at before anything is made.
package enum NewFiles {
    /// Refuses a path where something lies, or whose directory is not there; `option` is what named it.
    package static func check(_ paths: [String], option: String, fileSystem: any FileSystem) throws(ConsoleError) {
        for path in paths {
            guard !path.isEmpty else { throw ConsoleError(.noPlace, "no path was given: name one with \(option)") }
            guard try status(path, fileSystem) == nil else {
                throw ConsoleError(.exists, "\(path) exists already: it is not overwritten, and nothing was done; choose another \(option)")
            }
            try checkParent(of: path, option: option, fileSystem)
        }
    }

    /// Refuses a path where something other than a request lies: an old request may be replaced, a key never.
    package static func checkRequest(_ path: String, option: String, fileSystem: any FileSystem) throws(ConsoleError) {
        guard let found = try status(path, fileSystem) else { return try checkParent(of: path, option: option, fileSystem) }
        guard found.kind == .file, let bytes = try? fileSystem.readFile(path, limitBytes: Limits.signedTextBytes),
            (try? Request(parsing: bytes)) != nil
        else {
            throw ConsoleError(
                .exists, "\(path) exists already and is no request: it is not overwritten, and nothing was done; choose another \(option)")
        }
    }

    private static func checkParent(of path: String, option: String, _ fileSystem: any FileSystem) throws(ConsoleError) {
        let parent = DiskFileSystem.parent(of: path)
        // A link to a directory is one, too: the name behind the slash follows it.
        guard try status("\(parent)/.", fileSystem)?.kind == .directory else {
            throw ConsoleError(.noPlace, "the directory \(parent) is not there: make it first, or choose another \(option)")
        }
    }

    private static func status(_ path: String, _ fileSystem: any FileSystem) throws(ConsoleError) -> FileStatus? {
        do throws(FileError) {
            return try fileSystem.status(path)
        } catch {
            throw ConsoleError(error)
        }
    }
}
