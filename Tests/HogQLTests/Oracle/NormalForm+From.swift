import HogQL

extension NormalForm {
    /// PostHog chains the tables of FROM, each with how it is joined and the next one.
    init(_ from: FromClause) {
        var next: NormalForm?
        for join in from.joins.reversed() {
            let words = [join.kind.strictness?.rawValue, join.kind.direction.rawValue].compactMap { $0 }
            var fields = Self.fields(of: join.table)
            fields["join_type"] = .string(words.sorted().joined(separator: " "))
            fields["next_join"] = next
            switch join.constraint {
            case .on(let condition): fields["constraint"] = Self.constraint("ON", Self(condition))
            case .using(let keys) where keys.count == 1: fields["constraint"] = Self.constraint("USING", Self(keys[0]))
            case .using(let keys):
                fields["constraint"] = Self.constraint("USING", .node("Tuple", ["exprs": .listed(keys)]))
            case nil: break
            }
            next = .node("JoinExpr", fields)
        }
        var fields = Self.fields(of: from.first)
        fields["next_join"] = next
        self = .node("JoinExpr", fields)
    }

    private static func constraint(_ type: String, _ expression: NormalForm) -> NormalForm {
        .node("JoinConstraint", ["constraint_type": .string(type), "expr": expression])
    }

    private static func fields(of reference: TableReference) -> [String: NormalForm?] {
        var fields: [String: NormalForm?] = [
            "alias": reference.alias.map { .string($0.name) }, "table_final": .flag(reference.isFinal),
            "sample": reference.sample.map { sample in
                .node(
                    "SampleExpr", ["sample_value": ratio(sample.ratio), "offset_value": sample.offset.map(Self.ratio)])
            },
        ]
        if !reference.columnNames.isEmpty {
            fields["column_aliases"] = .list(reference.columnNames.map { .string($0.name) })
        }
        switch reference.relation {
        case .table(let path): fields["table"] = .field(path.map(\.name))
        case .function(let name, let arguments):
            fields["table"] = .field([name.name])
            fields["table_args"] = .listed(arguments)
        case .subquery(let statement): fields["table"] = Self(statement)
        case .values(let rows): fields["table"] = .node("ValuesQuery", ["rows": .list(rows.map(Self.listed))])
        case .placeholder(let expression): fields["table"] = Self(expression)
        case .pivot(let pivot): fields["table"] = Self(pivot)
        case .unpivot(let unpivot): fields["table"] = Self(unpivot)
        }
        return fields
    }

    private static func ratio(_ ratio: SampleClause.Ratio) -> NormalForm {
        if case .placeholder = ratio.numerator.kind { return Self(ratio.numerator) }
        return .node("RatioExpr", ["left": Self(ratio.numerator), "right": ratio.denominator.map(Self.init)])
    }

    private init(_ pivot: PivotTable) {
        let columns = pivot.columns.map { column in
            NormalForm.node("PivotColumn", ["column": Self(column.column), "values": .listed(column.values)])
        }
        self = .node(
            "PivotExpr",
            [
                "table": Self.pivoted(pivot.table), "aggregates": .listed(pivot.aggregates), "columns": .list(columns),
                "group_by": .some(pivot.groupBy),
            ])
    }

    private init(_ unpivot: UnpivotTable) {
        let columns = unpivot.columns.map { column in
            NormalForm.node(
                "UnpivotColumn",
                [
                    "value_columns": Self(column.value), "name_columns": Self(column.name),
                    "unpivot_values": .listed(column.sources),
                ])
        }
        self = .node(
            "UnpivotExpr",
            [
                "table": Self.pivoted(unpivot.table), "include_nulls": .flag(unpivot.includesNulls),
                "columns": .list(columns),
            ])
    }

    /// A table without an alias stands in PIVOT by itself.
    private static func pivoted(_ reference: TableReference) -> NormalForm? {
        let fields = fields(of: reference)
        return reference.alias == nil && !reference.isFinal ? fields["table"] ?? nil : .node("JoinExpr", fields)
    }
}
