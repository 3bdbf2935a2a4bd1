import System
import Testing

/// The mount table is read as proc(5) describes it.
@Suite struct MountTableTests {
    private static let text = """
        22 1 259:2 / / rw,relatime shared:1 - ext4 /dev/nvme0n1p2 rw,errors=remount-ro
        36 22 98:0 /root /mnt1 rw,noatime master:1 propagate_from:2 - ext3 /dev/root rw,data=journal
        40 22 0:30 / /srv/two\\040words\\011and\\134more rw - tmpfs none rw,size=64k
        41 22 0:31 / /srv rw,nosuid,nodev - fuse.sshfs host:/some\\040where rw,user_id=0
        42 22 0:32 / /srv/data ro,relatime - nfs4 server:/data ro,vers=4.2
        43 22 0:33 / /srv/data rw,relatime - xfs /dev/sdb1 rw,attr2,relatime
        44 22 0:34 / /empty rw -  btrfs
        this is not a mount
        45 22 0:35 / /short rw
        46 22 0:36 / /bare rw - proc proc
        """

    private let table = MountTable(Self.text)

    @Test func `options are the mount's and then the file system's, each once`() throws {
        let entry = try #require(table.entry(holding: "/mnt1/cell"))
        #expect(entry.type == "ext3")
        #expect(entry.source == "/dev/root")
        #expect(entry.options == ["rw", "noatime", "data=journal"])
        #expect(table.entry(holding: "/bare")?.options == ["rw"])
        #expect(table.entry(identifier: 43)?.options == ["rw", "relatime", "attr2"])
    }

    @Test(arguments: [
        ("/", 22), ("/var", 22), ("/mnt1", 36), ("/mnt1/x/y", 36), ("/mnt12", 22), ("/srv", 41), ("/srvx", 22),
        ("/srv/two words\tand\\more/x", 40),
        ("/srv/two", 41), ("/srv/datas", 41),
    ])
    func `the longest mount point above a path holds it`(path: String, identifier: Int) {
        #expect(table.entry(holding: path)?.identifier == identifier)
    }

    @Test func `of two on one place the later hides the earlier`() {
        #expect(table.entry(holding: "/srv/data/x")?.identifier == 43)
    }

    @Test func `escapes are undone in the source too`() {
        #expect(table.entry(holding: "/srv")?.source == "host:/some where")
    }

    @Test func `lines in another form are left out`() {
        #expect(table.entries.map(\.identifier) == [22, 36, 40, 41, 42, 43, 44, 46])
        #expect(MountTable("").entries.isEmpty)
        #expect(MountTable("\n - - \n1 2 3 4 5 6 7 8 9\n").entries.isEmpty)
    }

    @Test(arguments: ["\\04", "\\0", "\\", "\\999", "\\400", "a\\"]) func `what is no escape stays as it is`(field: String) {
        #expect(MountTable("1 2 0:1 / /\(field) rw - t s rw").entries.first?.mountPoint == "/\(field)")
    }

    @Test(
        arguments: [
            (0xEF53, "ext2", FileSystemType.ext2), (0xEF53, "ext3", .ext3), (0xEF53, "ext4", .ext4), (0xEF53, nil, .ext4),
            (0x5846_5342, "xfs", .xfs),
            (0x9123_683E, "btrfs", .btrfs), (0x0102_1994, "tmpfs", .tmpfs), (0x6969, "nfs4", .nfs), (0xFF53_4D42, "cifs", .cifs),
            (0xFE53_4D42, "smb3", .cifs), (0x6573_5546, "fuse.sshfs", .fuse), (0xF2F5_2010, "f2fs", .f2fs), (0x2FC1_2FC1, "zfs", .zfs),
            (0x794C_7630, "overlay", .overlay), (0x9FA0, "proc", .unknown("9fa0")),
        ] as [(UInt32, String?, FileSystemType)]
    )
    func `a file system is known by its number`(magic: UInt32, name: String?, type: FileSystemType) {
        #expect(FileSystemType(magic: magic, name: name) == type)
    }
}
