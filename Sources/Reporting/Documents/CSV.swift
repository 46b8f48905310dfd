internal import AirlockCore

/// Tables as comma-separated values after RFC 4180, with a line feed at each line's end.
///
/// Null is an empty field and an empty string is `""`. Arrays and objects are JSON text. Of several tables each stands
/// under a line `# title`, with an empty line between two; a single table has no such line. A field that begins with
/// `#` is quoted, so that data is never taken for a title.
///
/// Values are written as they are: a text that begins with `=` is data here, and a spreadsheet that takes it for a
/// formula has to be told to import the column as text.
enum CSV {
    static func text(_ tables: [TitledTable]) -> String {
        guard tables.count > 1 else { return tables.first.map { text($0.table) } ?? "" }
        return tables.enumerated().map { index, titled in
            "# " + SafeText.line(titled.title ?? "Table \(index + 1)") + "\n" + text(titled.table)
        }.joined(separator: "\n")
    }

    private static func text(_ table: Table) -> String {
        var text = record(table.columns.map(JSONValue.string))
        for row in table.rows {
            text += record(table.columns.indices.map { $0 < row.count ? row[$0] : .null })
        }
        return text
    }

    private static func record(_ values: [JSONValue]) -> String {
        // A record of one null would be an empty line, which readers skip.
        if values.count == 1, values[0].isNull { return "\"\"\n" }
        return values.map(field).joined(separator: ",") + "\n"
    }

    private static func field(_ value: JSONValue) -> String {
        switch value {
        case .null: return ""
        case .bool, .number: return value.json
        case .string(let text): return quotedWhereNeeded(text)
        case .array, .object: return quotedWhereNeeded(value.json)
        }
    }

    private static func quotedWhereNeeded(_ text: String) -> String {
        guard let first = text.utf8.first, let last = text.utf8.last else { return "\"\"" }
        let special = text.utf8.contains { $0 == 0x2C || $0 == 0x22 || $0 == 0x0A || $0 == 0x0D }
        guard special || first == 0x20 || last == 0x20 || first == 0x23 else { return text }
        var bytes: [UInt8] = [0x22]
        for byte in text.utf8 {
            if byte == 0x22 { bytes.append(0x22) }
            bytes.append(byte)
        }
        bytes.append(0x22)
        return String(decoding: bytes, as: UTF8.self)
    }
}
