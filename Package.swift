// swift-tools-version: 6.1
import PackageDescription

/// The settings every Swift target shares: Swift 6 mode comes with the tools version.
let strict: [SwiftSetting] = [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InternalImportsByDefault"),
]

func module(
    _ name: String, _ dependencies: [Target.Dependency] = [], plugins: [Target.PluginUsage] = []
) -> Target {
    .target(name: name, dependencies: dependencies, swiftSettings: strict, plugins: plugins)
}

func tests(_ name: String, _ dependencies: [Target.Dependency], exclude: [String] = []) -> Target {
    .testTarget(name: name, dependencies: dependencies, exclude: exclude, swiftSettings: strict)
}

let package = Package(
    name: "airlock",
    products: [
        .library(
            name: "Airlock",
            targets: [
                "AirlockCore", "Broker", "DriverKit", "LocalWarehouse", "Reporting", "Runner", "Sandbox", "Templating",
            ]),
        // The command is two programs: a small one, whose sandbox starts while the large one is loaded.
        .executable(name: "airlock", targets: ["AirlockFront"]),
        .executable(name: "airlock-engine", targets: ["airlock"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-collections", from: "1.6.0"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.0"),
        .package(url: "https://github.com/attaswift/BigInt", from: "6.0.0"),
        .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.0"),
        // The tests' second opinion on TOML.
        .package(url: "https://github.com/LebJe/TOMLKit", from: "0.6.0"),
    ],
    targets: [
        // System libraries.
        .systemLibrary(name: "CLibseccomp", pkgConfig: "libseccomp", providers: [.apt(["libseccomp-dev"])]),
        .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),

        // Leaves.
        module(
            "AirlockCore",
            [.product(name: "OrderedCollections", package: "swift-collections"), "BigInt"]),
        module("LinearRegex"),
        module("JSONSchema", ["AirlockCore", "LinearRegex"]),

        // Templates.
        module("Templating", ["AirlockCore", "JSONSchema", "Yams"]),

        // The sandbox.
        .target(name: "AirlockLauncher", path: "sandbox/launcher"),
        .executableTarget(
            name: "AirlockFront", dependencies: ["AirlockLauncher"], path: "sandbox/front",
            // Static and without the Swift runtime, for which it has no use: nothing is to be loaded and bound.
            linkerSettings: [
                .unsafeFlags(["-nostartfiles", "-static-executable", "-use-ld=lld"])
            ]),
        module("Sandbox", ["AirlockCore", "AirlockLauncher", "CLibseccomp"]),

        // Data.
        module("HogQL", ["AirlockCore"]),
        module("DriverKit", ["AirlockCore"]),
        module(
            "LocalWarehouse",
            [
                "AirlockCore", "CZlib", "DriverKit", "HogQL", "LinearRegex",
                .product(name: "GRDB", package: "GRDB.swift"),
            ]),
        module("Broker", ["AirlockCore", "DriverKit"]),

        // PostHog.
        module("FeatureFlags", ["AirlockCore", "LinearRegex"]),
        module(
            "PostHogServer",
            [
                "AirlockCore", "CZlib", "DriverKit", "FeatureFlags", "HogQL", "LocalWarehouse",
                .product(name: "GRDB", package: "GRDB.swift"),
            ]),

        // Composition and presentation.
        .executableTarget(name: "embed-files", swiftSettings: strict),
        .plugin(name: "EmbedFiles", capability: .buildTool(), dependencies: ["embed-files"]),
        module("EmbeddedFiles", plugins: ["EmbedFiles"]),
        module(
            "Runner",
            [
                "AirlockCore", "Broker", "DriverKit", "EmbeddedFiles", "JSONSchema", "Sandbox", "Templating",
                .product(name: "Logging", package: "swift-log"),
            ]),
        module("Reporting", ["AirlockCore"]),
        .executableTarget(
            name: "airlock",
            dependencies: [
                "AirlockCore", "Broker", "DriverKit", "HogQL", "LocalWarehouse", "PostHogServer", "Reporting", "Runner",
                "Sandbox", "Templating",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "Logging", package: "swift-log"),
            ],
            swiftSettings: strict),

        // What make bench times in one process.
        .executableTarget(
            name: "airlock-bench",
            dependencies: [
                "AirlockCore", "DriverKit", "HogQL", "LocalWarehouse", .product(name: "GRDB", package: "GRDB.swift"),
            ],
            path: "Benchmarks/AirlockBench", swiftSettings: strict),

        // Tests; AirlockTesting is what they share.
        .target(
            name: "AirlockTesting", dependencies: ["AirlockCore"], path: "Tests/AirlockTesting",
            swiftSettings: strict),
        tests("AirlockCoreTests", ["AirlockCore"]),
        tests("LinearRegexTests", ["LinearRegex"]),
        tests("JSONSchemaTests", ["AirlockCore", "JSONSchema"]),
        tests(
            "TemplatingTests", ["AirlockCore", "Templating", .product(name: "TOMLKit", package: "TOMLKit")]),
        tests("SandboxTests", ["AirlockCore", "AirlockLauncher", "EmbeddedFiles", "Sandbox"]),
        tests(
            "HogQLTests", ["AirlockCore", "HogQL"],
            exclude: ["Oracle/generate.py", "Oracle/queries.jsonl", "Oracle/record.py"]),
        tests(
            "LocalWarehouseTests",
            [
                "AirlockCore", "DriverKit", "HogQL", "LocalWarehouse", .product(name: "GRDB", package: "GRDB.swift"),
            ], exclude: ["Execution/Recording"]),
        tests("FeatureFlagsTests", ["AirlockCore", "FeatureFlags"], exclude: ["record.py", "vectors.jsonl"]),
        tests(
            "PostHogServerTests", ["AirlockCore", "LocalWarehouse", "PostHogServer"], exclude: ["sdk_check.py"]),
        tests("BrokerTests", ["AirlockCore", "Broker", "DriverKit"]),
        tests("RunnerTests", ["AirlockCore", "Broker", "DriverKit", "Runner", "Sandbox", "Templating"]),
        tests("ReportingTests", ["AirlockCore", "Reporting"]),
        tests(
            "CommandLineTests",
            [
                "AirlockCore", "DriverKit", "Reporting", "Templating", "airlock",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ]),
        tests("HostileTests", ["AirlockCore", "AirlockTesting", "airlock"]),
        tests("EndToEndTests", ["AirlockCore", "AirlockTesting", "LocalWarehouse", "airlock"]),
    ]
)
