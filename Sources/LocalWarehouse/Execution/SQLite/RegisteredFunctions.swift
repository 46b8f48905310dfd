internal import AirlockCore
internal import GRDB
internal import GRDBSQLite

/// The functions a query needs beyond SQLite's own, by the name its SQL calls them.
struct RegisteredFunctions: Sendable {
    struct Scalar: Sendable {
        let call: ScalarCall
        let argumentTypes: [ClickHouseType]
        let resultType: ClickHouseType
    }

    struct Aggregate: Sendable {
        let call: AggregateCall
        let argumentTypes: [ClickHouseType]
        let resultType: ClickHouseType
        /// `nil` unless the function stands before OVER.
        var frame: Frame?

        enum Frame: Sendable {
            /// Rows only come.
            case growing
            /// Rows come and go.
            case sliding
        }
    }

    var scalars: [(name: String, Scalar)] = []
    var aggregates: [(name: String, Aggregate)] = []

    var isEmpty: Bool { scalars.isEmpty && aggregates.isEmpty }

    /// Runs `body` while the functions are known to the connection.
    func withFunctions<Result>(on database: Database, _ body: (FaultBox) throws -> Result) throws -> Result {
        guard let connection = database.sqliteConnection else { throw ExecutionFault("the database is closed") }
        let fault = FaultBox()
        defer { remove(from: connection) }
        for (name, scalar) in scalars { try register(scalar, name, on: connection, fault) }
        for (name, aggregate) in aggregates { try register(aggregate, name, on: connection, fault) }
        return try body(fault)
    }

    private func register(_ scalar: Scalar, _ name: String, on connection: SQLiteConnection, _ fault: FaultBox) throws {
        let box = ScalarBox(scalar, fault)
        let flags = SQLITE_UTF8 | (scalar.call.isDeterministic ? SQLITE_DETERMINISTIC : 0)
        let code = sqlite3_create_function_v2(
            connection, name, Int32(scalar.argumentTypes.count), flags, Unmanaged.passRetained(box).toOpaque(),
            { context, _, values in
                guard let data = sqlite3_user_data(context) else { return }
                Unmanaged<ScalarBox>.fromOpaque(data).takeUnretainedValue().run(context, values)
            }, nil, nil, releaseBox)
        guard code == SQLITE_OK else { throw ExecutionFault("SQLite did not take a function") }
    }

    private func register(
        _ aggregate: Aggregate, _ name: String, on connection: SQLiteConnection, _ fault: FaultBox
    ) throws {
        let box = Unmanaged.passRetained(AggregateBox(aggregate, fault)).toOpaque()
        let count = Int32(aggregate.argumentTypes.count)
        let step: StepFunction = { context, _, values in
            guard let data = sqlite3_user_data(context) else { return }
            Unmanaged<AggregateBox>.fromOpaque(data).takeUnretainedValue().step(context, values)
        }
        let finish: ResultFunction = { context in
            guard let data = sqlite3_user_data(context) else { return }
            Unmanaged<AggregateBox>.fromOpaque(data).takeUnretainedValue().finish(context)
        }
        let code: Int32
        if aggregate.frame == nil {
            code = sqlite3_create_function_v2(
                connection, name, count, SQLITE_UTF8, box, nil, step, finish, releaseBox)
        } else {
            let current: ResultFunction = { context in
                guard let data = sqlite3_user_data(context) else { return }
                Unmanaged<AggregateBox>.fromOpaque(data).takeUnretainedValue().current(context)
            }
            let leave: StepFunction = { context, _, _ in
                guard let data = sqlite3_user_data(context) else { return }
                Unmanaged<AggregateBox>.fromOpaque(data).takeUnretainedValue().leave(context)
            }
            code = sqlite3_create_window_function(
                connection, name, count, SQLITE_UTF8, box, step, finish, current, leave, releaseBox)
        }
        guard code == SQLITE_OK else { throw ExecutionFault("SQLite did not take an aggregate") }
    }

    private func remove(from connection: SQLiteConnection) {
        for (name, scalar) in scalars {
            sqlite3_create_function_v2(
                connection, name, Int32(scalar.argumentTypes.count), SQLITE_UTF8, nil, nil, nil, nil, nil)
        }
        for (name, aggregate) in aggregates {
            sqlite3_create_function_v2(
                connection, name, Int32(aggregate.argumentTypes.count), SQLITE_UTF8, nil, nil, nil, nil, nil)
        }
    }
}

private typealias StepFunction =
    @convention(c) (OpaquePointer?, Int32, UnsafeMutablePointer<OpaquePointer?>?) -> Void
private typealias ResultFunction = @convention(c) (OpaquePointer?) -> Void

/// SQLite calls this when a function is removed or replaced.
private func releaseBox(_ box: UnsafeMutableRawPointer?) {
    if let box { Unmanaged<AnyObject>.fromOpaque(box).release() }
}

/// The first failure inside a registered function: SQLite's own error code says only that there was one.
final class FaultBox {
    private(set) var message: String?

    func record(_ error: any Error) -> String {
        let text = (error as? ExecutionFault)?.message ?? String(describing: error)
        if message == nil { message = text }
        return text
    }
}

private final class ScalarBox {
    private let scalar: RegisteredFunctions.Scalar
    private let fault: FaultBox

    init(_ scalar: RegisteredFunctions.Scalar, _ fault: FaultBox) {
        self.scalar = scalar
        self.fault = fault
    }

    func run(_ context: OpaquePointer?, _ values: UnsafeMutablePointer<OpaquePointer?>?) {
        let row = ArgumentRow(values: values, types: scalar.argumentTypes)
        do {
            try SQLiteResult.set(try scalar.call.value(try row.all()), as: scalar.resultType, in: context)
        } catch {
            sqlite3_result_error(context, fault.record(error), -1)
        }
    }
}
