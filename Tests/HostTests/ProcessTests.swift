import Foundation
import Glibc
import Sodium
import System
import Testing

/// What changes a whole process is tried in processes of their own.
@Suite struct ProcessTests {
    @Test func `a hardened process leaves no core, gains no rights and shares with its group alone`() async {
        await #expect(processExitsWith: .success) {
            try ProcessHardening.apply()
            let core = try #require(try line(of: "/proc/self/limits", beginningWith: "Max core file size"))
            #expect(core.split(separator: " ").dropFirst(4).prefix(2) == ["0", "0"])
            // The thread's own: the test does not run in the first one.
            #expect(try line(of: "/proc/thread-self/status", beginningWith: "NoNewPrivs:") == "NoNewPrivs:\t1")
            #expect(try line(of: "/proc/self/status", beginningWith: "Umask:") == "Umask:\t0007")
            // A process that cannot be dumped has a /proc/self that belongs to root.
            #expect(try DiskFileSystem().status("/proc/self/status")?.owner == 0)
        }
    }

    @Test func `a hardened process can still read its files back from the device and examine directories`() async {
        await #expect(processExitsWith: .success) {
            try ProcessHardening.apply()
            let directory = try TemporaryDirectory()
            let file = try DiskFileSystem().create("\(directory.path)/f", mode: 0o600)
            let written = [UInt8](repeating: 7, count: 4096)
            try file.write(written.rawSpan, at: 0)
            try file.synchronize()
            let read = try [UInt8](count: 4096) { (out: inout MutableRawSpan) throws(FileError) in _ = try file.readBack(at: 0, into: &out)
            }
            #expect(read == written)
            #expect(try DirectoryInspection(path: directory.path).mount != nil)
            #expect(SystemWallClock().bootIdentifier() == SystemWallClock().bootIdentifier())
        }
    }

    @Test func `memory is locked exactly when it says so, and can still be had`() async {
        await #expect(processExitsWith: .success) {
            let isLocked = ProcessHardening.lockMemory()
            let more = [UInt8](repeating: 1, count: 32 << 20)
            let secret = SecretBytes(zeros: 32)
            #expect(secret.count == 32)
            #expect(more.count == 32 << 20)
            let words = try #require(try line(of: "/proc/self/status", beginningWith: "VmLck:")).split(whereSeparator: {
                $0 == " " || $0 == "\t"
            })
            let kilobytes = try #require(Int(words[1]))
            #expect((kilobytes > 32 << 10) == isLocked)
        }
    }

    @Test func `each stream gets what is meant for it`() async throws {
        let result = try #require(
            await #expect(processExitsWith: .success, observing: [\.standardOutputContent, \.standardErrorContent]) {
                let long = String(repeating: "0123456789", count: 50_000)
                try StandardStreams.write("<\(long)>", to: .output)
                try StandardStreams.write("what went on", to: .error)
            }
        )
        let output = String(decoding: result.standardOutputContent, as: UTF8.self)
        #expect(output.contains("<" + String(repeating: "0123456789", count: 50_000) + ">"))
        #expect(!output.contains("what went on"))
        #expect(String(decoding: result.standardErrorContent, as: UTF8.self).contains("what went on"))
    }

    @Test func `a reader that went away is an error and not a signal`() async {
        await #expect(processExitsWith: .success) {
            let pipe = Pipe()
            dup2(pipe.fileHandleForWriting.fileDescriptor, STDOUT_FILENO)
            try pipe.fileHandleForReading.close()
            let error = #expect(throws: HostError.self) { try StandardStreams.write("text", to: .output) }
            #expect(error?.code == .closed)
        }
    }

    @Test func `a pipe that does not block is waited for`() async {
        await #expect(processExitsWith: .success) {
            let pipe = Pipe()
            let writing = pipe.fileHandleForWriting
            dup2(writing.fileDescriptor, STDOUT_FILENO)
            try writing.close()
            _ = fcntl(STDOUT_FILENO, F_SETFL, O_NONBLOCK)
            let writer = try Threads.start(name: "writer") {
                let text = String(repeating: "x", count: 300_000)
                do {
                    try StandardStreams.write(text, to: .output)
                } catch {
                    Issue.record(error)
                }
                close(STDOUT_FILENO)
            }
            usleep(20_000)
            #expect(try pipe.fileHandleForReading.readToEnd()?.count == 300_000)
            writer.join()
        }
    }

    @Test func `standard input is read to its end or to its limit`() async {
        await #expect(processExitsWith: .success) {
            let directory = try TemporaryDirectory()
            let path = "\(directory.path)/in"
            for count in [0, 1, 65_535, 65_536, 65_537, 400_000] {
                let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 31 >> 3) }
                try DiskFileSystem().replaceDurably(path, bytes.rawSpan, mode: 0o600)
                for limit in [count, count + 1, 1 << 20] {
                    try useAsStandardInput(path)
                    #expect(try StandardStreams.readAllStandardInput(limitBytes: limit) == bytes)
                }
                if count > 0 {
                    try useAsStandardInput(path)
                    let error = #expect(throws: HostError.self) { try StandardStreams.readAllStandardInput(limitBytes: count - 1) }
                    #expect(error?.code == .tooLong)
                }
            }
        }
    }

    @Test func `a hyphen is standard input`() async {
        await #expect(processExitsWith: .success) {
            let directory = try TemporaryDirectory()
            let path = "\(directory.path)/in"
            let text = Array("word\n".utf8)
            try DiskFileSystem().replaceDurably(path, text.rawSpan, mode: 0o600)
            try useAsStandardInput(path)
            let input = try Terminal.openForReading("-")
            var secret = SecretBytes(zeros: 10)
            var bytes = secret.mutableBytes
            #expect(try Terminal.readSecretLine(descriptor: input, into: &bytes) == 4)
        }
    }
}

private func useAsStandardInput(_ path: String) throws {
    let input = try Terminal.openForReading(path)
    dup2(input.number, STDIN_FILENO)
    input.close()
}
