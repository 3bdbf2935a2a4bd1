import Sodium
import System
import Testing

/// A secret's line is read exactly: no byte of the next line, nothing of the line's end, nothing left behind on refusal.
@Suite struct SecretLineTests {
    let directory = try? TemporaryDirectory()

    private func input(_ text: String) throws -> InputDescriptor {
        let path = "\(try #require(directory).path)/secret"
        let bytes = Array(text.utf8)
        try DiskFileSystem().replaceDurably(path, bytes.rawSpan, mode: 0o600)
        return try Terminal.openForReading(path)
    }

    private static func line(_ input: InputDescriptor, room: Int) throws(HostError) -> String {
        var secret = SecretBytes(zeros: room)
        var bytes = secret.mutableBytes
        let length = try Terminal.readSecretLine(descriptor: input, into: &bytes)
        return String(decoding: bytes.bytes.array[..<length], as: UTF8.self)
    }

    private static func code(_ input: InputDescriptor, room: Int) -> HostError.Code? {
        do throws(HostError) {
            _ = try line(input, room: room)
            return nil
        } catch {
            return error.code
        }
    }

    @Test(arguments: [4, 5, 6, 100]) func `one line end is taken off, and no more`(room: Int) throws {
        for end in ["", "\n", "\r\n"] {
            #expect(try Self.line(input("word\(end)"), room: room) == "word")
        }
        #expect(try Self.line(input("wor \n\n"), room: room) == "wor ")
        #expect(try Self.line(input("wor\r\r\n"), room: room) == "wor\r")
        #expect(try Self.line(input("wor\r"), room: room) == "wor\r")
        #expect(try Self.line(input("\n"), room: room).isEmpty)
        #expect(try Self.line(input("\r\n"), room: room).isEmpty)
    }

    @Test func `lines are read one after the other`() throws {
        let input = try input("first\r\nsecond\n\nthird")
        for expected in ["first", "second", "", "third"] { #expect(try Self.line(input, room: 6) == expected) }
        #expect(Self.code(input, room: 6) == .endOfInput)
    }

    @Test func `what an open descriptor has left is read by its number`() throws {
        let first = try input("first\nsecond\n")
        #expect(try Self.line(first, room: 10) == "first")
        let second = try Terminal.openForReading("/dev/fd/\(first.number)")
        first.close()
        #expect(try Self.line(second, room: 10) == "second")
    }

    @Test(arguments: ["words", "words\n", "words\r\n", "word\r", "word\rx", "word\r\r\n"]) func `a line that does not fit is refused`(
        text: String
    ) throws {
        #expect(Self.code(try input(text), room: 4) == .tooLong)
    }

    @Test(arguments: ["x", "\rx"]) func `into no room only an empty line fits`(text: String) throws {
        #expect(Self.code(try input(text), room: 0) == .tooLong)
        #expect(Self.code(try input(""), room: 0) == .endOfInput)
        #expect(try Self.line(input("\n"), room: 0).isEmpty)
        #expect(try Self.line(input("\r\n"), room: 0).isEmpty)
    }

    @Test func `a refused line is wiped`() throws {
        let input = try input("secret words\n")
        var secret = SecretBytes(zeros: 6)
        var bytes = secret.mutableBytes
        do throws(HostError) {
            _ = try Terminal.readSecretLine(descriptor: input, into: &bytes)
            Issue.record("it was read")
        } catch {
            #expect(error.code == .tooLong)
            #expect(!error.message.contains("secret"))
        }
        #expect(bytes.bytes.array == [UInt8](repeating: 0, count: 6))
    }

    @Test func `what cannot be opened says why`() throws {
        let place = try #require(directory).path
        #expect(Self.codeOfOpening("\(place)/none") == .notFound)
        #expect(Self.codeOfOpening(place) == .notARegularFile)
        #expect(Self.codeOfOpening("/dev/fd/987654") != nil)
        #expect(Self.codeOfOpening("/dev/fd/x") == .notFound)
        #expect(try !Terminal.isTerminal(descriptor: input("").number))
    }

    private static func codeOfOpening(_ path: String) -> FileError.Code? {
        do throws(FileError) {
            _ = try Terminal.openForReading(path)
            return nil
        } catch {
            return error.code
        }
    }
}
