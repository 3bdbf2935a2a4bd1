import FuzzTargets
import Glibc

/// What libFuzzer calls. Its own `main` is the program's; which target is meant is said with `--target=NAME`, which it leaves to us.
private enum Driver {
    nonisolated(unsafe) static var target: FuzzTarget?
    nonisolated(unsafe) static var world: FuzzWorld?

    static let usage = """
        usage: fuzz --target=NAME [libFuzzer's options] [CORPUS…]
               fuzz --list              the targets, each with the longest input that is worth trying
               fuzz --write-seeds=DIR   writes inputs that each target accepts to DIR/NAME/

        """

    static func stop(_ text: String, code: Int32) -> Never {
        let bytes = Array(text.utf8)
        _ = write(code == 0 ? STDOUT_FILENO : STDERR_FILENO, bytes, bytes.count)
        exit(code)
    }

    static func value(_ option: String) -> String? {
        CommandLine.arguments.first { $0.hasPrefix("\(option)=") }.map { String($0.dropFirst(option.utf8.count + 1)) }
    }

    static func writeSeeds(to folder: String) throws {
        let world = try FuzzWorld()
        for target in FuzzTarget.all {
            mkdir("\(folder)/\(target.name)", 0o755)
            for (number, seed) in try target.seeds(world).enumerated() {
                guard let file = fopen("\(folder)/\(target.name)/seed-\(number)", "w") else { stop("cannot write to \(folder)\n", code: 1) }
                fwrite(seed, 1, seed.count, file)
                fclose(file)
            }
        }
    }
}

/// Called once, before anything else.
@_cdecl("LLVMFuzzerInitialize")
public func fuzzerInitialize(
    _ count: UnsafeMutablePointer<Int32>, _ arguments: UnsafeMutablePointer<UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>>
) -> Int32 {
    if CommandLine.arguments.contains("--list") {
        Driver.stop(FuzzTarget.all.map { "\($0.name) \($0.maximumBytes)\n" }.joined(), code: 0)
    }
    do {
        if let folder = Driver.value("--write-seeds") {
            try Driver.writeSeeds(to: folder)
            exit(0)
        }
        Driver.target = FuzzTarget.all.first { $0.name == Driver.value("--target") }
        Driver.world = try FuzzWorld()
    } catch {
        Driver.stop("cannot begin: \(error)\n", code: 1)
    }
    if Driver.target == nil { Driver.stop(Driver.usage, code: 64) }
    return 0
}

/// Called with each input; a finding ends the process, and libFuzzer keeps the input.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzerTestOneInput(_ start: UnsafePointer<UInt8>, _ count: Int) -> Int32 {
    guard let target = Driver.target, let world = Driver.world else { return -1 }
    do {
        _ = try target.judge(world, Array(UnsafeBufferPointer(start: start, count: count)))
    } catch {
        fatalError("\(target.name): \(error)")
    }
    return 0
}
