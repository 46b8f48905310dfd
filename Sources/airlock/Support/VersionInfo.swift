import AirlockCore
import Glibc
import LocalWarehouse
import Reporting
import Sandbox

/// Versions of this program and of what it is made with.
enum VersionInfo {
    static let airlock = "0.1.0"
    /// Of the protocol between script and broker.
    static let brokerProtocol = "1"

    static var report: TableReport {
        let rows = [
            ("airlock", airlock), ("broker protocol", brokerProtocol), ("swift", swift),
            ("libseccomp", SeccompFilter.libraryVersion), ("sqlite", LocalDriver.sqliteVersion), ("kernel", kernel),
        ]
        return TableReport(
            table: Table(columns: ["component", "version"], rows: rows.map { [.string($0.0), .string($0.1)] }))
    }

    /// The compiler's, as far as it can be asked about.
    private static var swift: String {
        #if swift(>=6.4)
            "6.4 or newer"
        #elseif swift(>=6.3)
            "6.3"
        #elseif swift(>=6.2)
            "6.2"
        #else
            "6.1"
        #endif
    }

    private static var kernel: String {
        var name = utsname()
        guard uname(&name) == 0 else { return "unknown" }
        return withUnsafeBytes(of: &name.release) { bytes in
            String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
        }
    }
}
