import BenchmarkSubjects
import Foundation

/// Asks a running keeper for leaves and prints, as JSON, how many seconds one took: asked for one by one, and many at a time.
/// Usage: `KeeperLeaves SOCKET`
@main enum KeeperLeaves {
    /// Less than the keeper hands out at once, so that its limit is not what is measured.
    private static let (single, many) = (3_000, 12_000)

    static func main() throws {
        guard CommandLine.arguments.count == 2 else {
            FileHandle.standardError.write(Data("usage: KeeperLeaves SOCKET\n".utf8))
            exit(64)
        }
        let questions = try KeeperQuestions(socket: CommandLine.arguments[1])
        let one = try seconds { try (0..<single).reduce(0) { sum, _ in sum + (try questions.ask(1)) } }
        let batched = try seconds { try questions.ask(many) }
        print(#"{"one":\#(one / Double(single)),"batched":\#(batched / Double(many))}"#)
    }

    private static func seconds(_ body: () throws -> Int) throws -> Double {
        let clock = ContinuousClock()
        let start = clock.now
        let count = try body()
        guard count == single || count == many else { throw CocoaError(.coderValueNotFound) }
        return (clock.now - start) / .seconds(1)
    }
}
