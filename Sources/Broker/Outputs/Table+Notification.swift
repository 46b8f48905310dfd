internal import AirlockCore

extension Table {
    static let maxColumns = 1000

    /// A table as a notification carries it: every row as long as the columns.
    init(_ fields: NotificationFields) throws(InvalidNotification) {
        let method = fields.method
        let columns = try Table.names("columns", fields)
        guard (1...Table.maxColumns).contains(columns.count) else {
            throw InvalidNotification("\(method) has \(columns.count) columns; it needs 1 to \(Table.maxColumns)")
        }
        let types = (fields.params["types"] ?? .null).isNull ? [] : try Table.names("types", fields)
        guard types.isEmpty || types.count == columns.count else {
            throw InvalidNotification("\(method) has \(columns.count) columns but \(types.count) types")
        }
        guard let values = fields.params["rows"]?.arrayValue else {
            throw InvalidNotification("'rows' of \(method) has to be an array of arrays")
        }
        var rows: [[JSONValue]] = []
        rows.reserveCapacity(values.count)
        for (index, value) in values.enumerated() {
            guard let row = value.arrayValue else {
                throw InvalidNotification("row \(index) of \(method) is not an array")
            }
            guard row.count == columns.count else {
                throw InvalidNotification(
                    "row \(index) of \(method) has \(row.count) values, but there are \(columns.count) columns")
            }
            rows.append(row)
        }
        self.init(columns: columns, types: types, rows: rows)
    }

    private static func names(
        _ key: String, _ fields: NotificationFields
    ) throws(InvalidNotification) -> [String] {
        guard let values = fields.params[key]?.arrayValue else {
            throw InvalidNotification("'\(key)' of \(fields.method) has to be an array of texts")
        }
        var names: [String] = []
        for value in values {
            guard let name = value.stringValue, name.utf8.count <= NotificationFields.maxTitleBytes else {
                throw InvalidNotification(
                    "'\(key)' of \(fields.method) has to hold texts of at most \(NotificationFields.maxTitleBytes) bytes"
                )
            }
            names.append(name)
        }
        return names
    }
}

extension Chart {
    static let maxSeries = 50

    init(_ fields: NotificationFields) throws(InvalidNotification) {
        guard let data = fields.params["data"]?.objectValue else {
            throw InvalidNotification("'data' of chart has to be an object of columns and rows")
        }
        let table = try Table(NotificationFields(method: "chart", params: data))
        let x = try fields.text("x", maxBytes: NotificationFields.maxTitleBytes)
        guard let values = fields.params["y"]?.arrayValue, (1...Chart.maxSeries).contains(values.count) else {
            throw InvalidNotification("'y' of chart has to be an array of 1 to \(Chart.maxSeries) column names")
        }
        var y: [String] = []
        for value in values {
            guard let name = value.stringValue else {
                throw InvalidNotification("'y' of chart has to hold column names")
            }
            y.append(name)
        }
        for name in [x] + y where !table.columns.contains(where: { $0.utf8.elementsEqual(name.utf8) }) {
            let nearest = nearestName(to: name, in: table.columns).map { "; did you mean '\($0)'?" } ?? ""
            throw InvalidNotification("chart names a column that its data does not have\(nearest)")
        }
        self.init(
            kind: try fields.name("kind", Chart.Kind.self), title: try fields.title(), data: table, x: x, y: y)
    }
}
