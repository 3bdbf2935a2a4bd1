import KeyCalendar
import System
import Testing

@Suite struct AnAssuranceNeverClaimsTooMuchTests {
    private static let real = MachineKind(isVirtualMachine: false, isContainer: false)

    private func level(
        _ type: FileSystemType, source: String? = "/dev/sda1", journalsData: Bool = false, machine: MachineKind = real
    ) -> CellAssurance.Level {
        let mounts = source.map { MountTable("36 35 98:0 / /cells rw - \(type) \($0) rw") }
        let place = DirectoryInspection(type: type, mount: mounts?.entries.first, journalsData: journalsData, machine: machine)
        let assurance = CellAssurance(of: place)
        #expect(!assurance.reason.isEmpty)
        return assurance.level
    }

    @Test(arguments: [FileSystemType.ext2, .ext3, .ext4, .xfs]) func aFileInPlaceIsL1(_ type: FileSystemType) {
        #expect(level(type) == .l1)
        #expect(level(type, machine: MachineKind(isVirtualMachine: false, isContainer: true)) == .l1)
    }

    @Test(arguments: [FileSystemType.btrfs, .zfs, .f2fs, .overlay, .tmpfs, .nfs, .cifs, .fuse, .unknown("1234")])
    func everythingElseIsL0(_ type: FileSystemType) {
        #expect(level(type) == .l0)
    }

    @Test func aDoubtMakesItL0() {
        #expect(level(.ext4, journalsData: true) == .l0)
        #expect(level(.ext4, source: nil) == .l0)
        #expect(level(.ext4, source: "/dev/loop3") == .l0)
        #expect(level(.ext4, machine: MachineKind(isVirtualMachine: true, isContainer: false)) == .l0)
    }

    @Test func whatCannotBeExaminedIsL0() {
        #expect(CellAssurance.examining("/nothing/lies/here").level == .l0)
    }

    @Test func L0StandsAsAWarning() throws {
        let disk = try Sample.emptyDisk()
        let warnings = try Sample.create(Sample.place(disk)).status().warnings
        #expect(warnings.contains { $0.contains("cell 1 is of level L0") })
    }
}
