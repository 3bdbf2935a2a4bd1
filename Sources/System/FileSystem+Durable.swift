/// What is built from the operations alone, so that it is the same, and fails the same, on every file system.
extension FileSystem {
    /// How the name of a file begins that is being written and may be removed by anybody who finds it old.
    package static var temporaryPrefix: String { ".tmp-" }

    /// All bytes of a file; throws `tooLarge` where there are more than `limitBytes`.
    package func readFile(_ path: String, limitBytes: Int) throws(FileError) -> [UInt8] {
        let file = try open(path, for: .reading)
        let size = try file.sizeBytes
        guard size <= limitBytes else { throw FileError(.tooLarge, "read", path) }
        var bytes = [UInt8](repeating: 0, count: size)
        let count = try file.readArray(at: 0, into: &bytes)
        try file.close()
        return count == size ? bytes : Array(bytes[..<count])
    }

    /// Writes a file that is not there yet; when this returns it is durable under its name, and until then nothing has that name.
    ///
    /// Throws `exists` where something is there, and `busy` where another writes the same path. Where it throws anything else the file may be
    /// there, whole, or not.
    package func writeDurably(_ path: String, _ bytes: RawSpan, mode: UInt32) throws(FileError) {
        // Asked before anything is written, and again where no other writer can come between.
        guard try status(path) == nil else { throw FileError(.exists, "create", path) }
        try place(path, bytes, mode: mode, mayReplace: false)
    }

    /// Writes a file, replacing what is there in one step: at every moment the path names the old contents or the new, whole.
    ///
    /// Throws `busy` where another writes the same path.
    package func replaceDurably(_ path: String, _ bytes: RawSpan, mode: UInt32) throws(FileError) {
        try place(path, bytes, mode: mode, mayReplace: true)
    }

    /// The temporary file's lock, held from its creation until it has its name, admits one writer of a path at a time, and frees itself when
    /// that writer dies.
    private func place(_ path: String, _ bytes: RawSpan, mode: UInt32, mayReplace: Bool) throws(FileError) {
        let temporary = Self.temporaryPath(for: path)
        do throws(FileError) {
            try removeLeftover(temporary)
        } catch {
            // What failed once may work now; nothing that could be removed stays behind.
            if error.code != .busy { try? removeLeftover(temporary) }
            throw error
        }
        let file = try createTemporary(temporary, mode: mode)
        do throws(FileError) {
            try file.append(bytes)
            try file.synchronize()
            // Somebody who took it for left over may have removed it before it was locked.
            guard try file.isStill(at: temporary) else { throw FileError(.busy, "write", path) }
            if !mayReplace, try status(path) != nil { throw FileError(.exists, "create", path) }
            try rename(temporary, to: path)
        } catch {
            if (try? file.isStill(at: temporary)) == true { try? remove(temporary) }
            throw error
        }
        try file.close()
        try synchronizeDirectory(Self.parent(of: path))
    }

    /// Removes what a writer that died left behind; throws `busy` where the writer lives.
    private func removeLeftover(_ temporary: String) throws(FileError) {
        guard try status(temporary) != nil else { return }
        let held = try lock(temporary)
        defer { held.release() }
        try removeIfPresent(temporary)
    }

    private func createTemporary(_ temporary: String, mode: UInt32) throws(FileError) -> any File {
        do throws(FileError) {
            return try create(temporary, mode: mode)
        } catch  where error.code == .exists {
            throw FileError(.busy, "write", temporary)
        }
    }

    /// Copies a file durably, replacing what is at `to`.
    package func copyDurably(from: String, to: String, mode: UInt32, limitBytes: Int) throws(FileError) {
        let bytes = try readFile(from, limitBytes: limitBytes)
        try replaceDurably(to, unsafe bytes.span.bytes, mode: mode)
    }

    /// Makes a directory and those above it that are missing, durably; those that are there stay as they are.
    package func createDirectories(_ path: String, mode: UInt32) throws(FileError) {
        let parent = Self.parent(of: path)
        if try isDirectory(path) {
            // An interrupted call may have made it and not have made its name durable. Who may not read the parent did not make it either.
            do throws(FileError) {
                return try synchronizeDirectory(parent)
            } catch  where error.code == .permissionDenied || error.code == .readOnly {
                return
            }
        }
        if parent != path { try createDirectories(parent, mode: mode) }
        do throws(FileError) {
            try createDirectory(path, mode: mode)
        } catch  where error.code == .exists {
            guard try isDirectory(path) else { throw error }
        }
        try synchronizeDirectory(parent)
    }

    /// Whether a directory lies at a path, or a link to one.
    private func isDirectory(_ path: String) throws(FileError) -> Bool {
        guard let found = try status(path) else { return false }
        switch found.kind {
        case .directory: return true
        case .file: throw FileError(.exists, "create directory", path)
        case .other:
            do throws(FileError) {
                // Opens it as a directory, which fails for everything else.
                try synchronizeDirectory(path)
                return true
            } catch  where error.code == .notFound || error.code == .notARegularFile {
                throw FileError(.exists, "create directory", path)
            }
        }
    }

    /// The names in a directory, sorted; none where it is not there. A link to where nothing is throws: a device may not be mounted.
    package func listIfPresent(_ directory: String) throws(FileError) -> [String] {
        do throws(FileError) {
            return try list(directory)
        } catch  where error.code == .notFound {
            guard try status(directory) == nil else { throw error }
            return []
        }
    }

    /// Removes a file; that it is not there is fine.
    package func removeIfPresent(_ path: String) throws(FileError) {
        do throws(FileError) {
            try remove(path)
        } catch  where error.code == .notFound {
            return
        }
    }

    /// The directory that holds a path's last name.
    package static func parent(of path: String) -> String {
        guard let slash = path.lastIndex(of: "/") else { return "." }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }

    /// The last name of a path.
    package static func name(of path: String) -> String {
        guard let slash = path.lastIndex(of: "/") else { return path }
        return String(path[path.index(after: slash)...])
    }

    private static func temporaryPath(for path: String) -> String {
        "\(parent(of: path))/\(temporaryPrefix)\(name(of: path))"
    }
}

extension File {
    /// Reads into an array from `offset`; returns the number of bytes, which is short only at the end of the file.
    package func readArray(at offset: Int, into bytes: inout [UInt8]) throws(FileError) -> Int {
        var elements = bytes.mutableSpan
        var span = unsafe elements.mutableBytes
        return try read(at: offset, into: &span)
    }
}
