internal import AirlockCore
internal import GRDB
internal import Glibc
internal import Synchronization

/// The open warehouse of a driver, and what its queries are compiled against.
actor LocalSource {
    private let path: String
    private let bounds: QuickQueries.Bounds
    private var prepare: (@Sendable () async throws(AirlockError) -> Void)?
    private var opening: Task<Result<Opened, AirlockError>, Never>?
    private var opened: Opened? {
        didSet { known.withLock { $0 = opened } }
    }
    /// The same, for who must not wait.
    private let known = Mutex<Opened?>(nil)

    struct Opened: Sendable {
        var warehouse: Warehouse
        var schema: QuerySchema
        var file: FileState
        var quickQueries: QuickQueries
    }

    init(
        path: String, bounds: QuickQueries.Bounds, prepare: (@Sendable () async throws(AirlockError) -> Void)?
    ) {
        self.path = path
        self.bounds = bounds
        self.prepare = prepare
    }

    /// Opens the file if need be. Callers that come at once wait for one opening; after a failure the next call tries
    /// anew.
    func current() async throws(AirlockError) -> Opened {
        if let opened, opened.file == FileState(of: path) { return opened }
        while true {
            let task = opening ?? begin()
            let result = await withTaskCancellationHandler {
                await task.value
            } onCancel: {
                task.cancel()
            }
            if opening == task {
                opening = nil
                if case .success(let value) = result { opened = value }
            }
            // Another caller's cancellation is not this one's.
            if case .failure(let error) = result, error.code == .cancelled, !Task.isCancelled { continue }
            return try result.get()
        }
    }

    /// What is open, unless the file has changed since, or is not open yet.
    nonisolated var unchanged: Opened? {
        guard let opened = known.withLock({ $0 }), opened.file == FileState(of: path) else { return nil }
        return opened
    }

    private func begin() -> Task<Result<Opened, AirlockError>, Never> {
        let (path, bounds, prepare, previous) = (path, bounds, prepare, opened)
        let task = Task { () async -> Result<Opened, AirlockError> in
            do throws(AirlockError) {
                if previous == nil { try await prepare?() }
                return .success(try await Self.open(path, bounds, previous))
            } catch {
                return .failure(error)
            }
        }
        opening = task
        return task
    }

    /// Reuses the open file unless another has taken its name; queries that run on the old one end undisturbed.
    private static func open(
        _ path: String, _ bounds: QuickQueries.Bounds, _ previous: Opened?
    ) async throws(AirlockError) -> Opened {
        let file = FileState(of: path)
        var warehouse: Warehouse
        if let previous, previous.file.isSameFile(as: file) {
            warehouse = previous.warehouse
        } else {
            warehouse = try Warehouse.open(at: path)
        }
        return Opened(
            warehouse: warehouse, schema: try await warehouse.querySchema(), file: file,
            quickQueries: QuickQueries(bounds) { try Warehouse.connection(to: path) })
    }
}

/// Which file stands at a path, and whether it has changed.
struct FileState: Sendable, Equatable {
    private var device: UInt = 0
    private var inode: UInt = 0
    private var sizes: [Int] = []
    private var times: [Int] = []

    init(of path: String) {
        for name in [path, path + "-wal"] {
            var status = stat()
            guard stat(name, &status) == 0 else { continue }
            if name == path { (device, inode) = (UInt(status.st_dev), UInt(status.st_ino)) }
            sizes.append(Int(status.st_size))
            times.append(status.st_mtim.tv_sec &* 1_000_000_000 &+ status.st_mtim.tv_nsec)
        }
    }

    func isSameFile(as other: FileState) -> Bool { device == other.device && inode == other.inode }
}

extension Warehouse {
    /// What a query is compiled against.
    func querySchema() async throws(AirlockError) -> QuerySchema {
        let cohorts = try await read { db in
            var cohorts: [String: Int64] = [:]
            let rows = try Row.fetchCursor(db, sql: "SELECT name, id FROM cohorts ORDER BY id DESC")
            while let row = try rows.next() {
                if let name = row.text(0), let id = row.integer(1) { cohorts[name] = id }
            }
            return cohorts
        }
        let properties = try await read { db in
            var properties: [QuerySchema.PropertyScope: [String: QuerySchema.PropertyType]] = [:]
            let rows = try Row.fetchCursor(db, sql: "SELECT scope, name, type FROM property_definitions")
            while let row = try rows.next() {
                guard let name = row.text(1),
                    let type = row.text(2).flatMap(QuerySchema.PropertyType.init(rawValue:))
                else { continue }
                for scope in Self.scopes(row.text(0)) { properties[scope, default: [:]][name] = type }
            }
            return properties
        }
        return QuerySchema(
            properties: properties, timeZone: timeZone, weekStart: weekStart == 1 ? .monday : .sunday, now: pinnedNow,
            cohorts: cohorts)
    }

    /// The file types group properties by name alone, whatever the group's type.
    private static func scopes(_ name: String?) -> [QuerySchema.PropertyScope] {
        switch name.flatMap(PropertyScope.init(rawValue:)) {
        case .event: [.event]
        case .person: [.person]
        case .session: [.session]
        case .group: [.group(-1)] + (0..<WarehouseWriter.maxGroupTypes).map { .group($0) }
        case nil: []
        }
    }
}
