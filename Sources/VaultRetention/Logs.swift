import ArgumentParser
import Console
import Logging
import Records
import Sodium
import System

/// How the keeper writes its log, on standard error.
struct LogOptions: ParsableArguments {
    /// How a line looks.
    enum Format: String, ExpressibleByArgument, CaseIterable {
        /// Time, level, what it tells of, and a sentence.
        case text
        /// The same without the time, behind a level as sd-daemon(3) has it: the journal knows the time.
        case journal
        /// A line of JSON.
        case json
    }

    @Option(
        name: .customLong("log-level"),
        help: ArgumentHelp("The least that is told: debug, info, notice, warning or error. Default: info.", valueName: "level"),
        transform: Self.level)
    var level: Logger.Level = .info

    @Option(name: .customLong("log-format"), help: "How each line looks: text, journal (with a level for systemd) or json.")
    var format: Format = .text

    private static func level(_ text: String) throws -> Logger.Level {
        guard let level = Logger.Level(rawValue: text) else {
            throw ValidationError("no level is called that: say debug, info, notice, warning or error")
        }
        return level
    }

    /// The log that was asked for.
    var logger: Logger {
        Logger(label: "vault-retention") { [format, level] _ in LineLog(format: format, logLevel: level) }
    }
}

/// Writes each message as one line in one piece; that nobody listens is fine.
struct LineLog: LogHandler {
    let format: LogOptions.Format
    var logLevel: Logger.Level
    var metadata: Logger.Metadata = [:]

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        let all = metadata.merging(event.metadata ?? [:]) { _, new in new }.mapValues { "\($0)" }
        // A line feed in a message would make a second line of it, which nobody wrote.
        let message = "\(event.message)".replacing("\n", with: " ")
        let line = "\(all["event"] ?? "log"): \(message)\n"
        switch format {
        case .text: try? StandardStreams.write("\(Timestamp(SystemWallClock())) \(event.level.rawValue) \(line)", to: .error)
        case .journal: try? StandardStreams.write("<\(Self.priority(event.level))>\(line)", to: .error)
        case .json:
            let fields = ["at": "\(Timestamp(SystemWallClock()))", "level": event.level.rawValue, "message": message]
            guard let json = try? Output.jsonLine(all.merging(fields) { _, own in own }) else { return }
            try? StandardStreams.write(json.rawSpan, to: .error)
        }
    }

    /// The level as syslog(3) counts them.
    private static func priority(_ level: Logger.Level) -> Int {
        switch level {
        case .critical: 2
        case .error: 3
        case .warning: 4
        case .notice: 5
        case .info: 6
        case .debug, .trace: 7
        }
    }
}

/// Logs of programs that end.
enum Logs {
    /// On standard error, for people.
    static func standardError() -> Logger {
        Logger(label: "vault-retention") { _ in LineLog(format: .text, logLevel: .info) }
    }

    /// Nowhere.
    static var quiet: Logger {
        Logger(label: "vault-retention") { _ in SwiftLogNoOpLogHandler() }
    }
}
