import Foundation
import Glibc
import System
import Testing

@Suite("The disk trusts no name")
struct TheDiskTrustsNoNameTests {
    @Test("links are not followed")
    func links() throws {
        let ground = try Ground(.disk)
        let fileSystem = ground.fileSystem
        try ground.write([1], to: "file")
        for (link, target) in [("good", "file"), ("dangling", "gone")] {
            try FileManager.default.createSymbolicLink(atPath: ground.path(link), withDestinationPath: ground.path(target))
            #expect(try fileSystem.status(ground.path(link))?.kind == .other)
            #expect(code { _ = try fileSystem.open(ground.path(link), for: .reading) } == .notARegularFile)
            #expect(code { _ = try fileSystem.open(ground.path(link), for: .updating) } == .notARegularFile)
            #expect(code { _ = try fileSystem.lock(ground.path(link)) } == .notARegularFile)
            #expect(code { _ = try fileSystem.create(ground.path(link), mode: 0o600) } == .exists)
        }
        #expect(try fileSystem.status(ground.path("gone")) == nil)
        let file = try fileSystem.open(ground.path("file"), for: .reading)
        #expect(try !file.isStill(at: ground.path("good")))
        try fileSystem.replaceDurably(ground.path("good"), [2], mode: 0o600)
        #expect(try ground.contents(of: "good") == [2] && ground.contents(of: "file") == [1])
    }

    @Test("pipes, devices and sockets are refused at once")
    func others() throws {
        let ground = try Ground(.disk)
        try #require(unsafe mkfifo(ground.path("pipe"), 0o600) == 0)
        for path in [ground.path("pipe"), "/dev/null"] {
            #expect(try ground.fileSystem.status(path)?.kind == .other)
            for mode in [OpenMode.reading, .updating] {
                #expect(code { _ = try ground.fileSystem.open(path, for: mode) } == .notARegularFile)
            }
        }
    }

    @Test("modes are exact under any umask")
    func modes() async {
        // The umask belongs to the whole process, so this runs in one of its own.
        await #expect(processExitsWith: .success) {
            umask(0o077)
            let ground = try Ground(.disk)
            try ground.write([], to: "file", mode: 0o664)
            try ground.fileSystem.createDirectory(ground.path("directory"), mode: 0o2775)
            try ground.fileSystem.replaceDurably(ground.path("durable"), [1], mode: 0o644)
            #expect(try ground.fileSystem.status(ground.path("file"))?.mode == 0o664)
            #expect(try ground.fileSystem.status(ground.path("directory"))?.mode == 0o2775)
            #expect(try ground.fileSystem.status(ground.path("durable"))?.mode == 0o644)
        }
    }

    @Test("a full device poisons the handle")
    func fullDevice() async {
        // The limit on file sizes belongs to the whole process too; beyond it a write fails as on a full device.
        await #expect(processExitsWith: .success) {
            signal(SIGXFSZ, SIG_IGN)
            let ground = try Ground(.disk)
            let file = try ground.fileSystem.create(ground.path("file"), mode: 0o600)
            var limit = rlimit(rlim_cur: 4096, rlim_max: 4096)
            try #require(unsafe setrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &limit) == 0)
            try file.append(pattern(4000, seed: 1))
            #expect(code { try file.append(pattern(4000, seed: 2)) } == .tooLarge)
            #expect(code { try file.append([1]) } == .poisoned)
            #expect(code { try file.synchronize() } == .poisoned)
            #expect(try file.read(at: 0, count: 4000) == pattern(4000, seed: 1))
        }
    }
}
