internal import Glibc

extension OwnProcess {
    private static let executablePath = "/proc/self/exe"

    /// The very file that this process runs, open for reading, even where another lies at its path by now.
    ///
    /// - Throws: the system's error, where `/proc` is not there.
    package static func executable() throws(FileError) -> any File {
        let number = unsafe open(executablePath, O_RDONLY | O_CLOEXEC)
        guard number >= 0 else { throw FileError(errno: errno, "open", executablePath) }
        return DiskFile(descriptor: number, path: executablePath)
    }
}
