import Logging

/// Where the program's log goes.
enum Logs {
    private static let label = "vault-retention"

    /// To standard error, with the time and what it is.
    static func standardError() -> Logger {
        Logger(label: label) { StreamLogHandler.standardError(label: $0) }
    }

    /// Nowhere.
    static var quiet: Logger {
        Logger(label: label) { _ in SwiftLogNoOpLogHandler() }
    }
}
