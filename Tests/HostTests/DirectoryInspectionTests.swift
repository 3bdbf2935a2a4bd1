import System
import Testing

/// What a directory lies on is told as the machine has it.
@Suite struct DirectoryInspectionTests {
    @Test func `memory is known as memory`() throws {
        let shared = try DirectoryInspection(path: "/dev/shm")
        #expect(shared.type == .tmpfs)
        #expect(shared.isMemory && !shared.isCopyOnWrite && !shared.isNetwork && !shared.journalsData)
        #expect(shared.mount?.type == "tmpfs")
        #expect(shared.mountOptions.contains("rw"))
    }

    @Test func `a file system without a name of its own is told by number`() throws {
        let processes = try DirectoryInspection(path: "/proc/self/task")
        #expect(processes.type == .unknown("9fa0"))
        #expect(processes.mount?.type == "proc")
    }

    @Test func `the root's mount is found`() throws {
        let root = try DirectoryInspection(path: "/")
        #expect(root.mount?.mountPoint == "/")
        #expect(!root.mountOptions.isEmpty)
        #expect(root.machine == MachineKind.inspect())
    }

    @Test(arguments: [("/nowhere/at/all", FileError.Code.notFound), ("/proc/self/status", .notFound)])
    func `what is no directory is not found`(path: String, code: FileError.Code) {
        let error = #expect(throws: FileError.self) { try DirectoryInspection(path: path) }
        #expect(error?.code == code)
    }

    @Test func `a hypervisor is known by the processor's flag`() {
        #expect(MachineKind.hasHypervisorFlag("processor\t: 0\nflags\t\t: fpu vme hypervisor lahf_lm\n"))
        #expect(MachineKind.hasHypervisorFlag("flags : hypervisor"))
        #expect(!MachineKind.hasHypervisorFlag("model name\t: hypervisor\nflags\t\t: fpu vme hypervisors\n"))
        #expect(!MachineKind.hasHypervisorFlag(""))
    }

    @Test func `a hypervisor is known by its maker`() {
        for name in ["QEMU\n", "VMware, Inc.", "innotek VirtualBox", "Amazon EC2", "Virtual Machine"] {
            #expect(MachineKind.namesHypervisor(name))
        }
        for name in ["LENOVO\n", "Dell Inc.", "", "PowerEdge R740"] { #expect(!MachineKind.namesHypervisor(name)) }
    }

    @Test func `a container is known by the first process's group`() {
        for text in ["12:pids:/docker/0123abc\n", "0::/kubepods.slice/x", "1:name=systemd:/lxc/web", "0::/system.slice/docker-0a.scope"] {
            #expect(MachineKind.namesContainer(text))
        }
        for text in ["0::/init.scope\n", "0::/", "", "4:docker:/\n"] { #expect(!MachineKind.namesContainer(text)) }
    }
}
