import Benchmark
import BenchmarkSubjects

/// What reading a record costs, operation by operation. The whole of it, a worker's year, is measured on the program.
func reading() {
    let short = Benchmark.Configuration.measuring(for: .seconds(2), atMost: 1_000, scalingFactor: .kilo)

    Benchmark("derive a leaf", configuration: short) { benchmark, subject in
        for _ in benchmark.scaledIterations { blackHole(subject.deriveLeaf()) }
    } setup: {
        try SingleOperations()
    }

    Benchmark("open a sealed box", configuration: short) { benchmark, subject in
        for _ in benchmark.scaledIterations { blackHole(try subject.openBox()) }
    } setup: {
        try SingleOperations()
    }

    Benchmark("check a signature", configuration: short) { benchmark, subject in
        for _ in benchmark.scaledIterations { blackHole(subject.checkSignature()) }
    } setup: {
        try SingleOperations()
    }

    guard MeasuredVault.hasData else { return }
    Benchmark("read a record's file", configuration: .measuring(for: .seconds(2), atMost: 100)) { benchmark, subject in
        for path in subject.parts { blackHole(try subject.vault.read(path)) }
    } setup: {
        try Files(count: 1_000)
    }
}

/// A worker's year, opened and searched on all cores.
func searching() {
    guard MeasuredVault.hasData else { return }
    let year = 5_000
    Benchmark("search a year: ours", configuration: .measuring(for: .seconds(20), atMost: 10, warmUp: 1)) { benchmark, vault in
        let opened = try vault.searchYear(for: "allergies")
        precondition(opened == year, "every record of the year is opened")
    } setup: {
        try MeasuredVault(below: Place.fresh(), sealing: year)
    }
}

/// The files of some sealed records.
private struct Files {
    let vault: MeasuredVault
    let parts: [String]

    init(count: Int) throws {
        vault = try MeasuredVault(below: Place.fresh(), sealing: count)
        parts = try vault.parts()
    }
}
