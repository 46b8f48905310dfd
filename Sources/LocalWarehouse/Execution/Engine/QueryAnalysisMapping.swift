internal import DriverKit
internal import HogQL

extension DriverKit.QueryAnalysis {
    /// What the language's own analysis found, in the driver contract's words.
    init(_ analysis: HogQL.Analysis) {
        self.init(
            tables: analysis.tables, columns: analysis.columns.map { Column(table: $0.table, column: $0.column) },
            properties: analysis.properties, functions: analysis.functions, placeholders: analysis.placeholders,
            limit: analysis.limit, usesOffset: analysis.usesOffset)
    }
}
