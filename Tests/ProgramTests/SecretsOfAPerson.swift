import Age
import CSodium
import Foundation
import ProgramRunner
import Sodium
import SodiumIdentity

/// Everything secret that a program has had in its hands when it has opened somebody's identity: what to look for in its memory.
struct SecretsOfAPerson {
    /// Each under its name.
    private(set) var all: [String: [UInt8]] = [:]

    /// What the person holds in the end, as bytes: this a program must have somewhere.
    static let held = ["record key", "signing seed", "age key"]

    /// Works out all of it from an identity file and its passphrase, as Docs/Spec/Identity.md and the age format say.
    init(identity path: String) throws {
        let file = [UInt8](try Data(contentsOf: URL(fileURLWithPath: path)))
        let passphrase = Array(try String(contentsOfFile: "\(path).pass", encoding: .utf8).split(separator: "\n")[0].utf8)
        all["passphrase"] = passphrase
        let header = try AgeHeader(unverified: file.rawSpan)
        let stanza = header.stanzas[0]
        let salt = try Base64.decode(stanza.arguments[1], .unpadded)
        let wrapKey = try Scrypt.derive(
            passphrase: SecretBytes(copying: passphrase.rawSpan), salt: Array("age-encryption.org/v1/scrypt".utf8) + salt,
            logN: Int(stanza.arguments[2]) ?? 0, count: 32)
        all["key made of the passphrase"] = wrapKey.bytes.array
        let fileKey = try SecretBytes(count: 16) { (out: inout MutableRawSpan) throws(SodiumError) in
            try ChaCha20Poly1305.open(stanza.body.rawSpan, nonce: [UInt8](repeating: 0, count: 12), key: wrapKey, into: &out)
        }
        all["file key"] = fileKey.bytes.array
        let nonce = Array(file[header.byteCount..<(header.byteCount + 16)])
        let payloadKey = HKDF.derive(from: fileKey, salt: nonce, info: Array("payload".utf8), count: 32)
        all["payload key"] = payloadKey.bytes.array
        let headerKey = HKDF.derive(from: fileKey, info: Array("header".utf8), count: 32)
        all["header key"] = headerKey.bytes.array
        try addKeys(of: Age.decrypt(file.rawSpan, with: Known(key: fileKey.bytes.array)))
    }

    /// Opens what has this file key.
    private struct Known: AgeUnwrapper {
        let key: [UInt8]
        func fileKey(of header: AgeHeader) throws(AgeError) -> AgeFileKey? { try AgeFileKey(key.rawSpan) }
    }

    private mutating func addKeys(of text: [UInt8]) throws {
        all["identity text"] = text
        for line in text.split(separator: 0x0A).map({ String(decoding: $0, as: UTF8.self) }) {
            let value = line.split(separator: " ").last.map(String.init) ?? ""
            if line.hasPrefix("# record-secret-key: ") { try add("record key", base64: value) }
            if line.hasPrefix("# signing-seed: ") { try add("signing seed", base64: value) }
            if line.hasPrefix("AGE-SECRET-KEY-1") {
                all["age key, as text"] = Array(value.utf8)
                all["age key"] = Self.ageKey(Array(value.utf8))
            }
        }
        for name in ["record key", "age key"] { all["\(name), clamped"] = all[name].map(Self.clamped) }
        // RFC 8032, 5.1.5: what an Ed25519 seed is expanded to.
        let expanded = Self.sha512(all["signing seed"] ?? [])
        all["signing scalar"] = Self.clamped(Array(expanded[..<32]))
        all["signing scalar, not clamped"] = Array(expanded[..<32])
        all["signing prefix"] = Array(expanded[32...])
    }

    private mutating func add(_ name: String, base64 text: String) throws {
        all["\(name), as text"] = Array(text.utf8)
        all[name] = try Base64.decode(text)
    }

    private static func ageKey(_ text: [UInt8]) -> [UInt8]? {
        guard let key = Bech32.decode(text.rawSpan, prefix: "age-secret-key-", in: .upper) else { return nil }
        return key.bytes.array
    }

    /// RFC 7748, 5.
    private static func clamped(_ key: [UInt8]) -> [UInt8] {
        var key = key
        key[0] &= 248
        key[31] = key[31] & 127 | 64
        return key
    }

    private static func sha512(_ bytes: [UInt8]) -> [UInt8] {
        var hash = [UInt8](repeating: 0, count: 64)
        _ = unsafe crypto_hash_sha512(&hash, bytes, UInt64(bytes.count))
        return hash
    }

    /// Each secret as a whole, and each stretch of 16 bytes that begins at an eighth byte: what is left where a part was overwritten, or where
    /// registers were put on the stack.
    var traces: [ProcessMemory.Trace] {
        all.filter { $0.key != "identity text" }.flatMap { name, bytes -> [ProcessMemory.Trace] in
            // The first 16 characters of an age key's text are the same in all, and stand in every program.
            let starts = stride(from: name == "age key, as text" ? 16 : 0, through: bytes.count - 16, by: 8)
            let stretches = starts.map { start -> ProcessMemory.Trace in
                let stretch = Array(bytes[start..<(start + 16)])
                return ProcessMemory.Trace(of: stretch.rawSpan, called: "\(name), from byte \(start)")
            }
            return [ProcessMemory.Trace(of: bytes.rawSpan, called: name)] + (bytes.count > 16 ? stretches : [])
        }
    }
}
