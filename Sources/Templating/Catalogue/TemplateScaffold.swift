public import AirlockCore

/// The text of a fresh template, for `airlock templates new`.
public enum TemplateScaffold {
    /// A template that passes its check and runs on any source that has events.
    ///
    /// - Throws: `invalid_argument` for a name that no template may have.
    public static func new(name: String) throws(AirlockError) -> String {
        guard TemplateCatalogue.isName(name) else {
            throw AirlockError(
                .invalidArgument, "a template's name is a lower-case letter or digit, then letters, digits, '-' and '_'"
            )
        }
        let words = name.split { $0 == "-" || $0 == "_" }.joined(separator: " ")
        let title = words.prefix(1).uppercased() + words.dropFirst()
        return """
            # /// script
            # requires-python = ">=3.9"
            # dependencies = []
            #
            # [tool.airlock]
            # title = "\(title)"
            # description = "What this analysis answers, in one sentence."
            #
            # [tool.airlock.variables]
            # days = { type = "integer", description = "Length of the period, in days", minimum = 1, maximum = 365, default = 7 }
            # rows = { type = "integer", description = "How many rows to show", minimum = 1, maximum = 100, default = 10 }
            #
            # [tool.airlock.access]
            # methods = ["query"]
            # tables = ["events"]
            #
            # [tool.airlock.limits]
            # wall = "20s"
            # calls = 5
            # ///
            import airlock

            # Values reach a query as its parameters, never as text.
            table = airlock.query(
                "SELECT event, count() AS n FROM events WHERE timestamp >= now() - toIntervalDay({days}) "
                "GROUP BY event ORDER BY n DESC LIMIT {rows}",
                days={{ days }}, rows={{ rows }},
            )
            airlock.table(table, title="\(title)")

            """
    }
}
