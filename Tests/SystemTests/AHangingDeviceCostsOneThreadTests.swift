import Foundation
import Synchronization
import System
import Testing

/// Whoever asks a device that hangs waits so long, once; it costs one thread, however often it is asked, and none when nobody has it any more.
@Suite struct AHangingDeviceCostsOneThreadTests {
    private let slow = SlowFileSystem()

    /// Whether a thread of this process lives.
    private func lives(_ thread: String) -> Bool { FileManager.default.fileExists(atPath: "/proc/\(thread)") }

    private func waits(until condition: () -> Bool) -> Bool {
        for _ in 0..<1000 {
            if condition() { return true }
            OwnProcess.pause(milliseconds: 10)
        }
        return false
    }

    @Test func `one operation after another is done in one thread`() throws {
        let patient = PatientFileSystem(slow)
        let file = try patient.create("/a", mode: 0o600)
        for _ in 0..<20 { try file.append([1, 2, 3]) }
        try file.close()
        #expect(try patient.readFile("/a", limitBytes: 100).count == 60)
        for _ in 0..<20 { #expect(try patient.status("/a")?.sizeBytes == 60) }
        #expect(slow.threads.count == 1 && slow.threads.first != ownThread())
    }

    @Test func `what hangs is given up, is asked no more, and is asked again when it answers`() throws {
        let patient = PatientFileSystem(slow, milliseconds: 100)
        _ = try patient.status("/")
        slow.isHanging = true
        let failure = #expect(throws: FileError.self) { try patient.status("/") }
        #expect(failure.map { "\($0)".contains("timed out") } == true)
        for _ in 0..<50 { #expect(throws: FileError.self) { try patient.list("/") } }
        #expect(slow.begun == 2, "nothing is begun while something hangs")
        slow.isHanging = false
        #expect(waits { (try? patient.status("/")) != nil })
        #expect(slow.threads.count == 1)
    }

    @Test func `the thread ends with the last that could ask it, also where it hung`() throws {
        for hangs in [false, true] {
            let slow = SlowFileSystem()
            do {
                let patient = PatientFileSystem(slow, milliseconds: 50)
                _ = try patient.status("/")
                slow.isHanging = hangs
                if hangs { #expect(throws: FileError.self) { try patient.status("/") } }
            }
            let thread = try #require(slow.threads.first)
            if hangs { #expect(lives(thread)) }
            slow.isHanging = false
            #expect(waits { !lives(thread) })
        }
    }

    @Test func `an open file keeps the thread until it is closed and gone`() throws {
        let patient = { PatientFileSystem(slow) }
        let file = try patient().create("/b", mode: 0o600)
        try file.append([1])
        #expect(try file.sizeBytes == 1 && slow.threads.count == 1)
        try file.close()
    }
}

/// A disk in memory that may hang, and that knows which threads asked it.
private final class SlowFileSystem: ForwardingFileSystem {
    private struct State {
        var isHanging = false
        var begun = 0
        var threads: Set<String> = []
    }

    private let memory = MemoryFileSystem()
    private let state = Mutex(State())

    var base: any FileSystem {
        state.withLock { state in
            state.begun += 1
            state.threads.insert(ownThread())
        }
        while isHanging { OwnProcess.pause(milliseconds: 1) }
        return memory
    }

    var isHanging: Bool {
        get { state.withLock { $0.isHanging } }
        set { state.withLock { $0.isHanging = newValue } }
    }

    var begun: Int { state.withLock { $0.begun } }
    var threads: Set<String> { state.withLock { $0.threads } }
}

/// What the kernel calls the thread that asks; no two have the same while the process lives, but for a thread that comes long after.
private func ownThread() -> String {
    (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/thread-self")) ?? "none"
}
