import DriverKit
import Synchronization
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

/// The same names for many checks: the source is asked once for each kind.
final class KeptNames: DataNameSource {
    private let source: any DataNameSource
    private let kept = Mutex<[DataAwareFormat: [String]?]>([:])

    init(_ source: any DataNameSource) { self.source = source }

    func names(for format: DataAwareFormat) async -> [String]? {
        if let known = kept.withLock({ $0[format] }) { return known }
        let names = await source.names(for: format)
        kept.withLock { $0[format] = .some(names) }
        return names
    }
}

extension Template {
    /// What tracebacks call the script.
    var fileName: String { name == "-" ? "<stdin>" : "\(name).py" }
}
