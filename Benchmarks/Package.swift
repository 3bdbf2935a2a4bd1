// swift-tools-version: 6.1
// Measures the vault beside floors and peers; `make bench` runs it. It is a package of its own, so that nobody who builds the vault needs
// the benchmark library.

import PackageDescription

let package = Package(
    name: "benchmarks",
    dependencies: [
        .package(name: "transcript-vault", path: ".."),
        .package(url: "https://github.com/ordo-one/benchmark", from: "1.38.1", traits: []),
    ],
    targets: [
        .systemLibrary(name: "CSQLite", path: "CSQLite", pkgConfig: "sqlite3", providers: [.apt(["libsqlite3-dev"])]),
        .target(name: "Floor", path: "Floor"),
        .executableTarget(name: "AgeFile", dependencies: [.product(name: "Age", package: "transcript-vault")], path: "AgeFile"),
        .executableTarget(
            name: "KeeperLeaves", dependencies: [.product(name: "BenchmarkSubjects", package: "transcript-vault")], path: "KeeperLeaves"),
        .executableTarget(
            name: "Vault",
            dependencies: [
                .product(name: "Benchmark", package: "benchmark"),
                .product(name: "BenchmarkSubjects", package: "transcript-vault"),
                "CSQLite", "Floor",
            ],
            path: "Benchmarks/Vault",
            plugins: [.plugin(name: "BenchmarkPlugin", package: "benchmark")])
    ]
)
