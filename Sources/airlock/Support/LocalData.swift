import AirlockCore
import DriverKit
import Glibc
import LocalWarehouse

/// The warehouse file that a command works on.
struct LocalData: Sendable {
    /// `nil` for the demo data set.
    let file: String?

    /// The demo data set in the user's cache directory.
    static let demo = LocalData(file: nil)

    private init(file: String?) { self.file = file }

    /// - Parameter option: how the file was named, for the message.
    /// - Throws: `file_failed` when there is no such file. Whether it is a warehouse shows when it is opened.
    init(file: String, named option: String) throws(AirlockError) {
        guard !file.utf8.contains(0), access(file, R_OK) == 0 else {
            throw AirlockError(
                .fileFailed, "the warehouse file cannot be read", at: .file(file),
                hint: "\(option) names it; 'airlock data import' or 'airlock data generate' makes one.",
                cause: systemText(errno))
        }
        self.file = file
    }

    func path() throws(AirlockError) -> String { if let file { file } else { try Self.demoPath() } }

    /// `$XDG_CACHE_HOME/airlock/demo.airlock`, else the same below `~/.cache` (XDG base directory specification).
    static func demoPath() throws(AirlockError) -> String {
        if let cache = Environment.value("XDG_CACHE_HOME"), cache.hasPrefix("/") {
            return "\(cache)/airlock/demo.airlock"
        }
        if let home = Environment.value("HOME"), home.hasPrefix("/") { return "\(home)/.cache/airlock/demo.airlock" }
        throw AirlockError(
            .fileFailed, "there is no place for the demo data set: neither HOME nor XDG_CACHE_HOME is set",
            hint: "Set XDG_CACHE_HOME to a directory that can be written, or name a warehouse with --data.")
    }

    /// Makes the demo data set before anything waits for it, when it is asked for and has never been made.
    func makeReady(_ status: StatusLine) async throws(AirlockError) {
        guard file == nil else { return }
        let path = try Self.demoPath()
        if access(path, R_OK) != 0 { try await Self.ensureDemo(at: path, status) }
    }

    /// A driver that opens the file with the first thing asked of it, and makes the demo data set then.
    func driver(_ status: StatusLine) -> LocalDriver {
        if let file { return LocalDriver(path: file) }
        // Without a place for it the run goes on until it asks for data, and is told so then.
        let place = (try? Self.demoPath()) ?? ""
        return LocalDriver(path: place) { () async throws(AirlockError) in
            let path = try Self.demoPath()
            try await Self.ensureDemo(at: path, status)
        }
    }

    /// The file opened for what only a warehouse can do.
    func warehouse(_ status: StatusLine) async throws(AirlockError) -> Warehouse {
        try await makeReady(status)
        return try Warehouse.open(at: path())
    }

    private static func ensureDemo(at path: String, _ status: StatusLine) async throws(AirlockError) {
        defer { status.clear() }
        do throws(AirlockError) {
            try await DemoData.ensure(at: path) { share in
                status.show(Progress(fraction: share, message: "making the demo data set, once"))
            }
        } catch {
            guard error.code == .fileFailed else { throw error }
            var error = error
            error.message = "the demo data set cannot be kept: \(error.message)"
            error.hint =
                "Set XDG_CACHE_HOME to a directory that can be written and has 50 MB free, or name a warehouse with --data."
            throw error
        }
    }
}
