import DriverKit
import Templating

/// The names that exist in a driver's data, for variables of a data-aware format.
struct DriverNames: DataNameSource {
    let driver: any DataDriver

    func names(for format: DataAwareFormat) async -> [String]? {
        guard let kind = DataNameKind(rawValue: format.rawValue) else { return nil }
        // A source that cannot say leaves the check to the query itself.
        return try? await driver.names(of: kind)
    }
}

extension Template {
    /// What tracebacks call the script.
    var fileName: String { name == "-" ? "<stdin>" : "\(name).py" }
}
