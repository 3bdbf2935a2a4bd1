/// A failure that the programs tell: a person in one line, and a program by a code that stays what it is.
package protocol Refusal: Error, CustomStringConvertible {
    /// The code as `Docs/Refusals.md` lists it, such as `keeper.notRunning`; where a module passes on what another one refused, that one's.
    var refusalCode: String { get }
}

/// The kinds of a module's own refusals, each of them once.
package protocol RefusalCode: CaseIterable, Sendable {
    /// What the module is called in its codes.
    static var module: String { get }
}

extension RefusalCode {
    /// The code: the module's name, and the case's.
    package var refusalCode: String { "\(Self.module).\(self)" }
}
