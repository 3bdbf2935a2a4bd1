import Age
import Foundation

/// Encrypts or decrypts one file with the library, as the `age` program does: `AgeFile -r RECIPIENT IN OUT`, `AgeFile -i IDENTITY-FILE IN OUT`.
@main enum AgeFile {
    static func main() throws {
        let arguments = CommandLine.arguments
        guard arguments.count == 5, let input = FileHandle(forReadingAtPath: arguments[3]) else {
            FileHandle.standardError.write(Data("usage: AgeFile -r RECIPIENT IN OUT | -i IDENTITY-FILE IN OUT\n".utf8))
            exit(64)
        }
        _ = FileManager.default.createFile(atPath: arguments[4], contents: nil)
        guard let output = FileHandle(forWritingAtPath: arguments[4]) else { exit(1) }
        let (from, to) = (input.fileDescriptor, output.fileDescriptor)
        let source: @Sendable (inout MutableRawSpan) throws -> Int = { room in
            let count = unsafe room.withUnsafeMutableBytes { unsafe read(from, $0.baseAddress, $0.count) }
            guard count >= 0 else { throw CocoaError(.fileReadUnknown) }
            return count
        }
        let sink: @Sendable (RawSpan) throws -> Void = { bytes in
            try unsafe bytes.withUnsafeBytes { bytes in
                var written = 0
                while written < bytes.count {
                    let count = unsafe write(to, bytes.baseAddress?.advanced(by: written), bytes.count - written)
                    guard count > 0 else { throw CocoaError(.fileWriteUnknown) }
                    written += count
                }
            }
        }
        if arguments[1] == "-r" {
            try Age.encrypt(to: [AgeRecipient(arguments[2])], from: source, into: sink)
        } else {
            let identities = Array(try Data(contentsOf: URL(filePath: arguments[2])))
            try Age.decrypt(with: AgeKeyring(identityFile: identities.span.bytes), from: source, into: sink)
        }
    }
}
