internal import FoundationEssentials
internal import Synchronization
internal import System

/// Standard error where it is a terminal: one line that is rewritten, and a little colour.
enum Screen {
    private static let standardError: Int32 = 2
    /// To the beginning of the line, which is then erased (ECMA-48, EL).
    private static let eraseLine = "\r\u{1B}[K"

    /// Whether a line can be rewritten: a terminal, and not a dumb one.
    static let isShown =
        Terminal.isTerminal(descriptor: standardError) && ![nil, "", "dumb"].contains(ProcessInfo.processInfo.environment["TERM"])

    /// Whether words may be coloured: see no-color.org.
    private static let hasColour = isShown && (ProcessInfo.processInfo.environment["NO_COLOR"] ?? "").isEmpty

    /// Whether a line stands there that is to be erased.
    private static let isOccupied = Mutex(false)

    /// Shows a line in the place of the one before.
    static func show(_ line: String) {
        guard isShown else { return }
        isOccupied.withLock { $0 = true }
        try? StandardStreams.write(eraseLine + line, to: .error)
    }

    /// Erases the line, if one is shown.
    static func erase() {
        guard isShown else { return }
        let wasOccupied = isOccupied.withLock { isOccupied in
            defer { isOccupied = false }
            return isOccupied
        }
        if wasOccupied { try? StandardStreams.write(eraseLine, to: .error) }
    }

    /// A word that a person must not overlook (ECMA-48, SGR).
    enum Emphasis: String {
        case error = "1;31"
        case warning = "1;33"
    }

    /// The word, coloured where that is wanted.
    static func emphasised(_ word: String, _ emphasis: Emphasis) -> String {
        hasColour ? "\u{1B}[\(emphasis.rawValue)m\(word)\u{1B}[0m" : word
    }
}

/// Tells how far long work has come, on one line of a terminal that is erased at the end, and says nothing where standard error is a file.
package struct Progress: ~Copyable {
    /// What takes no longer is not told.
    private static let delay = Duration.milliseconds(300)
    private static let interval = Duration.milliseconds(100)

    private let label: String
    private let total: String
    private var next: ContinuousClock.Instant

    /// Progress of the work that `label` names, of so many pieces where that is known.
    package init(_ label: String, of total: Int? = nil) {
        self.label = label
        self.total = total.map { " of \($0)" } ?? ""
        next = ContinuousClock.now + Self.delay
    }

    /// Work that somebody else does, of whom nothing is heard before the end: shown at once.
    package init(waitingFor label: String) {
        self.init(label)
        Screen.show("\(label) …")
    }

    deinit { Screen.erase() }

    /// Says that `done` pieces are done.
    package mutating func update(_ done: Int) {
        guard Screen.isShown, ContinuousClock.now >= next else { return }
        next = ContinuousClock.now + Self.interval
        Screen.show("\(label): \(done)\(total)")
    }
}
