import AirlockCore
import ArgumentParser
import DriverKit

/// Which data is asked.
struct DataOptions: ParsableArguments {
    enum DriverName: String, ExpressibleByArgument, CaseIterable {
        case local
    }

    @Option(help: ArgumentHelp("The data source: local, a warehouse file.", valueName: "driver"))
    var driver: DriverName = .local

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "The warehouse file (default: $AIRLOCK_DATA, else a demo data set that is made on first use).",
            valueName: "file"))
    var data: String?

    /// The data asked for; nothing is opened yet.
    func source() throws(AirlockError) -> LocalData {
        if let data { return try LocalData(file: data, named: "--data") }
        if let data = Environment.value("AIRLOCK_DATA") { return try LocalData(file: data, named: "AIRLOCK_DATA") }
        return .demo
    }
}
