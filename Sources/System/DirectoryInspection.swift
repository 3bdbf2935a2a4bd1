internal import CSystemShim
internal import Glibc

/// What a directory lies on: facts that decide whether what is overwritten there is really gone. It judges nothing.
package struct DirectoryInspection: Equatable, Sendable {
    /// The file system.
    package let type: FileSystemType
    /// The mount; nil where the kernel does not show it.
    package let mount: MountTable.Entry?
    /// Whether contents go through the journal before they are written in place, so that a copy stays in it.
    package let journalsData: Bool
    /// What kind of machine it is.
    package let machine: MachineKind

    /// Whether a change may be written elsewhere and leave the old bytes behind.
    package var isCopyOnWrite: Bool { type.isCopyOnWrite }
    /// Whether the bytes lie on another machine.
    package var isNetwork: Bool { type.isNetwork }
    /// Whether the bytes lie in memory.
    package var isMemory: Bool { type.isMemory }
    /// The options of the mount, and then those of its file system; empty where they are not known.
    package var mountOptions: [String] { mount?.options ?? [] }

    /// Facts given by hand, for tests of who judges them.
    package init(type: FileSystemType, mount: MountTable.Entry?, journalsData: Bool, machine: MachineKind) {
        self.type = type
        self.mount = mount
        self.journalsData = journalsData
        self.machine = machine
    }

    /// Looks at an existing directory; throws `notFound` or `permissionDenied`.
    package init(path: String) throws(FileError) {
        let number = retrying { unsafe open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC) }
        guard number >= 0 else { throw FileError(errno: errno, "examine", path) }
        let descriptor = OwnedDescriptor(number)
        defer { descriptor.close() }
        let magic = unsafe shim_file_system_type(path)
        guard magic >= 0 else { throw FileError(errno: errno, "examine", path) }
        let mount = Self.mount(of: number)
        let type = FileSystemType(magic: UInt32(truncatingIfNeeded: magic), name: mount?.type)
        self.init(
            type: type,
            mount: mount,
            journalsData: Self.journalsData(number, type, mount),
            machine: MachineKind.inspect()
        )
    }

    /// The mount of an open directory, by the kernel's number for it, or else by its path.
    private static func mount(of descriptor: Int32) -> MountTable.Entry? {
        guard let text = SystemText.read("/proc/self/mountinfo") else { return nil }
        let table = MountTable(text)
        let information = SystemText.read("/proc/self/fdinfo/\(descriptor)") ?? ""
        if let line = information.split(separator: "\n").first(where: { $0.hasPrefix("mnt_id:") }),
            let digits = line.split(whereSeparator: { $0 == "\t" || $0 == " " }).last, let identifier = Int(digits),
            let entry = table.entry(identifier: identifier)
        {
            return entry
        }
        guard let resolved = unsafe realpath("/proc/self/fd/\(descriptor)", nil) else { return nil }
        defer { unsafe free(resolved) }
        return table.entry(holding: unsafe String(cString: resolved))
    }

    /// By mount option, by the file system's own default (which the mount table does not show), or by the directory's attribute `j`.
    private static func journalsData(_ descriptor: Int32, _ type: FileSystemType, _ mount: MountTable.Entry?) -> Bool {
        guard type == .ext3 || type == .ext4 else { return false }
        let journalDataAttribute: Int64 = 0x4000
        let attributes = shim_inode_flags(descriptor)
        if attributes >= 0 && attributes & journalDataAttribute != 0 { return true }
        let option = "data=journal"
        guard let mount, !mount.options.contains(option) else { return mount != nil }
        guard let device = mount.source.split(separator: "/").last,
            let defaults = SystemText.read("/proc/fs/\(mount.type)/\(device)/options")
        else { return false }
        return defaults.split(separator: "\n").contains { $0 == option }
    }
}
