internal import AirlockCore

/// A table as aligned columns: numbers to the right, everything else to the left.
struct TerminalTable {
    /// Rows shown of a longer table; the footer says what is missing.
    static let defaultMaxRows = 100
    private static let gap = "  "
    /// No text column is made narrower than this; columns that then still do not fit are left out, and said to be.
    private static let leastTextWidth = 6

    var title: String?
    var table: Table
    var maxRows = defaultMaxRows
    /// Why the table itself holds fewer rows than there are; `nil` when it holds all.
    var cutReason: String?
    var style: TerminalStyle

    func lines() -> [String] {
        var lines: [String] = []
        if let title, !title.isEmpty { lines.append(style.bold(style.line(title))) }
        guard !table.columns.isEmpty else { return lines + [style.dim("(no columns)")] }
        let shown = table.rows.prefix(max(0, maxRows))
        var columns = table.columns.indices.map { Column(index: $0, table: table, rows: shown, style: style) }
        let hidden = fit(&columns)
        lines.append(row(columns.map { style.bold($0.aligned($0.header, style)) }))
        lines.append(row(columns.map { String(repeating: style.rule, count: $0.width) }))
        for index in shown.indices { lines.append(row(columns.map { $0.aligned($0.cells[index], style) })) }
        lines += footer(shown: shown.count, hiddenColumns: hidden).map(style.dim)
        return lines
    }

    private func row(_ cells: [String]) -> String {
        var line = cells.joined(separator: TerminalTable.gap)
        while line.utf8.last == 0x20 { line.removeLast() }
        return line
    }

    private func footer(shown: Int, hiddenColumns: [String]) -> [String] {
        var notes: [String] = []
        let count = NumberText.grouped(table.rows.count)
        if table.rows.isEmpty {
            notes.append("(no rows)")
        } else if let cutReason {
            notes.append("first \(NumberText.grouped(shown)) of at least \(count) rows (\(cutReason))")
        } else if shown < table.rows.count {
            notes.append("first \(NumberText.grouped(shown)) of \(count) rows; --format csv or json gives all")
        }
        if !hiddenColumns.isEmpty {
            let names = hiddenColumns.prefix(5).map(style.line).joined(separator: ", ")
            let more = hiddenColumns.count > 5 ? " and \(hiddenColumns.count - 5) more" : ""
            notes.append("columns that do not fit: \(names)\(more)")
        }
        return notes
    }

    /// Narrows text columns until the row fits, widest first.
    ///
    /// - Returns: the names of columns taken out because even that was not enough.
    private func fit(_ columns: inout [Column]) -> [String] {
        guard let limit = style.width else { return [] }
        func total() -> Int { columns.reduce(0) { $0 + $1.width } + TerminalTable.gap.count * (columns.count - 1) }
        var hidden: [String] = []
        while columns.count > 1 {
            let least = columns.reduce(0) { $0 + $1.leastWidth(TerminalTable.leastTextWidth) }
            if least + TerminalTable.gap.count * (columns.count - 1) <= limit { break }
            hidden.insert(table.columns[columns.removeLast().index], at: 0)
        }
        while total() > limit {
            let narrowable = columns.indices.filter {
                columns[$0].width > columns[$0].leastWidth(TerminalTable.leastTextWidth)
            }
            guard let widest = narrowable.max(by: { columns[$0].width < columns[$1].width }) else {
                // A single column wider than the terminal.
                if let last = columns.indices.last { columns[last].width = max(1, limit) }
                break
            }
            let next = narrowable.filter { $0 != widest }.map { columns[$0].width }.max() ?? 0
            let least = columns[widest].leastWidth(TerminalTable.leastTextWidth)
            let surplus = total() - limit
            columns[widest].width = max(least, min(columns[widest].width - 1, next), columns[widest].width - surplus)
        }
        return hidden
    }
}

extension TerminalTable {
    /// One column, its cells made fit to be shown.
    struct Column {
        let index: Int
        let header: String
        let cells: [String]
        let isNumeric: Bool
        var width: Int

        init(index: Int, table: Table, rows: ArraySlice<[JSONValue]>, style: TerminalStyle) {
            self.index = index
            header = style.line(table.columns[index])
            let values = rows.map { index < $0.count ? $0[index] : .null }
            let numbers = NumberColumn(values, name: table.columns[index])
            isNumeric = numbers != nil
            cells = values.map { value in
                if case .number(let number) = value, let numbers { return numbers.text(number) }
                // What could never be seen need not be looked at: a cell may hold megabytes.
                return style.line(String(value.cellText.prefix(4096)))
            }
            width = max(1, DisplayWidth.of(header), cells.reduce(0) { max($0, DisplayWidth.of($1)) })
        }

        /// A number is never shortened: half a number is a wrong number.
        func leastWidth(_ leastTextWidth: Int) -> Int {
            isNumeric ? cells.reduce(1) { max($0, DisplayWidth.of($1)) } : min(width, leastTextWidth)
        }

        func aligned(_ text: String, _ style: TerminalStyle) -> String {
            text.shortened(to: width, mark: style.ellipsis).padded(to: width, onTheLeft: isNumeric)
        }
    }
}

/// How the numbers of one column are written, so that their digits stand below each other.
struct NumberColumn {
    private static let maxDecimals = 4

    private let decimals: Int
    private let groups: Bool

    /// - Returns: `nil` when the column holds something other than numbers and nulls, or nothing else than nulls.
    init?(_ values: [JSONValue], name: String) {
        var (decimals, largest, count) = (0, 0.0, 0)
        for value in values {
            switch value {
            case .null: continue
            case .number(let number):
                count += 1
                largest = max(largest, (number.double ?? .infinity).magnitude)
                guard !number.isWrittenAsInteger, decimals < NumberColumn.maxDecimals, let double = number.double
                else { continue }
                let text = NumberText.rounded(double, decimals: NumberColumn.maxDecimals)
                if let point = text.utf8.firstIndex(of: 0x2E), !text.utf8.contains(0x65) {
                    let places = text.utf8.distance(from: point, to: text.utf8.endIndex) - 1
                    decimals = max(decimals, min(places, NumberColumn.maxDecimals))
                }
            default: return nil
            }
        }
        guard count > 0 else { return nil }
        self.decimals = decimals
        // Years and identifiers are numbers that nobody groups: no column below 10,000, and none that is named so.
        let lowered = name.lowercased()
        groups = largest >= 10_000 && lowered != "id" && !lowered.hasSuffix("_id")
    }

    func text(_ number: JSONNumber) -> String {
        if number.isWrittenAsInteger && decimals == 0 {
            return groups ? NumberText.grouped(number.text) : number.text
        }
        guard let value = number.double else { return number.text }
        let text = NumberText.fixed(value, decimals: decimals)
        // A value too small for the column's digits is shown in full rather than as zero.
        if value != 0, !text.utf8.contains(where: { (0x31...0x39).contains($0) }) { return NumberText.shortest(value) }
        guard groups, let point = text.utf8.firstIndex(of: 0x2E) else {
            return groups ? NumberText.grouped(text) : text
        }
        return NumberText.grouped(String(text[..<point])) + text[point...]
    }
}
