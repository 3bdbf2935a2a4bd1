package import Records
package import Sodium
package import System

extension VaultLayout {
    /// A certificate's document; the name lies in `certificates`.
    package func certificate(_ number: Int) -> String { "\(certificates)/\(number).json" }
    /// The document's signature.
    package func certificateSignature(_ number: Int) -> String { "\(certificates)/\(number).json.minisig" }
    /// The text for people.
    package func certificateText(_ number: Int) -> String { "\(certificates)/\(number).txt" }
    /// The text's signature.
    package func certificateTextSignature(_ number: Int) -> String { "\(certificates)/\(number).txt.minisig" }
    /// All four, in the order in which they are written: the document last, so that all of it is there once that is.
    package func certificateFiles(_ number: Int) -> [String] {
        [certificateTextSignature(number), certificateText(number), certificateSignature(number), certificate(number)]
    }
}

/// The folder of a vault's certificates: `<number>` with `.json`, `.txt`, and `.minisig` of both.
package struct CertificateFolder: Sendable {
    /// The most digits of a certificate's number that is looked at.
    private static let mostDigits = 9

    private let fileSystem: any FileSystem
    private let layout: VaultLayout

    /// The certificates of the vault at `layout`.
    package init(fileSystem: any FileSystem, layout: VaultLayout) {
        self.fileSystem = fileSystem
        self.layout = layout
    }

    /// What lies in the folder.
    package struct Names: Equatable, Sendable {
        /// The numbers of which the document is there, ascending: those are certificates.
        package var numbers: [Int] = []
        /// The numbers of which there is another file and no document, ascending: one is being written, or was begun and is written again.
        package var unfinished: [Int] = []
        /// Names that no certificate has; unfinished files are not among them.
        package var strangers: [String] = []
    }

    /// What lies in the folder; nothing where there is none.
    package func names() throws(CertificateError) -> Names {
        do throws(FileError) {
            var (numbers, begun, strangers) = (Set<Int>(), Set<Int>(), [String]())
            for name in try fileSystem.listIfPresent(layout.certificates) where !name.hasPrefix(DiskFileSystem.temporaryPrefix) {
                guard let number = Self.number(in: name) else {
                    strangers.append(name)
                    continue
                }
                if "\(layout.certificates)/\(name)" == layout.certificate(number) { numbers.insert(number) } else { begun.insert(number) }
            }
            return Names(numbers: numbers.sorted(), unfinished: begun.subtracting(numbers).sorted(), strangers: strangers)
        } catch {
            throw CertificateError(error)
        }
    }

    /// The number in a file's name; nil for a name that no certificate's file has.
    static func number(in name: String) -> Int? {
        for suffix in [".json.minisig", ".txt.minisig", ".json", ".txt"] where name.hasSuffix(suffix) {
            let digits = name.dropLast(suffix.count)
            guard digits.utf8.count <= mostDigits, let number = Int(digits), number > 0, "\(number)" == digits else { return nil }
            return number
        }
        return nil
    }

    /// The certificate of a number, verified.
    ///
    /// - Throws: `refused` where a file is missing or anything is not authentic; `storage` where it could not be read.
    package func read(_ number: Int, vault: VaultID, keys: [SigningPublicKey]) throws(CertificateError) -> SignedCertificate {
        try SignedCertificate(
            document: file(layout.certificate(number), SignedCertificate.maximumBytes),
            signature: file(layout.certificateSignature(number), Limits.minisigBytes),
            text: file(layout.certificateText(number), SignedCertificate.maximumBytes),
            textSignature: file(layout.certificateTextSignature(number), Limits.minisigBytes), number: number, vault: vault, keys: keys)
    }

    private func file(_ path: String, _ limitBytes: Int) throws(CertificateError) -> [UInt8] {
        do throws(FileError) {
            return try fileSystem.readFile(path, limitBytes: limitBytes)
        } catch {
            switch error.code {
            case .notFound, .tooLarge, .notARegularFile: throw .refused
            default: throw CertificateError(error)
            }
        }
    }

    /// Puts a certificate there durably, the document last: once it is there, all of it is.
    package func write(_ certificate: SignedCertificate) throws(CertificateError) {
        do throws(FileError) {
            try fileSystem.createDirectories(layout.certificates, mode: VaultLayout.directoryMode)
            let contents = [certificate.textSignature, certificate.text, certificate.documentSignature, certificate.document]
            for (path, bytes) in zip(layout.certificateFiles(certificate.content.number), contents) {
                try fileSystem.replaceDurably(path, bytes.rawSpan, mode: VaultLayout.fileMode)
            }
        } catch {
            throw CertificateError(error)
        }
    }
}
