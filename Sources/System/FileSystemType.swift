/// The file systems whose behaviour is known, as far as it matters for what can be erased from them.
package enum FileSystemType: Equatable, Sendable {
    /// The second extended file system: no journal.
    case ext2
    /// The third: a journal.
    case ext3
    /// The fourth.
    case ext4
    /// XFS.
    case xfs
    /// Btrfs: writes elsewhere and keeps snapshots.
    case btrfs
    /// ZFS: writes elsewhere and keeps snapshots.
    case zfs
    /// A container's layers.
    case overlay
    /// Memory (`tmpfs`, `ramfs`).
    case tmpfs
    /// A server's, over NFS.
    case nfs
    /// A server's, over SMB.
    case cifs
    /// A program's.
    case fuse
    /// F2FS: a log, which writes elsewhere.
    case f2fs
    /// Another, by the number that `statfs` gives, in hexadecimal.
    case unknown(String)

    /// The type with the number that `statfs(2)` gives (<linux/magic.h>); `name` is the mount table's, which tells ext2, ext3 and ext4 apart.
    package init(magic: UInt32, name: String?) {
        self =
            switch magic {
            case 0xEF53: name == "ext2" ? .ext2 : name == "ext3" ? .ext3 : .ext4
            case 0x5846_5342: .xfs
            case 0x9123_683E: .btrfs
            case 0x2FC1_2FC1: .zfs
            case 0x794C_7630: .overlay
            case 0x0102_1994, 0x8584_58F6: .tmpfs
            case 0x6969: .nfs
            case 0xFF53_4D42, 0xFE53_4D42, 0x517B: .cifs
            case 0x6573_5546: .fuse
            case 0xF2F5_2010: .f2fs
            default: .unknown(String(magic, radix: 16))
            }
    }

    /// Whether a change may be written elsewhere and leave the old bytes behind; an overlay copies a file of a lower layer up.
    package var isCopyOnWrite: Bool {
        switch self {
        case .btrfs, .zfs, .f2fs, .overlay: true
        default: false
        }
    }

    /// Whether the bytes lie on another machine.
    package var isNetwork: Bool { self == .nfs || self == .cifs }

    /// Whether the bytes lie in memory and are gone when the machine stops (or in swap).
    package var isMemory: Bool { self == .tmpfs }
}

extension FileSystemType: CustomStringConvertible {
    /// The name that people know it by.
    package var description: String {
        switch self {
        case .ext2: "ext2"
        case .ext3: "ext3"
        case .ext4: "ext4"
        case .xfs: "xfs"
        case .btrfs: "btrfs"
        case .zfs: "zfs"
        case .overlay: "overlay"
        case .tmpfs: "tmpfs"
        case .nfs: "nfs"
        case .cifs: "cifs"
        case .fuse: "fuse"
        case .f2fs: "f2fs"
        case .unknown(let number): "unknown (0x\(number))"
        }
    }
}
