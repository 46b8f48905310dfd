extension LanguageReference {
    /// The text of docs/hogql.md: every construct and function that this code answers, answers differently, or refuses.
    package static var markdown: String {
        """
        # HogQL in the local warehouse

        Made from the code by `make docs`; a test compares it with the code.

        The parser reads PostHog's HogQL as PostHog's own parser does, and refuses with an explanation what PostHog drops
        without a word. The local warehouse then answers with the numbers that ClickHouse would give. Each row below is
        *supported*; *different*, and then the note says how; or *refused* by name before anything runs, with what to
        write instead. Each example is run by a test, and the answers are compared with recorded answers of ClickHouse.

        ## Constructs

        \(constructTable)

        ## Functions

        \(functionTables)

        """
    }

    private static var constructTable: String {
        table(
            ["construct", "status", "example", "note"],
            constructs.map { [$0.name, $0.status.rawValue, code($0.example), $0.note] })
    }

    private static var functionTables: String {
        let sections: [(String, String, Function.Kind)] = [
            ("### Functions of a row", "", .function),
            (
                "### Aggregate functions",
                "Each also with the suffixes \(suffixes), in any order that ClickHouse takes.", .aggregate
            ),
            ("### Window functions", "Besides these, every aggregate function takes OVER.", .window),
        ]
        return sections.map { head, text, kind in
            let rows = functions.filter { $0.kind == kind }.map { function in
                [code(function.name), function.status.rawValue, function.isInPostHog ? "yes" : "no", function.note]
            }
            let lines = [head, text, table(["function", "status", "in PostHog", "note"], rows)]
            return lines.filter { !$0.isEmpty }.joined(separator: "\n\n")
        }.joined(separator: "\n\n")
    }

    private static var suffixes: String {
        combinators.filter { $0.status == .supported }.map { code($0.suffix) }.joined(separator: ", ")
    }

    private static func table(_ heads: [String], _ rows: [[String]]) -> String {
        let lines = [heads, heads.map { _ in "---" }] + rows
        return lines.map { cells in "| " + cells.map(cell).joined(separator: " | ") + " |" }.joined(separator: "\n")
    }

    private static func code(_ text: String) -> String { "`\(text)`" }

    /// A bar would end the cell, even in code (GitHub Flavored Markdown, tables).
    private static func cell(_ text: String) -> String {
        var result = ""
        for character in text {
            switch character {
            case "|": result += "\\|"
            case "\n": result += " "
            default: result.append(character)
            }
        }
        return result
    }
}
