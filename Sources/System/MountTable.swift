/// The mounts that a process sees, as `/proc/self/mountinfo` lists them (proc(5)).
package struct MountTable: Equatable, Sendable {
    /// One mounted file system.
    package struct Entry: Equatable, Sendable {
        /// The number that the kernel gave this mount.
        package let identifier: Int
        /// The directory under which it appears.
        package let mountPoint: String
        /// The type's name: `ext4`, `fuse.sshfs`.
        package let type: String
        /// What is mounted: a device, a server's directory, or a word.
        package let source: String
        /// The options of this mount, and then those of its file system.
        package let options: [String]
    }

    /// In the kernel's order: of two on one mount point, the later one hides the earlier.
    package let entries: [Entry]

    /// Reads the text of `mountinfo`; lines that are not in its form are left out.
    package init(_ text: String) {
        entries = text.split(separator: "\n").compactMap(Self.entry)
    }

    /// The mount that holds `path`, which is absolute and without links: the one with the longest mount point above it.
    package func entry(holding path: String) -> Entry? {
        var found: Entry?
        for entry in entries where Self.isInside(path, entry.mountPoint) && entry.mountPoint.utf8.count >= found?.mountPoint.utf8.count ?? 0
        {
            found = entry
        }
        return found
    }

    /// The mount with the kernel's number.
    package func entry(identifier: Int) -> Entry? {
        entries.last { $0.identifier == identifier }
    }

    /// `36 35 98:0 /root /mount rw,noatime master:1 shared:2 - ext3 /dev/root rw,errors=continue`
    private static func entry(_ line: Substring) -> Entry? {
        let fields = line.split(separator: " ", omittingEmptySubsequences: false)
        // Any number of optional fields stands between the sixth and a hyphen of its own.
        guard fields.count >= 9, let identifier = Int(fields[0]), let hyphen = fields[6...].firstIndex(of: "-"), fields.count > hyphen + 2
        else { return nil }
        var options = fields[5].split(separator: ",")
        if fields.count > hyphen + 3 { options += fields[hyphen + 3].split(separator: ",") }
        var unique: [String] = []
        for option in options.map(decoded) where !unique.contains(option) { unique.append(option) }
        return Entry(
            identifier: identifier,
            mountPoint: decoded(fields[4]),
            type: decoded(fields[hyphen + 1]),
            source: decoded(fields[hyphen + 2]),
            options: unique
        )
    }

    private static func isInside(_ path: String, _ mountPoint: String) -> Bool {
        if mountPoint == "/" || path == mountPoint { return true }
        return path.utf8.starts(with: mountPoint.utf8) && path.utf8.dropFirst(mountPoint.utf8.count).first == UInt8(ascii: "/")
    }

    /// Undoes the kernel's escapes: a backslash and three octal digits stand for one byte (space, tab, LF, backslash).
    private static func decoded(_ field: Substring) -> String {
        let bytes = Array(field.utf8)
        var result: [UInt8] = []
        var index = 0
        while index < bytes.count {
            if bytes[index] == UInt8(ascii: "\\"), index + 3 < bytes.count,
                let value = UInt8(String(decoding: bytes[(index + 1)...(index + 3)], as: UTF8.self), radix: 8)
            {
                result.append(value)
                index += 4
            } else {
                result.append(bytes[index])
                index += 1
            }
        }
        return String(decoding: result, as: UTF8.self)
    }
}
