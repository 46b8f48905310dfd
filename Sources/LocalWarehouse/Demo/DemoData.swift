public import AirlockCore
internal import GRDB
internal import Glibc

/// The demo data set: three months of a small software company, always the same, with the facts of ``DemoTruth``.
public enum DemoData {
    /// Raised whenever the events change, so that cached copies are made anew.
    static let version = "2"
    private static let versionKey = "demo_version"

    /// Makes sure that the demo data set is at `path`, a place in a cache: whatever else is there is replaced.
    ///
    /// Folders on the way are made. The file appears in whole or not at all; when two processes do this at once, both
    /// find the same data.
    ///
    /// - Parameter progress: called now and then with the share that is done, 0 to 1; not at all when it is there already.
    /// - Returns: whether it had to be made.
    @discardableResult public static func ensure(
        at path: String, progress: (@Sendable (Double) -> Void)? = nil
    ) async throws(AirlockError) -> Bool {
        if isCurrent(path) { return false }
        try makeFolder(TemporaryFile.folder(of: path))
        try await generate(at: path, replacing: true, progress: progress)
        return true
    }

    /// Writes the demo data set to a new warehouse.
    ///
    /// - Parameter replacing: whether a file at `path` may be replaced.
    /// - Throws: `file_failed` when it may not, or cannot be written; `cancelled`.
    public static func generate(
        at path: String, replacing: Bool = false, progress: (@Sendable (Double) -> Void)? = nil
    ) async throws(AirlockError) {
        try await BlockingWork.run { cancellation throws(AirlockError) in
            if !replacing, access(path, F_OK) == 0 {
                throw AirlockError(
                    .fileFailed, "there is a file already", at: .file(path),
                    hint: "Name another file, or let --force replace this one.")
            }
            try WarehouseUpdate.run(
                at: path, pinnedNow: DemoTruth.now, publication: replacing ? .replacing : .creating,
                cancellation: cancellation
            ) { db in try write(to: db, cancellation, progress) }
        }
    }

    private static func write(
        to db: Database, _ cancellation: Cancellation, _ progress: ((Double) -> Void)?
    ) throws {
        let writer = try WarehouseWriter(db, definitions: definitions)
        let plan = DemoPlan()
        var story = DemoStory(writer: writer, random: plan.random)
        try story.tell(plan) { events in
            if events % 64 == 0 { progress?(min(0.9, Double(events) / 40_000)) }
            if cancellation.isCancelled { throw WarehouseUpdate.cancelled }
        }
        try writer.finish {
            if cancellation.isCancelled { throw WarehouseUpdate.cancelled }
        }
        try WarehouseTables.setMeta(db, versionKey, version)
        progress?(1)
    }

    private static func isCurrent(_ path: String) -> Bool {
        guard let warehouse = try? Warehouse.open(at: path) else { return false }
        defer { warehouse.close() }
        return (try? warehouse.pool.read { try WarehouseTables.meta($0)[versionKey] }) == version
    }

    private static let definitions: PropertyDefinitions = {
        var types: [PropertyDefinitions.Key: PropertyType] = [:]
        func define(_ scope: PropertyScope, _ type: PropertyType, _ names: [String]) {
            for name in names { types[PropertyDefinitions.Key(scope: scope, name: name)] = type }
        }
        define(.event, .numeric, ["amount", "seconds_since_signup"])
        define(.event, .boolean, ["is_renewal"])
        define(
            .event, .string,
            [
                "$lib", "$browser", "$os", "$device_type", "$geoip_country_code", "$session_id", "$current_url",
                "$host",
                "$pathname", "$referring_domain", "utm_source", "utm_medium", "utm_campaign", "$anon_distinct_id",
                "$event_type", "country", "plan", "currency", "interval", "role", "from", "to", "$feature_flag",
                "$feature_flag_response", "$feature/\(DemoTruth.experimentFlag)", "$exception_type",
                "$exception_message",
            ])
        define(.person, .string, ["email", "plan", "country", "$initial_utm_source"])
        return PropertyDefinitions(types: types)
    }()

    /// `mkdir -p`, readable by the owner alone where it has to be made, as the XDG base directory specification asks.
    private static func makeFolder(_ path: String) throws(AirlockError) {
        var made = path.hasPrefix("/") ? "" : "."
        for part in path.split(separator: "/") {
            made += "/" + part
            guard mkdir(made, 0o700) != 0, errno != EEXIST else { continue }
            // A folder that may not be written can be there all the same.
            let code = errno
            var status = stat()
            guard stat(made, &status) == 0, status.st_mode & S_IFMT == S_IFDIR else {
                throw FileError.of(code, "making the folder", made)
            }
        }
    }
}
