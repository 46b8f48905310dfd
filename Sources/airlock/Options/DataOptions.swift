import AirlockCore
import ArgumentParser
import Settings

extension AirlockSettings.DriverName: ExpressibleByArgument {}

/// Which data is asked.
struct DataOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "The data source: local, a warehouse file; or posthog, which settings configure (default: $AIRLOCK_DRIVER, else local).",
            valueName: "driver"))
    var driver: AirlockSettings.DriverName?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "The warehouse file (default: $AIRLOCK_DATA, else a demo data set that is made on first use).",
            valueName: "file"))
    var data: String?

    /// The warehouse, for commands that work on a file.
    func localSource() throws(AirlockError) -> LocalData {
        if let driver, driver != .local {
            throw AirlockError(
                .invalidArgument, "this command works on a warehouse file, not on \(driver.rawValue)",
                at: .argument("--driver"), hint: "Leave out --driver, and name the file with --data.")
        }
        return try localData(try HostSession.load(nil, self, readsKeys: false).values.data)
    }

    /// The file of the settings, or the demo data set.
    func localData(_ file: String?) throws(AirlockError) -> LocalData {
        guard let file else { return .demo }
        return try LocalData(file: file, named: data == nil ? "AIRLOCK_DATA or data.file" : "--data")
    }
}
