/// What kind of machine this is, as far as it can be told from inside: a virtual machine's disk is a file that somebody else may copy.
package struct MachineKind: Equatable, Sendable {
    /// There are signs of a hypervisor. Their absence proves nothing.
    package let isVirtualMachine: Bool
    /// There are signs of a container. Their absence proves nothing.
    package let isContainer: Bool

    /// What is known.
    package init(isVirtualMachine: Bool, isContainer: Bool) {
        self.isVirtualMachine = isVirtualMachine
        self.isContainer = isContainer
    }

    /// This machine.
    package static func inspect() -> MachineKind {
        let products = ["sys_vendor", "product_name"].compactMap { SystemText.read("/sys/class/dmi/id/\($0)") }
        let isVirtual =
            hasHypervisorFlag(SystemText.read("/proc/cpuinfo") ?? "") || products.contains(where: namesHypervisor)
            || SystemText.exists("/sys/hypervisor/type") || SystemText.exists("/proc/device-tree/hypervisor")
        let rootType = MountTable(SystemText.read("/proc/self/mountinfo") ?? "").entry(holding: "/")?.type
        let isContainer =
            SystemText.exists("/.dockerenv") || SystemText.exists("/run/.containerenv") || SystemText.exists("/run/systemd/container")
            || namesContainer(SystemText.read("/proc/1/cgroup") ?? "") || rootType == "overlay"
        return MachineKind(isVirtualMachine: isVirtual, isContainer: isContainer)
    }

    /// Whether the text of `/proc/cpuinfo` has the processor flag `hypervisor`.
    package static func hasHypervisorFlag(_ text: String) -> Bool {
        text.split(separator: "\n").contains { line in
            line.hasPrefix("flags") && line.split(whereSeparator: { $0 == " " || $0 == "\t" }).contains("hypervisor")
        }
    }

    /// Whether the text of `/proc/1/cgroup` names a container's group.
    package static func namesContainer(_ text: String) -> Bool {
        let marks = ["docker", "lxc", "kubepods", "containerd", "libpod", "nspawn"]
        return text.split(separator: "\n").contains { line in
            let path = line.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false).last ?? ""
            return marks.contains { path.contains($0) }
        }
    }

    /// Whether the maker or the product that the firmware names is a hypervisor's.
    package static func namesHypervisor(_ text: String) -> Bool {
        let name = text.lowercased()
        return ["qemu", "kvm", "vmware", "virtualbox", "xen", "bochs", "parallels", "amazon ec2", "google compute", "virtual machine"]
            .contains { name.contains($0) }
    }
}
