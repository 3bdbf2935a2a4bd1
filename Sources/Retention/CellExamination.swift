package import KeyCalendar
package import System

extension CellAssurance {
    /// What overwriting is worth in a directory of which these are the facts.
    package init(judging facts: DirectoryInspection) {
        if let doubt = Self.doubt(facts) {
            self.init(.l0, doubt)
        } else {
            self.init(.l1, "a file overwritten in place on \(facts.type)")
        }
    }

    /// Why an overwritten value may survive there; nil where nothing speaks for it.
    private static func doubt(_ facts: DirectoryInspection) -> String? {
        if facts.isMemory { return "it lies in memory (\(facts.type)) and is lost when the machine stops; use a device" }
        if facts.isNetwork { return "it lies on another machine (\(facts.type)), whose copies are out of sight; use a device of this one" }
        if facts.isCopyOnWrite { return "\(facts.type) writes elsewhere and leaves the old bytes behind; use ext4 or xfs" }
        if facts.journalsData { return "the file system keeps copies of contents in its journal; mount it without data=journal" }
        switch facts.type {
        case .ext2, .ext3, .ext4, .xfs: break
        default: return "how \(facts.type) overwrites is not known; use ext4 or xfs"
        }
        if facts.machine.isVirtualMachine {
            return "this is a virtual machine, whose disk may be copied from outside; use a device that is passed through, or a real machine"
        }
        return nil
    }

    /// What overwriting is worth at each path; one that cannot be examined counts as unknown.
    package static func examine(_ paths: [String]) -> [CellAssurance] {
        paths.map { path in
            do throws(FileError) {
                return CellAssurance(judging: try DirectoryInspection(path: path))
            } catch {
                return CellAssurance(.l0, "its place could not be examined: \(error.reason)")
            }
        }
    }
}
