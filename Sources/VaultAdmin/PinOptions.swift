internal import ArgumentParser

/// From what a command that only looks verifies the roster.
struct PinOptions: ParsableArguments {
    @Option(
        name: .customLong("organisation-key"),
        help: ArgumentHelp("Verify from the pin beside this key; without it, from the key that lies in the vault.", valueName: "file"),
        completion: .file())
    var keyFile: String?
}
