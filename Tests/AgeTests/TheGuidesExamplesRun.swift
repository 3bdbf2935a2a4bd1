import Age
import Foundation
import Testing

/// The examples of the guide, in its order and word for word, each between two marks; what stands around them is the test's.
struct TheGuidesExamplesRun {
    @Test("the examples of the guide run, and do what it says")
    func run() throws {
        let folder = try TemporaryDirectory()

        // example
        let identity = try AgeIdentity.generate()
        let recipient = identity.recipient
        print("Give this to whoever writes to you: \(recipient)")
        // end

        // example
        let message = Array("see you on Tuesday".utf8)
        let file = try Age.encrypt(message, to: [recipient])
        let plaintext = try Age.decrypt(file, with: identity)
        // end
        #expect(plaintext == message)

        // example
        let colleague = try AgeRecipient("age1zvkyg2lqzraa2lnjvqej32nkuu0ues2s82hzrye869xeexvn73equnujwj")
        let mail = try Age.encrypt(message, to: [recipient, colleague], format: .armored)
        print(String(decoding: mail, as: UTF8.self))
        // end
        #expect(try Age.decrypt(mail, with: identity) == message)
        #expect(try Age.open(mail, with: identity).header.x25519Count == 2)

        let keyFile = folder.url("key.txt")
        // example
        var lines = Array("# made by the getting-started guide\n".utf8)
        identity.withText { text in
            unsafe text.withUnsafeBytes { unsafe lines.append(contentsOf: $0) }
        }
        try Data(lines).write(to: keyFile)

        let keys = try Array(Data(contentsOf: keyFile))
        let keyring = try unsafe AgeKeyring(identityFile: keys.span.bytes)
        // end
        #expect(try Age.decrypt(file, with: keyring) == message)

        // example
        let typed = Array("correct horse battery staple".utf8)
        let passphrase = try unsafe AgePassphrase(typed.span.bytes)
        let locked = try Age.encrypt(message, to: passphrase)
        let unlocked = try Age.decrypt(locked, with: passphrase)
        // end
        #expect(unlocked == message)

        let (original, sealed, copy) = (folder.url("film"), folder.url("film.age"), folder.url("copy"))
        try Data(pattern(3_000_000)).write(to: original)
        // example
        @Sendable func read(_ file: FileHandle, into room: inout MutableRawSpan) throws -> Int {
            let count = unsafe room.withUnsafeMutableBytes { unsafe Foundation.read(file.fileDescriptor, $0.baseAddress, $0.count) }
            guard count >= 0 else { throw CocoaError(.fileReadUnknown) }
            return count
        }
        @Sendable func write(_ bytes: RawSpan, to file: FileHandle) throws {
            try unsafe bytes.withUnsafeBytes { try unsafe file.write(contentsOf: Data($0)) }
        }

        try Data().write(to: sealed)
        let (source, sink) = (try FileHandle(forReadingFrom: original), try FileHandle(forWritingTo: sealed))
        try Age.encrypt(to: [recipient]) {
            try read(source, into: &$0)
        } into: {
            try write($0, to: sink)
        }

        try Data().write(to: copy)
        let (stored, restored) = (try FileHandle(forReadingFrom: sealed), try FileHandle(forWritingTo: copy))
        try Age.decrypt(with: keyring) {
            try read(stored, into: &$0)
        } into: {
            try write($0, to: restored)
        }
        // end
        #expect(try Data(contentsOf: copy) == Data(pattern(3_000_000)))

        // example
        var encryptor = try AgeEncryptor(to: [recipient])
        var sent: [UInt8] = []
        for piece in [Array("piece by ".utf8), Array("piece".utf8)] {
            try unsafe encryptor.append(piece.span.bytes) { bytes in
                unsafe bytes.withUnsafeBytes { unsafe sent.append(contentsOf: $0) }
            }
        }
        try encryptor.finish { bytes in
            unsafe bytes.withUnsafeBytes { unsafe sent.append(contentsOf: $0) }
        }
        // end
        #expect(try Age.decrypt(sent, with: keyring) == Array("piece by piece".utf8))

        var problems: [String] = []
        // example
        do {
            _ = try Age.decrypt(file, with: passphrase)
        } catch {
            switch error.code {
            case .noMatch: problems.append("this is for somebody else, or the passphrase is wrong")
            case .headerMAC, .payload: problems.append("this was changed or cut short: get it again")
            default: problems.append(error.message)
            }
        }
        // end
        #expect(problems == ["this is for somebody else, or the passphrase is wrong"])
    }

    @Test("the guide shows these examples and no others")
    func sameText() throws {
        let guide = packageDirectory.appendingPathComponent("Sources/Age/Age.docc/GettingStarted.md")
        let shown = Self.parts(of: try String(contentsOf: guide, encoding: .utf8), from: "```swift", to: "```")
        let run = Self.parts(of: try String(contentsOfFile: #filePath, encoding: .utf8), from: "// example", to: "// end")
        #expect(run.count == 8)
        #expect(shown == run)
    }

    /// The lines between two marks, less the indentation of the first.
    private static func parts(of text: String, from begin: String, to end: String) -> [[String]] {
        var parts: [[String]] = []
        var part: [String]?
        for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
            let content = line.trimmingCharacters(in: .whitespaces)
            if content == begin {
                part = []
            } else if content == end, let lines = part {
                let indentation = lines.first?.prefix { $0 == " " }.count ?? 0
                parts.append(lines.map { String($0.dropFirst(indentation)) })
                part = nil
            } else {
                part?.append(String(line))
            }
        }
        return parts
    }
}
