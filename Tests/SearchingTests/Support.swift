import Records
import TestVault

/// Lines as a platform would send them.
enum Said {
    static func line(_ text: String, id: String = "1", role: String = "visitor", name: String? = nil, at: String? = nil) -> [UInt8] {
        TestData.message(text, id: id, role: role, name: name, at: at)
    }
}
