import AirlockCore
import Glibc
import Reporting

/// Versions of this program and of what it is made with.
enum VersionInfo {
    static let airlock = "0.1.0"
    /// Of the protocol between script and broker.
    static let brokerProtocol = "1"

    static var report: TableReport {
        let rows = [
            ("airlock", airlock), ("broker protocol", brokerProtocol), ("swift", swift),
            ("libseccomp", libseccomp ?? "unknown"), ("sqlite", sqlite ?? "unknown"), ("kernel", kernel),
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

    // The libraries that are loaded now are asked, since a newer one than at build time may be.

    private static var sqlite: String? {
        typealias Version = @convention(c) () -> UnsafePointer<CChar>?
        guard let address = dlsym(nil, "sqlite3_libversion") else { return nil }
        return unsafeBitCast(address, to: Version.self)().map { String(cString: $0) }
    }

    private static var libseccomp: String? {
        // struct scmp_version { unsigned int major, minor, micro; } (seccomp_version(3))
        typealias Version = @convention(c) () -> UnsafePointer<UInt32>?
        guard let address = dlsym(nil, "seccomp_version"), let parts = unsafeBitCast(address, to: Version.self)()
        else { return nil }
        return "\(parts[0]).\(parts[1]).\(parts[2])"
    }

    private static var kernel: String {
        var name = utsname()
        guard uname(&name) == 0 else { return "unknown" }
        return withUnsafeBytes(of: &name.release) { bytes in
            String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
        }
    }
}
