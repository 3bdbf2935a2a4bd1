import Foundation
import Synchronization
import System

/// A real terminal with a keyboard and a screen that a test holds, by way of script(1).
final class PseudoTerminal: Sendable {
    static let program = "/usr/bin/script"

    private let process = Mutex<Process?>(nil)
    private let keyboard = Pipe()
    private let shown = Mutex("")

    /// The terminal's path.
    let path: String

    init() throws {
        let screen = Pipe()
        let process = Process()
        process.executableURL = URL(filePath: Self.program)
        process.arguments = ["-qec", "tty; exec sleep 600", "/dev/null"]
        process.standardInput = keyboard
        process.standardOutput = screen
        process.standardError = FileHandle.nullDevice
        try process.run()
        var reader = LineReader(descriptor: InputDescriptor(borrowing: screen.fileHandleForReading.fileDescriptor), lineLimitBytes: 100)
        guard case .line(let bytes, _) = try reader.next() else { throw HostError(.noTerminal, "script gives no terminal") }
        path = String(decoding: bytes, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
        self.process.withLock { $0 = process }
        try Threads.start(name: "screen") { [weak self] in
            while case let data = screen.fileHandleForReading.availableData, !data.isEmpty {
                self?.shown.withLock { $0 += String(decoding: data, as: UTF8.self) }
            }
        }
    }

    deinit {
        process.withLock { $0?.terminate() }
    }

    /// What stands on the screen, after the first line.
    var screen: String { shown.withLock { $0 } }

    /// Whether what is typed is shown, as stty(1) tells.
    var echoes: Bool {
        get throws {
            let process = Process()
            let output = Pipe()
            process.executableURL = URL(filePath: "/usr/bin/stty")
            process.arguments = ["-F", path, "-a"]
            process.standardOutput = output
            try process.run()
            let text = String(decoding: try output.fileHandleForReading.readToEnd() ?? Data(), as: UTF8.self)
            process.waitUntilExit()
            return text.split(whereSeparator: { $0 == " " || $0 == "\n" }).contains("echo")
        }
    }

    func type(_ text: String) {
        keyboard.fileHandleForWriting.write(Data(text.utf8))
    }

    /// Waits until `text` stands on the screen; false after 20 seconds.
    func shows(_ text: String) -> Bool {
        for _ in 0..<2000 {
            if screen.contains(text) { return true }
            usleep(10_000)
        }
        return false
    }
}
