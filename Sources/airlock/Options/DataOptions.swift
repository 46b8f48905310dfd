import AirlockCore
import ArgumentParser
import DriverKit
import PostHog

/// Which data is asked.
struct DataOptions: ParsableArguments {
    enum DriverName: String, ExpressibleByArgument, CaseIterable {
        case local, posthog
    }

    @Option(
        help: ArgumentHelp(
            "The data source: local, a warehouse file; or posthog, which the environment configures.",
            valueName: "driver"))
    var driver: DriverName = .local

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "The warehouse file (default: $AIRLOCK_DATA, else a demo data set that is made on first use).",
            valueName: "file"))
    var data: String?

    /// The data asked for; nothing is opened yet.
    func source() throws(AirlockError) -> DataSource {
        switch driver {
        case .local: return .local(try file())
        case .posthog:
            guard data == nil else {
                throw AirlockError(
                    .invalidArgument, "--data names a warehouse file, and --driver posthog reads none",
                    at: .argument("--data"), hint: "Leave out one of the two.")
            }
            return .postHog(try PostHogDriver(PostHogConfiguration(environment: Environment.all())))
        }
    }

    /// PostHog, for commands that only it answers.
    ///
    /// - Parameter change: what the command sets by itself.
    func postHog(_ change: (inout PostHogConfiguration) -> Void) throws(AirlockError) -> PostHogDriver {
        guard driver == .posthog, data == nil else {
            throw AirlockError(
                .invalidArgument, "only the posthog driver takes events",
                at: .argument(data == nil ? "--driver" : "--data"),
                hint: "Give --driver posthog; 'airlock data import' adds events to a warehouse file.")
        }
        var configuration = try PostHogConfiguration(environment: Environment.all())
        change(&configuration)
        return try PostHogDriver(configuration)
    }

    /// The warehouse, for commands that work on a file.
    func localSource() throws(AirlockError) -> LocalData {
        guard driver == .local else {
            throw AirlockError(
                .invalidArgument, "this command works on a warehouse file, not on \(driver.rawValue)",
                at: .argument("--driver"), hint: "Leave out --driver, and name the file with --data.")
        }
        return try file()
    }

    private func file() throws(AirlockError) -> LocalData {
        if let data { return try LocalData(file: data, named: "--data") }
        if let data = Environment.value("AIRLOCK_DATA") { return try LocalData(file: data, named: "AIRLOCK_DATA") }
        return .demo
    }
}
