public import AirlockCore

/// A source of data: what the broker calls on a script's behalf.
///
/// An implementation is safe to call from several tasks at once, holds its own credentials, and never puts them into
/// a reply or an error. Until it first waits it runs on a thread that has other duties, and must not compute for longer than
/// about a millisecond. Every failure is an ``AirlockError`` with code `invalid_query`, `unsupported_query`,
/// `unknown_object`, `timed_out`, `upstream_failed` or `invalid_data`.
public protocol DataDriver: Sendable {
    /// `local`, `posthog` …
    var name: String { get }

    /// The entity types of the source; those it does not hold are marked so.
    func listObjects() async throws(AirlockError) -> [DataObject]

    /// The fields of one object, in a stable order.
    ///
    /// - Throws: `unknown_object` with the nearest name.
    func fields(of object: String) async throws(AirlockError) -> [DataField]

    /// Reads a query without running it, so that the broker can decide on exactly what would run.
    ///
    /// - Parameters:
    ///   - text: the query, in the source's language; for HogQL with `{name}` placeholders.
    ///   - values: the placeholders' values.
    func prepare(_ text: String, values: JSONObject) async throws(AirlockError) -> any PreparedQuery

    /// Names that exist in the source, for variables of a data-aware format and for nearest-name hints.
    func names(of kind: DataNameKind) async throws(AirlockError) -> [String]

    /// The further methods this driver answers, by name.
    var methods: [DriverMethod] { get }

    /// Answers a further method.
    func call(_ method: String, params: JSONObject, options: QueryOptions) async throws(AirlockError) -> JSONValue
}

extension DataDriver {
    public var methods: [DriverMethod] { [] }

    public func call(
        _ method: String, params: JSONObject, options: QueryOptions
    ) async throws(AirlockError) -> JSONValue {
        throw AirlockError(
            .unknownMethod, "the \(name) driver has no method '\(method)'",
            hint: "It answers query, list_objects and get_fields.")
    }
}

/// A method beyond `query`, `list_objects` and `get_fields`.
public struct DriverMethod: Sendable, Hashable {
    public var name: String
    /// Whether it changes the source; such a method needs a grant from the template and from the caller.
    public var writes: Bool

    public init(name: String, writes: Bool) {
        self.name = name
        self.writes = writes
    }
}

/// Kinds of names that a variable may be checked against.
public enum DataNameKind: String, Sendable, Hashable, CaseIterable {
    case event, property, cohort, table
}

/// A query that was read and understood, and can be run.
public protocol PreparedQuery: Sendable {
    var analysis: QueryAnalysis { get }

    func run(_ options: QueryOptions) async throws(AirlockError) -> QueryReply
}

/// What a query touches, found in its syntax tree through CTEs, subqueries, joins and aliases.
public struct QueryAnalysis: Sendable, Hashable {
    public struct Column: Sendable, Hashable {
        public var table: String
        public var column: String

        public init(table: String, column: String) {
            self.table = table
            self.column = column
        }
    }

    /// Tables of the source that are read, in order of first use.
    public var tables: [String]
    /// Columns that are read; `*` as a column when all of a table's are.
    public var columns: [Column]
    /// Properties that are read, each under the table and column that holds them, as `events.properties.$browser`.
    public var properties: [String]
    public var functions: [String]
    public var placeholders: [String]
    /// The LIMIT of the outermost query, when it is a constant.
    public var limit: Int?
    public var usesOffset: Bool

    public init(
        tables: [String] = [], columns: [Column] = [], properties: [String] = [], functions: [String] = [],
        placeholders: [String] = [], limit: Int? = nil, usesOffset: Bool = false
    ) {
        self.tables = tables
        self.columns = columns
        self.properties = properties
        self.functions = functions
        self.placeholders = placeholders
        self.limit = limit
        self.usesOffset = usesOffset
    }
}

/// The bounds of one call.
public struct QueryOptions: Sendable, Hashable {
    /// Rows beyond this are cut, and the reply says so.
    public var maxRows: Int
    /// The call is given up after this time with `timed_out`.
    public var timeout: Duration
    /// How old a cached answer may be; zero asks for a fresh one.
    public var maximumAge: Duration

    public init(maxRows: Int = 50_000, timeout: Duration = .seconds(60), maximumAge: Duration = .zero) {
        self.maxRows = maxRows
        self.timeout = timeout
        self.maximumAge = maximumAge
    }
}

/// What cut a reply short.
public enum CutBy: String, Sendable, Hashable {
    case defaultLimit = "default_limit"
    case template, quota, upstream
}

/// The answer to a query.
public struct QueryReply: Sendable, Hashable {
    public var table: Table
    /// What cut rows off; `nil` when the reply is complete.
    public var cutBy: CutBy?
    /// How old the answer is.
    public var age: Duration

    public init(table: Table, cutBy: CutBy? = nil, age: Duration = .zero) {
        self.table = table
        self.cutBy = cutBy
        self.age = age
    }
}

/// An entity type of a source.
public struct DataObject: Sendable, Hashable {
    public var name: String
    public var description: String
    /// Whether this source holds it.
    public var available: Bool
    /// Whether it can be read with `query`, as a table of this name.
    public var queryable: Bool

    public init(name: String, description: String, available: Bool, queryable: Bool) {
        self.name = name
        self.description = description
        self.available = available
        self.queryable = queryable
    }
}

/// A field of an object.
public struct DataField: Sendable, Hashable {
    /// As a query names it: `timestamp`, `properties.$browser`.
    public var name: String
    public var type: String
    public var description: String
    /// A value that occurs, where that gives nothing away.
    public var example: JSONValue?

    public init(name: String, type: String, description: String, example: JSONValue? = nil) {
        self.name = name
        self.type = type
        self.description = description
        self.example = example
    }
}
