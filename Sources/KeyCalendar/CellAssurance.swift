package import System

/// How much the overwriting of a cell is worth at the place where it lies.
package struct CellAssurance: Equatable, Sendable {
    /// The levels; version 1 reaches the first two.
    package enum Level: Int, Comparable, Sendable {
        /// Unknown, copy-on-write or backed-up storage: the old value may survive being overwritten.
        case l0 = 0
        /// A file written in place on a file system that is known to overwrite its blocks.
        case l1 = 1
        /// A physical TPM or token.
        case l2 = 2
        /// Shares in separate domains.
        case l3 = 3

        /// The order of worth.
        package static func < (first: Level, second: Level) -> Bool { first.rawValue < second.rawValue }
    }

    /// The level.
    package let level: Level
    /// Why, in words for a person.
    package let reason: String

    /// A level and why.
    package init(_ level: Level, _ reason: String) {
        self.level = level
        self.reason = reason
    }

    /// What a cell directory on this machine is worth; never more than what was found out.
    package static func examining(_ path: String) -> CellAssurance {
        do throws(FileError) {
            return CellAssurance(of: try DirectoryInspection(path: path))
        } catch {
            return CellAssurance(.l0, "its place could not be examined: \(error.reason)")
        }
    }

    /// What a place is worth of which this is known.
    package init(of place: DirectoryInspection) {
        if let doubt = Self.doubt(about: place) {
            self.init(.l0, doubt)
        } else {
            self.init(.l1, "\(place.type) writes in place, and the machine shows no sign of being virtual")
        }
    }

    /// The first reason for which an overwritten value may survive; nil where none is known.
    private static func doubt(about place: DirectoryInspection) -> String? {
        if place.isCopyOnWrite { return "\(place.type) writes changes elsewhere and leaves the old bytes where they were" }
        if place.isNetwork { return "\(place.type) lies on another machine, which may keep the old bytes" }
        if place.isMemory { return "\(place.type) lies in memory: it may be swapped out, and the cell is lost when the machine stops" }
        switch place.type {
        case .ext2, .ext3, .ext4, .xfs: break
        default: return "\(place.type) is not known to write in place"
        }
        if place.journalsData { return "\(place.type) copies contents into its journal (data=journal), where the old bytes stay" }
        guard let mount = place.mount else { return "its mount is not shown by the kernel, so its options are not known" }
        if mount.source.hasPrefix("/dev/loop") { return "it lies in a file of another file system (a loop device)" }
        if place.machine.isVirtualMachine { return "the machine is virtual: its disk is a file that its host may copy" }
        return nil
    }
}
