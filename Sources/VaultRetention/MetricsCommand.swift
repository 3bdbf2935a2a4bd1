import ArgumentParser
import Console
import Keeper

/// Prints metrics.
struct MetricsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "metrics",
        abstract: "Print how the keeper is, in the text format of Prometheus.",
        discussion: """
            Asked of the running keeper, and printed on standard output. Nothing in it is secret, and nothing is about a person:

              vault-retention metrics

            'vault-retention run --metrics-file FILE' writes the same twice a minute, for a collector of text files.
            """)

    @OptionGroup var vault: VaultOptions
    @OptionGroup var keeper: KeeperOptions

    func run() throws {
        try Output.bytes(KeeperClient.connecting(to: keeper, of: vault).metrics())
    }
}
