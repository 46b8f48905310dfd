/// Rows under named, typed columns: what a query answers and a script shows.
public struct Table: Sendable, Hashable {
    /// One name per column; names may repeat.
    public var columns: [String]
    /// One ClickHouse type name per column (`String`, `UInt64`, `Nullable(Float64)` …); empty when unknown.
    public var types: [String]
    /// Each row as long as `columns`.
    public var rows: [[JSONValue]]

    public init(columns: [String], types: [String] = [], rows: [[JSONValue]] = []) {
        self.columns = columns
        self.types = types
        self.rows = rows
    }
}

extension Table {
    /// `{"columns": […], "types": […], "rows": [[…]]}`
    public var jsonObject: JSONObject {
        [
            "columns": .array(columns.map(JSONValue.string)), "types": .array(types.map(JSONValue.string)),
            "rows": .array(rows.map(JSONValue.array)),
        ]
    }
}
