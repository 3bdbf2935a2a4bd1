import Age
import Foundation
import Sodium
import Synchronization

/// What a program run by a test gave.
struct ProgramResult {
    let status: Int32
    let output: [UInt8]
    let errors: String
}

/// Runs a program found on the path with `input` on its standard input.
func runProgram(_ arguments: [String], input: [UInt8] = [], in directory: URL? = nil) throws -> ProgramResult {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = arguments
    process.currentDirectoryURL = directory
    // Files, not pipes: a pipe fills up while nobody reads its other end.
    let files = try TemporaryDirectory()
    let (inputFile, outputFile, errorFile) = (files.url("input"), files.url("output"), files.url("errors"))
    try Data(input).write(to: inputFile)
    try Data().write(to: outputFile)
    try Data().write(to: errorFile)
    process.standardInput = try FileHandle(forReadingFrom: inputFile)
    process.standardOutput = try FileHandle(forWritingTo: outputFile)
    process.standardError = try FileHandle(forWritingTo: errorFile)
    try process.run()
    process.waitUntilExit()
    return ProgramResult(
        status: process.terminationStatus,
        output: [UInt8](try Data(contentsOf: outputFile)),
        errors: String(decoding: try Data(contentsOf: errorFile), as: UTF8.self)
    )
}

/// A directory that goes when the test lets go of it.
final class TemporaryDirectory {
    private let root: URL

    init() throws {
        root = FileManager.default.temporaryDirectory.appendingPathComponent("age-tests-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: root, withIntermediateDirectories: true)
    }

    deinit {
        try? FileManager.default.removeItem(at: root)
    }

    var directory: URL { root }

    func url(_ name: String) -> URL { root.appendingPathComponent(name) }

    func write(_ bytes: [UInt8], to name: String) throws {
        try Data(bytes).write(to: url(name))
    }

    func read(_ name: String) throws -> [UInt8] {
        [UInt8](try Data(contentsOf: url(name)))
    }
}

/// A random source whose bytes are SHA-256 of a seed and a counter, for tests that need the same bytes again.
final class CountedRandom: RandomSource, @unchecked Sendable {
    // @unchecked: each test has one of its own and uses it from one place.
    private let seed: UInt8
    private var counter: UInt8 = 0
    private(set) var requests: [Int] = []

    init(seed: UInt8) {
        self.seed = seed
    }

    func fill(_ bytes: inout MutableRawSpan) {
        requests.append(bytes.byteCount)
        for offset in 0..<bytes.byteCount {
            if offset % 32 == 0 { counter += 1 }
            bytes.setByte(SHA256.hash([seed, counter])[offset % 32], at: offset)
        }
    }
}

/// A file of 100 bytes made from counted random bytes, and the text of the identity that opens it: the same in every run.
func knownAnswerFile() throws -> (file: [UInt8], identity: [UInt8]) {
    let identity = try AgeIdentity.generate(random: CountedRandom(seed: 1))
    let file = try Age.encrypt(pattern(100).rawSpan, to: [identity.recipient], random: CountedRandom(seed: 2))
    let text = identity.text()
    return (file, text.bytes.array)
}

/// Sizes around every boundary: of a chunk, of two and three, of what one thread takes in its turn, of what is spread over the processors.
let boundarySizes: [Int] = {
    let chunk = 65_536
    let boundaries = [chunk, 2 * chunk, 3 * chunk, 8 * chunk, 16 * chunk]
    return [0, 1] + boundaries.flatMap { [$0 - 1, $0, $0 + 1] } + [24 * chunk]
}()

/// Where this package lies.
let packageDirectory = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

/// Whether a program is found on the path.
func isInstalled(_ program: String) -> Bool {
    let path = ProcessInfo.processInfo.environment["PATH"] ?? ""
    return path.split(separator: ":").contains { FileManager.default.isExecutableFile(atPath: "\($0)/\(program)") }
}

/// `count` bytes that repeat only after a prime number of them, so that a chunk in the wrong place is noticed.
func pattern(_ count: Int) -> [UInt8] {
    (0..<count).map { UInt8(truncatingIfNeeded: $0 % 251) }
}

extension String {
    /// A keyring with the identity that this text is.
    func keyring() throws -> AgeKeyring {
        let text = Array(utf8)
        return AgeKeyring(try AgeIdentity(text.rawSpan))
    }

    /// This text as a passphrase for tests: a work factor that takes milliseconds.
    func passphrase(workFactor: Int = 10) throws -> AgePassphrase {
        let text = Array(utf8)
        return try AgePassphrase(text.rawSpan, workFactor: workFactor)
    }
}

/// The plaintext that a streaming decryption released, and how it ended.
struct Streamed {
    var released: [UInt8] = []
    var error: AgeError?
}

/// Feeds `file` to a decryptor in pieces of `pieceBytes`.
func decryptStreaming(
    _ file: [UInt8], with keyring: AgeKeyring, pieceBytes: Int, expecting format: AgeFormat? = nil
) -> Streamed {
    var result = Streamed()
    var decryptor = AgeDecryptor(keyring, expecting: format)
    do throws(AgeError) {
        var offset = 0
        while offset < file.count {
            let end = min(offset + pieceBytes, file.count)
            try decryptor.append(file.rawSpan.extracting(offset..<end)) { result.released += $0.array }
            offset = end
        }
        try decryptor.finish { result.released += $0.array }
    } catch {
        result.error = error
    }
    return result
}

/// Decrypts `file` from a source that has `pieceBytes` at most at a time.
func decryptFromSource(
    _ file: [UInt8], with keyring: AgeKeyring, pieceBytes: Int, expecting format: AgeFormat? = nil
) -> Streamed {
    let source = Source(file, pieceBytes: pieceBytes)
    let sink = Sink()
    var result = Streamed()
    do throws(AgeError) {
        try Age.decrypt(with: keyring, expecting: format) {
            source.read(into: &$0)
        } into: {
            sink.take($0)
        }
    } catch {
        result.error = error
    }
    result.released = sink.bytes
    return result
}

/// Encrypts `plaintext` from a source that has `pieceBytes` at most at a time.
func encryptFromSource(
    _ plaintext: [UInt8], to recipients: [AgeRecipient], format: AgeFormat = .binary, pieceBytes: Int
) throws -> [UInt8] {
    let source = Source(plaintext, pieceBytes: pieceBytes)
    let sink = Sink()
    try Age.encrypt(to: recipients, format: format) {
        source.read(into: &$0)
    } into: {
        sink.take($0)
    }
    return sink.bytes
}

/// Bytes that come in pieces, as from a file or a connection.
final class Source: Sendable {
    private let bytes: [UInt8]
    private let pieceBytes: Int
    private let offset = Mutex(0)

    init(_ bytes: [UInt8], pieceBytes: Int) {
        self.bytes = bytes
        self.pieceBytes = pieceBytes
    }

    func read(into room: inout MutableRawSpan) -> Int {
        let bytes = bytes
        return offset.withLock { offset in
            let count = min(room.byteCount, pieceBytes, bytes.count - offset)
            room.copy(bytes.rawSpan.extracting(offset..<(offset + count)), at: 0)
            offset += count
            return count
        }
    }
}

/// Takes bytes, as a file or a connection does.
final class Sink: Sendable {
    private let taken = Mutex<[UInt8]>([])

    var bytes: [UInt8] { taken.withLock { $0 } }

    func take(_ bytes: RawSpan) {
        taken.withLock { $0 += bytes.array }
    }
}

/// Encrypts `plaintext` handed to `encryptor` in pieces of `pieceBytes`.
func encryptStreaming(_ plaintext: [UInt8], _ encryptor: consuming AgeEncryptor, pieceBytes: Int) throws -> [UInt8] {
    var file: [UInt8] = []
    var offset = 0
    while offset < plaintext.count {
        let end = min(offset + pieceBytes, plaintext.count)
        try encryptor.append(plaintext.rawSpan.extracting(offset..<end)) { file += $0.array }
        offset = end
    }
    try encryptor.finish { file += $0.array }
    return file
}

/// The code of the error that `body` throws, or nil.
func code(_ body: () throws(AgeError) -> Void) -> AgeError.Code? {
    do throws(AgeError) {
        try body()
        return nil
    } catch {
        return error.code
    }
}
