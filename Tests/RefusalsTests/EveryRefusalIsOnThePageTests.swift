import Age
import Certificate
import Console
import Foundation
import HandingOver
import Handover
import Identity
import Keeper
import KeyCalendar
import Ledger
import Minisign
import Opening
import Records
import Refusals
import Retention
import Roster
import Sealing
import Searching
import Sharing
import Sodium
import System
import Testing
import UnattendedIdentity

/// `Docs/Refusals.md` and the code name the same codes, with the same words.
@Suite struct EveryRefusalIsOnThePageTests {
    /// The codes of every module, and the lines that are always the same.
    private static let modules: [(file: String, codes: [(code: String, line: String?)])] = [
        ("Console/ConsoleError", codes(ConsoleError.Code.self)),
        ("System/FileError", codes(FileError.Code.Kind.self)),
        ("System/HostError", codes(HostError.Code.Kind.self)),
        ("System/SocketError", codes(SocketError.Code.Kind.self)),
        ("Keeper/KeeperError", codes(KeeperError.Code.self)),
        ("Identity/IdentityError", codes(IdentityError.Code.Kind.self) { identityLine($0) }),
        ("UnattendedIdentity/UnattendedIdentity", codes(UnattendedIdentityError.Kind.self) { unattendedLine($0) }),
        ("Roster/RosterError", codes(RosterError.Code.self) { RosterError($0).description }),
        ("Minisign/MinisignError", codes(MinisignError.Code.self) { MinisignError($0).description }),
        ("Records/RecordsError", codes(RecordsError.Code.self)),
        ("Sealing/SealingError", codes(SealingError.Code.Kind.self)),
        ("Opening/OpeningError", codes(OpeningError.Code.Kind.self)),
        ("Searching/SearchingError", codes(SearchingError.Code.self)),
        ("Sharing/SharingError", codes(SharingError.Code.self)),
        ("Handover/HandoverError", codes(HandoverError.Code.self) { HandoverError($0).description }),
        ("HandingOver/HandingOverError", codes(HandingOverError.Code.Kind.self)),
        ("KeyCalendar/KeyCalendarError", codes(KeyCalendarError.Code.Kind.self)),
        ("Retention/RetentionError", codes(RetentionError.Code.self)),
        ("Ledger/LedgerError", codes(LedgerError.Code.Kind.self)),
        ("Certificate/CertificateError", codes(CertificateError.Code.Kind.self)),
        ("Sodium/SodiumError", codes(SodiumError.Code.self) { SodiumError($0).description }),
        // The library's own, without a package's protocol in its interface.
        ("Age/AgeError", AgeError.Code.allCases.map { ("age.\($0)", nil) }),
    ]

    private static func codes<Code: RefusalCode>(_: Code.Type, _ line: (Code) -> String? = { _ in nil }) -> [(code: String, line: String?)]
    {
        Code.allCases.map { ($0.refusalCode, line($0)) }
    }

    private static func identityLine(_ kind: IdentityError.Code.Kind) -> String? {
        let code: IdentityError.Code? =
            switch kind {
            case .wrongPassphrase: .wrongPassphrase
            case .noPassphrase: .noPassphrase
            case .malformed: .malformed
            case .memory: .memory
            case .missing: .missing
            case .exists: .exists
            case .storage: nil
            }
        return code.map { IdentityError($0).description }
    }

    private static func unattendedLine(_ kind: UnattendedIdentityError.Kind) -> String {
        switch kind {
        case .exposed: UnattendedIdentityError.exposed.description
        case .malformed: UnattendedIdentityError.malformed.description
        }
    }

    private static let package = "/" + #filePath.split(separator: "/").dropLast(3).joined(separator: "/")

    /// The rows of the page: code, what it says, what to do.
    private static func rows() throws -> [(code: String, says: String, todo: String)] {
        let page = try String(contentsOfFile: "\(package)/Docs/Refusals.md", encoding: .utf8)
        return page.split(separator: "\n").filter { $0.hasPrefix("| `") }.compactMap { line in
            let cells = line.split(separator: "|").map { $0.trimmingCharacters(in: .whitespaces) }
            return cells.count == 3 ? (cells[0].trimmingCharacters(in: ["`"]), cells[1], cells[2]) : nil
        }
    }

    @Test func `the page lists every code once, and no other`() throws {
        let page = try Self.rows().map(\.code)
        let code = Self.modules.flatMap { $0.codes.map(\.code) }
        #expect(code.count >= 180)
        #expect(Set(code).count == code.count)
        #expect(Set(page).count == page.count)
        #expect(Set(code).subtracting(page) == [], "not on the page")
        #expect(Set(page).subtracting(code) == [], "not in the code")
    }

    @Test func `where a line is always the same, the page has it word for word`() throws {
        let rows = Dictionary(try Self.rows().map { ($0.code, $0) }) { first, _ in first }
        var count = 0
        for (code, line) in Self.modules.flatMap(\.codes) {
            let row = try #require(rows[code], "\(code)")
            #expect(!row.says.isEmpty && !row.todo.isEmpty, "\(code)")
            guard let line else { continue }
            count += 1
            #expect(line == "\(row.says): \(row.todo)" || (line == row.says && code.hasPrefix("sodium.")), "\(code): \(line)")
        }
        #expect(count >= 55)
    }

    @Test func `no module has refusals that are not asked here`() throws {
        let sources = URL(fileURLWithPath: "\(Self.package)/Sources")
        let files = try #require(FileManager.default.enumerator(at: sources, includingPropertiesForKeys: nil))
        var declaring: Set<String> = []
        for case let file as URL in files where file.pathExtension == "swift" {
            let text = try String(contentsOf: file, encoding: .utf8)
            guard text.contains(#/(package|public) (struct|enum) \w+Error: /#) else { continue }
            declaring.insert(file.deletingPathExtension().path.replacingOccurrences(of: sources.path + "/", with: ""))
        }
        // It passes on what files and formats refuse, and has no code of its own.
        declaring.remove("RecordStore/RecordStore")
        #expect(declaring == Set(Self.modules.map(\.file)))
    }
}
