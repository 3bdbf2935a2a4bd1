import ArgumentParser
import Console
import Keeper

/// Prints metrics.
struct MetricsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "metrics",
        abstract: "Print how the keeper is, in the text format of Prometheus.",
        discussion: """
            Asked of the running keeper. Nothing in it is secret, and nothing is about a person. 'vault-retention run --metrics-file FILE' \
            writes the same twice a minute, for a collector of text files.

            Example:
              vault-retention metrics
            """)

    @OptionGroup var vault: VaultOptions
    @OptionGroup var keeper: KeeperOptions
    @OptionGroup var output: OutputOptions

    private struct Row: Encodable {
        let format = "text/plain; version=0.0.4"
        let metrics: String
    }

    func run() throws {
        let metrics = try KeeperClient.connecting(to: keeper, of: vault).metrics()
        guard output.json else { return try Output.bytes(metrics) }
        try Output.json(Row(metrics: String(decoding: metrics, as: UTF8.self)))
    }
}
