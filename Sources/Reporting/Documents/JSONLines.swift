internal import AirlockCore

/// Rows as JSON objects, one a line (jsonlines.org).
enum JSONLines {
    static func text(_ table: Table) -> String {
        let names = memberNames(table.columns)
        var bytes: [UInt8] = []
        for row in table.rows {
            var object = JSONObject()
            for (index, name) in names.enumerated() { object[name] = index < row.count ? row[index] : .null }
            JSONValue.object(object).appendJSON(to: &bytes)
            bytes.append(0x0A)
        }
        return SafeText.json(String(decoding: bytes, as: UTF8.self))
    }

    /// The columns' names; a repeated one gets `_2`, `_3` … since an object holds a name once.
    private static func memberNames(_ columns: [String]) -> [String] {
        var taken = Set<String>()
        return columns.map { column in
            var name = column
            var count = 2
            while !taken.insert(name).inserted {
                name = "\(column)_\(count)"
                count += 1
            }
            return name
        }
    }
}
