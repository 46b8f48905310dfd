internal import AirlockCore

/// A self-contained page: no script, nothing fetched, light or dark as the reader's system is.
///
/// The content security policy forbids all that the page does not need, so that even a flaw in the escaping could not
/// send anything anywhere.
struct HTMLPage {
    private static let maxRows = 2000

    let title: String
    private var body = ""

    init(title: String) { self.title = title }

    var text: String {
        """
        <!DOCTYPE html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; \
        base-uri 'none'; form-action 'none'">
        <meta name="referrer" content="no-referrer">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <meta name="color-scheme" content="light dark">
        <title>\(HTML.escape(title))</title>
        <style>
        \(HTMLPage.css)
        </style>
        </head>
        <body>
        <main>
        \(body)</main>
        </body>
        </html>

        """
    }

    /// - Parameter html: markup whose texts are escaped already.
    mutating func add(markup html: String) { body += html + "\n" }

    mutating func add(heading text: String, level: Int = 2) {
        body += "<h\(level)>\(HTML.escape(text))</h\(level)>\n"
    }

    mutating func add(preformatted text: String) { body += "<pre>\(HTML.escapeBlock(text))</pre>\n" }

    mutating func add(title: String?, table: Table, cutReason: String? = nil) {
        if let title, !title.isEmpty { add(heading: title) }
        body += HTMLPage.table(table)
        let shown = min(table.rows.count, HTMLPage.maxRows)
        let count = NumberText.grouped(table.rows.count)
        if let cutReason {
            add(markup: "<p class=\"note\">First \(shown) of at least \(count) rows (\(HTML.escape(cutReason)))</p>")
        } else if shown < table.rows.count {
            add(markup: "<p class=\"note\">First \(NumberText.grouped(shown)) of \(count) rows</p>")
        }
    }

    mutating func add(chart: Chart) {
        let caption = chart.title.map { "<figcaption>\(HTML.escape($0))</figcaption>" } ?? ""
        add(markup: "<figure>\(caption)\n\(SVGChart(chart: chart).markup())</figure>")
    }

    static func table(_ table: Table) -> String {
        let rows = table.rows.prefix(maxRows)
        let numbers = table.columns.indices.map { column in
            NumberColumn(rows.map { column < $0.count ? $0[column] : .null }, name: table.columns[column])
        }
        var text = "<div class=\"scroll\"><table>\n<thead><tr>"
        for (index, name) in table.columns.enumerated() {
            text += numbers[index] == nil ? "<th scope=\"col\">" : "<th scope=\"col\" class=\"n\">"
            text += HTML.escape(name) + "</th>"
        }
        text += "</tr></thead>\n<tbody>\n"
        for row in rows {
            text += "<tr>"
            for index in table.columns.indices {
                text += cell(index < row.count ? row[index] : .null, numbers[index])
            }
            text += "</tr>\n"
        }
        return text + "</tbody></table></div>\n"
    }

    private static func cell(_ value: JSONValue, _ numbers: NumberColumn?) -> String {
        switch value {
        case .null: return "<td class=\"null\">null</td>"
        case .number(let number):
            if let numbers { return "<td class=\"n\">\(HTML.escape(numbers.text(number)))</td>" }
            return "<td>\(HTML.escape(number.text))</td>"
        default: return "<td>\(HTML.escape(value.cellText))</td>"
        }
    }
}
