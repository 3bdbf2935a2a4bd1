import Foundation
import FuzzTargets
import Testing

@Suite("What was ever found by fuzzing stays fixed, and every target reaches what it is for")
struct EveryFindingStaysFixedTests {
    /// The inputs that are kept for a target: `Tests/Fuzzing/Corpus/NAME/`.
    private static func corpus(of target: String) throws -> [(name: String, bytes: [UInt8])] {
        let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .appendingPathComponent("Corpus/\(target)")
        guard FileManager.default.fileExists(atPath: folder.path) else { return [] }
        return try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted().map { name in
            (name, [UInt8](try Data(contentsOf: folder.appendingPathComponent(name))))
        }
    }

    @Test("every input that is kept", arguments: FuzzTarget.all.map(\.name))
    func corpus(name: String) throws {
        let target = try #require(FuzzTarget.all.first { $0.name == name })
        let world = try FuzzWorld()
        let inputs = try Self.corpus(of: name)
        for input in inputs {
            #expect(throws: Never.self, "\(name)/\(input.name)") { try target.judge(world, input.bytes) }
        }
        // What our own encoders make is accepted: a target that refuses everything would prove nothing.
        for seed in try target.seeds(world) {
            #expect(try target.judge(world, seed) == .accepted, "\(name): a seed of \(seed.count) bytes")
            #expect(seed.count <= target.maximumBytes)
        }
        print("fuzzing: \(name): \(inputs.count) inputs kept")
    }

    @Test("the world is the same every time, so that an input that was kept means the same")
    func sameWorld() throws {
        let target = try #require(FuzzTarget.all.first { $0.name == "roster" })
        #expect(try target.seeds(FuzzWorld()) == target.seeds(FuzzWorld()))
    }
}
