package import ArgumentParser
internal import FoundationEssentials
package import Records

/// Which vault: what every command that works on one takes.
package struct VaultOptions: ParsableArguments {
    /// Where the vault lies unless something else is said.
    package static let defaultVault = "/var/lib/transcript-vault"

    /// The vault's directory, if it was given as an option.
    @Option(
        name: .customLong("vault"),
        help: ArgumentHelp(
            "The vault's directory; else VAULT_DIR of the environment, else \(defaultVault).", valueName: "dir"), completion: .directory)
    package var directory: String?

    /// No options given.
    package init() {}

    /// Refuses an empty name, which would be the directory where the program happens to work.
    package func validate() throws {
        if directory == "" { throw ValidationError("--vault is empty: name the vault's directory") }
    }

    /// The vault that the option, the environment or the default names.
    package var layout: VaultLayout {
        VaultLayout(root: directory ?? Environment.value("VAULT_DIR") ?? Self.defaultVault)
    }
}

/// Which keeper: what every command that seals or reads takes.
package struct KeeperOptions: ParsableArguments {
    /// Where the keeper listens unless something else is said.
    package static let defaultSocket = "/run/transcript-vault/keeper.socket"

    /// The keeper's socket, if it was given as an option.
    @Option(
        name: .customLong("keeper"),
        help: ArgumentHelp(
            "The keeper's socket; else VAULT_KEEPER of the environment, else \(defaultSocket).", valueName: "socket"), completion: .file())
    package var path: String?

    /// No options given.
    package init() {}

    /// Refuses an empty name.
    package func validate() throws {
        if path == "" { throw ValidationError("--keeper is empty: name the keeper's socket") }
    }

    /// The socket that the option, the environment or the default names.
    package var socket: String {
        path ?? Environment.value("VAULT_KEEPER") ?? Self.defaultSocket
    }
}

private enum Environment {
    /// What the environment says; nil where that is nothing.
    static func value(_ name: String) -> String? {
        ProcessInfo.processInfo.environment[name].flatMap { $0.isEmpty ? nil : $0 }
    }
}

/// Machine-readable output: what every command takes that tells something.
package struct OutputOptions: ParsableArguments {
    /// Whether standard output is for programs.
    @Flag(name: .customLong("json"), help: "Print JSON on standard output; a failure is JSON, too, on standard error.")
    package var json = false

    /// No options given.
    package init() {}
}
