// swift-tools-version: 6.2
// The layout of this file is the architecture: a module may use only what stands in a layer above it here.
// `Docs/Architecture.md` says why; `Scripts/check-boundaries` checks it on the built programs.

import PackageDescription

let settings: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .strictMemorySafety(),
    .treatAllWarnings(as: .error),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
    .enableExperimentalFeature("Lifetimes"),
]

/// Tests reach through many modules at once; the sources name each module whose members they touch.
let sourceSettings = settings + [.enableUpcomingFeature("MemberImportVisibility")]

func module(_ name: String, _ dependencies: [Target.Dependency] = []) -> Target {
    .target(name: name, dependencies: dependencies, swiftSettings: sourceSettings)
}

func program(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
    .executableTarget(name: name, dependencies: dependencies + ["Console", argumentParser], swiftSettings: sourceSettings)
}

func tests(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
    .testTarget(name: name, dependencies: dependencies, swiftSettings: settings)
}

let argumentParser = Target.Dependency.product(name: "ArgumentParser", package: "swift-argument-parser")
let logging = Target.Dependency.product(name: "Logging", package: "swift-log")

/// What tests use that work on a whole vault.
let vaultModules: [Target.Dependency] = [
    "TestVault", "Tampering", "Sodium", "SodiumIdentity", "System", "Records", "RecordStore", "Minisign", "Roster", "Identity", "Age",
    "Keeper", "KeyCalendar", "Handover", "HandingOver", "Ledger", "Certificate",
    "Sealing", "Opening", "Sharing",
]

let package = Package(
    name: "transcript-vault",
    products: [
        .library(name: "Age", targets: ["Age"]),
        .executable(name: "vault-service", targets: ["VaultService"]),
        .executable(name: "vault-retention", targets: ["VaultRetention"]),
        .executable(name: "vault-admin", targets: ["VaultAdmin"]),
        .executable(name: "vault-worker", targets: ["VaultWorker"]),
        .executable(name: "vault-team", targets: ["VaultTeam"]),
    ],
    // Exactly these: whoever clones this later builds what was tested, and a newer version is a decision.
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", exact: "1.8.2"),
        .package(url: "https://github.com/apple/swift-log", exact: "1.16.2"),
        .package(url: "https://github.com/swiftlang/swift-docc-plugin", exact: "1.5.0"),
    ],
    targets: [
        // C shims
        .systemLibrary(name: "CSodium", pkgConfig: "libsodium", providers: [.apt(["libsodium-dev"])]),
        .target(name: "CSystemShim"),

        // What all of them can say
        module("Refusals"),

        // Primitives
        module("Sodium", ["CSodium", "Refusals"]),
        module("SodiumSeal", ["CSodium", "Sodium"]),
        module("SodiumOpen", ["CSodium", "Sodium"]),
        module("SodiumIdentity", ["CSodium", "Sodium"]),
        module("System", ["CSystemShim", "Refusals"]),

        // Values
        module("Records", ["Refusals"]),

        module("RecordStore", ["Refusals", "System", "Records"]),
        module("Searching", ["Refusals", "Records"]),

        // Trust
        module("Age", ["Sodium", "SodiumIdentity"]),
        module("Minisign", ["Refusals", "Sodium"]),
        module("Roster", ["Refusals", "Sodium", "System", "Records", "Minisign"]),
        module("UnattendedIdentity", ["Refusals", "Sodium", "System", "Records", "Roster"]),
        module("Identity", ["Refusals", "Sodium", "SodiumIdentity", "System", "Records", "Age", "Roster"]),
        module("Ledger", ["Refusals", "Sodium", "System", "Records"]),
        module("Handover", ["Refusals", "Sodium", "Records", "Minisign", "Roster", "Ledger"]),
        module("Certificate", ["Refusals", "Sodium", "System", "Records", "Minisign", "Ledger"]),

        // Calendar
        module("KeyCalendar", ["Refusals", "Sodium", "System", "Records"]),
        module("Keeper", ["Refusals", "Sodium", "System", "Records"]),

        // Acts
        module("PartKeys", ["Sodium", "Records"]),
        module(
            "Retention",
            [
                "Refusals", "Sodium", "System", "Records", "RecordStore", "Minisign", "Roster", "UnattendedIdentity", "Ledger",
                "Handover", "Certificate", "KeyCalendar", "Keeper", logging,
            ]),
        module("Sealing", ["Refusals", "Sodium", "SodiumSeal", "System", "Records", "Roster", "Keeper", "PartKeys", "RecordStore"]),
        module(
            "Opening",
            [
                "Refusals", "Sodium", "SodiumOpen", "SodiumIdentity", "System", "Records", "Minisign", "Roster", "Handover", "Keeper",
                "PartKeys",
                "RecordStore",
            ]),
        module(
            "HandingOver",
            [
                "Refusals", "Sodium", "SodiumSeal", "SodiumOpen", "SodiumIdentity", "System", "Records", "Roster", "Handover", "Identity",
                "Keeper",
                "Opening", "RecordStore",
            ]),
        module(
            "Sharing",
            [
                "Refusals", "Sodium", "SodiumIdentity", "System", "Records", "Minisign", "Roster", "Age", "Identity", "Keeper", "Sealing",
                "Opening",
                "RecordStore",
            ]),

        // Programs
        module("Console", ["Refusals", "Sodium", "System", "Records", "Minisign", "Roster", argumentParser]),
        module(
            "PersonalConsole",
            [
                "Console", "Sodium", "SodiumIdentity", "System", "Records", "RecordStore", "Roster", "Identity", "Keeper", "Sealing",
                "Opening", argumentParser,
            ]),
        program("VaultService", ["Sodium", "System", "Records", "Minisign", "Roster", "UnattendedIdentity", "Keeper", "Sealing"]),
        program(
            "VaultRetention",
            ["Sodium", "System", "Records", "Minisign", "Roster", "UnattendedIdentity", "KeyCalendar", "Keeper", "Retention", logging]),
        program(
            "VaultAdmin",
            ["Sodium", "System", "Records", "RecordStore", "Minisign", "Roster", "Identity", "Ledger", "Handover", "Certificate", "Keeper"]),
        program(
            "VaultWorker",
            [
                "PersonalConsole", "RecordStore", "Sodium", "SodiumIdentity", "System", "Records", "Minisign", "Roster", "Identity",
                "Handover", "Keeper", "Sealing", "Opening", "HandingOver", "Searching", "Sharing",
            ]),
        program(
            "VaultTeam",
            [
                "PersonalConsole", "RecordStore", "Sodium", "SodiumIdentity", "System", "Records", "Minisign", "Roster", "Identity",
                "Keeper", "Sealing", "Opening", "Sharing",
            ]),

        // Test support
        .target(
            name: "TestVault",
            dependencies: [
                "Sodium", "SodiumIdentity", "System", "Records", "RecordStore", "Minisign", "Roster", "Identity", "Age", "KeyCalendar",
                "Keeper", "Ledger", "Handover", "HandingOver", "Retention",
                "Sealing", "Opening", "Sharing",
            ],
            path: "Tests/TestVault", swiftSettings: settings),

        .target(name: "ProgramRunner", path: "Tests/ProgramRunner", swiftSettings: settings),

        .target(name: "Tampering", path: "Tests/Tampering", swiftSettings: settings),

        .target(
            name: "FuzzTargets",
            dependencies: [
                "Tampering", "TestVault", "Sodium", "SodiumIdentity", "SodiumSeal", "System", "Records", "RecordStore", "Minisign",
                "Roster",
                "Identity", "UnattendedIdentity", "Age", "Ledger", "Certificate", "KeyCalendar", "Keeper", "PartKeys", "Sealing", "Opening",
                "Sharing",
                "Retention", logging,
            ],
            path: "Tests/Fuzzing/Targets", swiftSettings: settings),

        // Tests
        tests("AgeTests", ["Tampering", "Age", "Sodium", "SodiumIdentity"]),
        tests("IdentityTests", vaultModules + ["UnattendedIdentity"]),
        .testTarget(name: "FuzzingTests", dependencies: ["FuzzTargets"], path: "Tests/Fuzzing/Tests", swiftSettings: settings),
        tests("HostTests", ["Sodium", "System"]),
        tests("KeyCalendarTests", ["Tampering", "Sodium", "System", "Records", "KeyCalendar", "ProgramRunner"]),
        tests(
            "KnownAnswerTests",
            [
                "Sodium", "SodiumIdentity", "System", "Records", "RecordStore", "Age", "Minisign", "Roster", "Identity", "Ledger",
                "KeyCalendar", "Keeper", "Opening", "HandingOver", "Sharing",
            ]),
        tests("LedgerTests", ["Sodium", "System", "Records", "Ledger", "KeyCalendar", "ProgramRunner"]),
        tests("MinisignTests", ["Sodium", "Records", "Minisign"]),
        tests("ProgramTests", vaultModules + ["ProgramRunner", "CSodium"]),
        tests("PromiseTests", vaultModules + ["ProgramRunner", "PartKeys", "Retention", "Searching", "SodiumSeal", "SodiumOpen", logging]),
        tests(
            "RetentionTests",
            [
                "Tampering", "Sodium", "SodiumIdentity", "System", "Records", "RecordStore", "Minisign", "Roster", "Identity", "Ledger",
                "KeyCalendar", "Keeper", "Handover", "Certificate", "TestVault",
                "Retention", "VaultRetention", "UnattendedIdentity", "Sealing", "Opening", "ProgramRunner", logging,
            ]),
        tests(
            "RefusalsTests",
            [
                "Refusals", "Age", "Certificate", "Console", "HandingOver", "Handover", "Identity", "Keeper", "KeyCalendar", "Ledger",
                "Minisign",
                "Opening",
                "Records", "Retention", "Roster", "Sealing", "Searching", "Sharing", "Sodium", "System", "UnattendedIdentity",
            ]),
        tests("RosterTests", ["Tampering", "Sodium", "SodiumIdentity", "System", "Records", "Minisign", "Roster"]),
        tests("SealingTests", vaultModules + ["ProgramRunner"]),
        tests("SearchingTests", ["Searching", "Records", "TestVault", "ProgramRunner"]),
        tests("SodiumTests", ["CSodium", "Sodium", "SodiumSeal", "SodiumOpen", "SodiumIdentity"]),
        tests("SystemTests", ["System"]),
    ]
)

// The driver needs libFuzzer's `main` and instrumented code: it is built by `Scripts/fuzz` alone.
if Context.environment["VAULT_FUZZING"] != nil {
    package.targets.append(
        .executableTarget(
            name: "FuzzDriver", dependencies: ["FuzzTargets"], path: "Tests/Fuzzing/Driver",
            swiftSettings: [.swiftLanguageMode(.v6), .treatAllWarnings(as: .error)]))
    package.products.append(.executable(name: "fuzz", targets: ["FuzzDriver"]))
}

// What the benchmarks measure. Only their own package, in `Benchmarks/`, asks for it: see `make bench`.
if Context.environment["VAULT_BENCHMARKS"] != nil {
    package.products.append(.library(name: "BenchmarkSubjects", targets: ["BenchmarkSubjects"]))
    package.targets.append(
        .target(
            name: "BenchmarkSubjects", dependencies: vaultModules + ["Retention", "Searching", "SodiumOpen", "SodiumSeal"],
            path: "Benchmarks/Subjects",
            swiftSettings: settings))
}
