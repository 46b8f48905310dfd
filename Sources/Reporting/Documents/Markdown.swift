internal import AirlockCore

/// GitHub-flavoured Markdown.
enum Markdown {
    /// Text that reads the same when Markdown is made of it.
    static func escape(_ text: String) -> String {
        var result = ""
        for character in SafeText.line(text) {
            switch character {
            case "\\", "`", "*", "_", "[", "]", "<", ">", "|", "#", "~", "!", "&", "$": result += "\\\(character)"
            default: result.append(character)
            }
        }
        return result
    }

    static func table(_ table: Table) -> String {
        guard !table.columns.isEmpty else { return "" }
        let numeric = table.columns.indices.map { column in
            NumberColumn(table.rows.map { column < $0.count ? $0[column] : .null }, name: "") != nil
        }
        var lines = [row(table.columns.map(escape)), row(numeric.map { $0 ? "---:" : "---" })]
        for values in table.rows {
            lines.append(row(table.columns.indices.map { cell($0 < values.count ? values[$0] : .null) }))
        }
        return lines.joined(separator: "\n") + "\n"
    }

    private static func row(_ cells: [String]) -> String { "| " + cells.joined(separator: " | ") + " |" }

    private static func cell(_ value: JSONValue) -> String {
        switch value {
        case .null: ""
        case .bool, .number: value.json
        default: escape(value.cellText)
        }
    }

    /// Text as a fenced block, with a fence longer than any run of backticks inside.
    static func fenced(_ text: String, language: String = "text") -> String {
        var (longest, run) = (0, 0)
        for byte in text.utf8 {
            run = byte == 0x60 ? run + 1 : 0
            longest = max(longest, run)
        }
        let fence = String(repeating: "`", count: max(3, longest + 1))
        return fence + language + "\n" + text + (text.utf8.last == 0x0A || text.isEmpty ? "" : "\n") + fence + "\n"
    }

    /// A script's own Markdown without what would make a viewer fetch something or run HTML: an image's address can
    /// carry data out, so images become links to be clicked and tags become text.
    static func withoutEmbeddedContent(_ text: String) -> String {
        var result: [UInt8] = []
        let bytes = Array(SafeText.block(text).utf8)
        for (index, byte) in bytes.enumerated() {
            let next = index + 1 < bytes.count ? bytes[index + 1] : 0x20
            switch byte {
            case 0x21 where next == 0x5B:
                // An entity, not a backslash: the script may have put a backslash of its own before it.
                result.append(contentsOf: "&#33;".utf8)
            case 0x3C where next > 0x20 && !(0x30...0x39).contains(next) && next != 0x3D:
                result.append(contentsOf: "&lt;".utf8)
            default: result.append(byte)
            }
        }
        return String(decoding: result, as: UTF8.self)
    }
}
