// swift-tools-version: 6.1
import PackageDescription

/// The settings every Swift target shares: Swift 6 mode comes with the tools version.
let strict: [SwiftSetting] = [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InternalImportsByDefault"),
]

/// For a module of generic types: lets the modules that use them compile them for their own types. Else each of their calls
/// looks up at run time what the types are.
let specializable: [SwiftSetting] = [
    .unsafeFlags(["-cross-module-optimization"], .when(configuration: .release))
]

func module(
    _ name: String, _ dependencies: [Target.Dependency] = [], plugins: [Target.PluginUsage] = [],
    settings: [SwiftSetting] = []
) -> Target {
    .target(name: name, dependencies: dependencies, swiftSettings: strict + settings, plugins: plugins)
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
        .package(url: "https://github.com/apple/swift-distributed-tracing", from: "1.7.0"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.0"),
        .package(url: "https://github.com/apple/swift-metrics", from: "2.13.0"),
        .package(url: "https://github.com/attaswift/BigInt", from: "6.0.0"),
        .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.0"),
        // The tests' second opinion on TOML.
        .package(url: "https://github.com/LebJe/TOMLKit", from: "0.6.0"),
    ],
    targets: [
        // System libraries.
        .systemLibrary(name: "CLibseccomp", providers: [.apt(["libseccomp-dev"])]),
        // Without pkg-config, which would link it: it is loaded when it is needed.
        .systemLibrary(name: "CLibcurl", providers: [.apt(["libcurl4-openssl-dev"])]),
        .systemLibrary(name: "CZlib", providers: [.apt(["zlib1g-dev"])]),

        // Leaves.
        module(
            "AirlockCore",
            [.product(name: "OrderedCollections", package: "swift-collections"), "BigInt"]),
        module("LinearRegex"),
        module("JSONSchema", ["AirlockCore", "LinearRegex"]),

        // The network.
        module("HTTPTransport", ["AirlockCore", "CLibcurl"]),

        // Templates.
        module("Templating", ["AirlockCore", "JSONSchema", "Yams"]),

        // The sandbox.
        .target(name: "AirlockLauncher", path: "sandbox/launcher"),
        .executableTarget(
            name: "AirlockFront", dependencies: ["AirlockLauncher"], path: "sandbox/front",
            // Its string functions are not to be compiled into calls of themselves.
            cSettings: [.unsafeFlags(["-fno-builtin"])],
            // Static, without the Swift runtime and the C library: nothing is to be loaded, bound or set up.
            linkerSettings: [
                .unsafeFlags([
                    "-nostartfiles", "-static-executable", "-use-ld=lld", "-Xclang-linker", "-nostdlib",
                    "-Xlinker", "--gc-sections",
                ])
            ]),
        // Programs of the host that are started beside it: an interpreter that describes itself, a command that prints a key.
        module("HostProcesses", ["AirlockLauncher"]),
        module("Sandbox", ["AirlockCore", "AirlockLauncher", "CLibseccomp", "HostProcesses"]),

        // What a hostile script tries: for the tests, for doctor --probe, for the comparison with other sandboxes.
        module("HostileProbes", ["AirlockCore"]),

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
        module("Resilience", ["AirlockCore"], settings: specializable),
        module(
            "Telemetry",
            [
                "AirlockCore", "Resilience",
                .product(name: "CoreMetrics", package: "swift-metrics"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "Tracing", package: "swift-distributed-tracing"),
            ]),

        // PostHog.
        module("EventSpool", ["AirlockCore", "CZlib"]),
        module(
            "PostHog",
            [
                "AirlockCore", "CZlib", "DriverKit", "EventSpool", "FeatureFlags", "HogQL", "HTTPTransport",
                "Resilience", "Telemetry", .product(name: "Logging", package: "swift-log"),
                .product(name: "Tracing", package: "swift-distributed-tracing"),
            ]),
        module("FeatureFlags", ["AirlockCore", "LinearRegex"]),
        // All that can be set from outside, and where it is looked for.
        module(
            "Settings",
            [
                "AirlockCore", "AirlockLauncher", "HostProcesses", "HTTPTransport", "PostHog", "Resilience",
                "Telemetry",
                "Templating",
                .product(name: "Logging", package: "swift-log"),
            ]),
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
        // What this host offers the sandbox, and the hostile probes on it.
        module("Doctor", ["AirlockCore", "AirlockLauncher", "HostileProbes", "HostProcesses", "Sandbox"]),
        module("Reporting", ["AirlockCore"]),
        .executableTarget(
            name: "airlock",
            dependencies: [
                "AirlockCore", "Broker", "Doctor", "DriverKit", "HogQL", "HostileProbes", "LocalWarehouse",
                "HTTPTransport",
                "PostHog", "PostHogServer", "Reporting", "Resilience", "Runner",
                "Sandbox", "Settings", "Telemetry", "Templating",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "Tracing", package: "swift-distributed-tracing"),
            ],
            swiftSettings: strict),

        // What make bench times in one process.
        .executableTarget(
            name: "airlock-bench",
            dependencies: [
                "AirlockCore", "AirlockLauncher", "CLibcurl", "DriverKit", "HTTPTransport", "HogQL",
                "LocalWarehouse", "PostHog", "Resilience", "Runner", "Templating",
                .product(name: "GRDB", package: "GRDB.swift"),
            ],
            path: "Benchmarks/AirlockBench", swiftSettings: strict),

        // The hostile suite's scripts, for make bench-security.
        .executableTarget(
            name: "airlock-probes", dependencies: ["AirlockCore", "HostileProbes"], path: "Benchmarks/ProbeList",
            swiftSettings: strict),

        // Runs in a row, and failed launches, in one calm process that looks at itself.
        .executableTarget(
            name: "airlock-endurance",
            dependencies: ["AirlockCore", "DriverKit", "EmbeddedFiles", "Runner", "Sandbox", "Templating"],
            path: "Tests/Endurance", swiftSettings: strict),

        // Tests; AirlockTesting is what they share.
        .target(
            name: "AirlockTesting", dependencies: ["AirlockCore"], path: "Tests/AirlockTesting",
            swiftSettings: strict),
        tests("AirlockCoreTests", ["AirlockCore"]),
        tests("HTTPTransportTests", ["AirlockCore", "AirlockTesting", "CLibcurl", "HTTPTransport"]),
        tests("LinearRegexTests", ["LinearRegex"]),
        tests("JSONSchemaTests", ["AirlockCore", "JSONSchema"]),
        tests(
            "TemplatingTests", ["AirlockCore", "Templating", .product(name: "TOMLKit", package: "TOMLKit")]),
        tests("HostProcessesTests", ["HostProcesses"]),
        tests("SandboxTests", ["AirlockCore", "AirlockLauncher", "EmbeddedFiles", "Sandbox"]),
        tests(
            "HogQLTests", ["AirlockCore", "HogQL"],
            exclude: ["Oracle/generate.py", "Oracle/queries.jsonl", "Oracle/record.py"]),
        tests(
            "LocalWarehouseTests",
            [
                "AirlockCore", "DriverKit", "HogQL", "LocalWarehouse", .product(name: "GRDB", package: "GRDB.swift"),
            ], exclude: ["Execution/Recording"]),
        tests(
            "PostHogTests",
            [
                "AirlockCore", "AirlockTesting", "DriverKit", "HTTPTransport", "PostHog", "PostHogServer", "Resilience",
                "ResilienceTesting", "Telemetry", .product(name: "Logging", package: "swift-log"),
            ]),
        tests("EventSpoolTests", ["AirlockCore", "EventSpool"]),
        tests(
            "SettingsTests",
            [
                "AirlockCore", "PostHog", "Settings", "Telemetry", .product(name: "Logging", package: "swift-log"),
            ]),
        tests("FeatureFlagsTests", ["AirlockCore", "FeatureFlags"], exclude: ["record.py", "vectors.jsonl"]),
        tests(
            "PostHogServerTests", ["AirlockCore", "LocalWarehouse", "PostHogServer"], exclude: ["sdk_check.py"]),
        tests("BrokerTests", ["AirlockCore", "Broker", "DriverKit"]),
        .target(
            name: "ResilienceTesting", dependencies: ["Resilience"], path: "Tests/ResilienceTesting",
            swiftSettings: strict),
        tests("ResilienceTests", ["AirlockCore", "Resilience", "ResilienceTesting"]),
        tests(
            "TelemetryTests",
            [
                "AirlockCore", "Resilience", "ResilienceTesting", "Telemetry",
                .product(name: "CoreMetrics", package: "swift-metrics"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "Tracing", package: "swift-distributed-tracing"),
            ]),
        tests(
            "RunnerTests",
            ["AirlockCore", "Broker", "DriverKit", "ResilienceTesting", "Runner", "Sandbox", "Templating"]),
        tests("DoctorTests", ["AirlockCore", "Doctor", "HostileProbes"]),
        tests("ReportingTests", ["AirlockCore", "Reporting"]),
        tests(
            "CommandLineTests",
            [
                "AirlockCore", "DriverKit", "HogQL", "Reporting", "Templating", "airlock",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ]),
        // Replays what make fuzz found worth keeping; the inputs are read where they lie.
        .testTarget(
            name: "FuzzTests",
            dependencies: [
                "AirlockCore",
                "AirlockLauncher",
                "Broker",
                "DriverKit",
                "HogQL",
                "JSONSchema",
                "LinearRegex",
                "LocalWarehouse",
                "Sandbox",
                "Templating",
            ],
            path: "Tests/Fuzz", exclude: ["Corpus", "Dictionaries", "LibFuzzer.swift", "Regressions"],
            swiftSettings: strict),
        tests("HostileTests", ["AirlockCore", "AirlockTesting", "HostileProbes", "airlock"]),
        tests("FaultTests", ["AirlockCore", "AirlockFront", "AirlockTesting", "airlock", "airlock-endurance"]),
        tests("EndToEndTests", ["AirlockCore", "AirlockTesting", "LocalWarehouse", "airlock"]),
    ]
)
