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
    package func writeDurably(_ path: String, _ bytes: RawSpan, mode: UInt32) throws(FileError) {
        guard try status(path) == nil else { throw FileError(.exists, "create", path) }
        try replaceDurably(path, bytes, mode: mode)
    }

    /// Writes a file, replacing what is there in one step: at every moment the path names the old contents or the new, whole.
    package func replaceDurably(_ path: String, _ bytes: RawSpan, mode: UInt32) throws(FileError) {
        let temporary = Self.temporaryPath(for: path)
        do throws(FileError) {
            try removeIfPresent(temporary)
            let file = try create(temporary, mode: mode)
            try file.append(bytes)
            try file.synchronize()
            try file.close()
            try rename(temporary, to: path)
            try synchronizeDirectory(Self.parent(of: path))
        } catch {
            try? removeIfPresent(temporary)
            throw error
        }
    }

    /// Copies a file durably, replacing what is at `to`.
    package func copyDurably(from: String, to: String, mode: UInt32, limitBytes: Int) throws(FileError) {
        let bytes = try readFile(from, limitBytes: limitBytes)
        try replaceDurably(to, unsafe bytes.span.bytes, mode: mode)
    }

    /// Makes a directory and those above it that are missing; those that are there stay as they are.
    package func createDirectories(_ path: String, mode: UInt32) throws(FileError) {
        if let found = try status(path) {
            guard found.kind == .directory else { throw FileError(.exists, "create directory", path) }
            return
        }
        let parent = Self.parent(of: path)
        if parent != path { try createDirectories(parent, mode: mode) }
        do throws(FileError) {
            try createDirectory(path, mode: mode)
        } catch where error.code == .exists {
            return
        }
        try synchronizeDirectory(parent)
    }

    /// Removes a file; that it is not there is fine.
    package func removeIfPresent(_ path: String) throws(FileError) {
        do throws(FileError) {
            try remove(path)
        } catch where error.code == .notFound {
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
