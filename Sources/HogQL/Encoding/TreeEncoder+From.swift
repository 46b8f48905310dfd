internal import AirlockCore

extension TreeEncoder {
    /// FROM: the first table, and the joins in order.
    func encoded(_ from: FromClause) -> JSONValue {
        let joins = from.joins.map { join in
            var (on, using): (JSONValue?, JSONValue?)
            switch join.constraint {
            case .on(let condition): on = encoded(condition)
            case .using(let keys): using = list(keys)
            case nil: break
            }
            return object([
                "join": .string(join.kind.direction.rawValue.lowercased()),
                "strictness": join.kind.strictness.map { .string($0.rawValue.lowercased()) },
                "lateral": flag(join.kind.isLateral), "table": encoded(join.table), "on": on, "using": using,
            ])
        }
        return object(["first": encoded(from.first), "joins": joins.isEmpty ? nil : .array(joins)])
    }

    private func encoded(_ table: TableReference) -> JSONValue {
        switch table.relation {
        case .table(let path): encoded(table, .table, ["path": names(path)])
        case .function(let name, let arguments):
            encoded(table, .tableFunction, ["name": .string(name.name), "arguments": list(arguments)])
        case .subquery(let statement): encoded(table, .tableQuery, ["query": encoded(statement)])
        case .values(let rows): encoded(table, .values, ["rows": .array(rows.map(list))])
        case .placeholder(let expression): encoded(table, .tablePlaceholder, ["content": encoded(expression)])
        case .pivot(let pivot):
            encoded(
                table, .pivot,
                [
                    "table": encoded(pivot.table), "aggregates": list(pivot.aggregates),
                    "for": .array(
                        pivot.columns.map { object(["column": encoded($0.column), "in": list($0.values)]) }),
                    "group_by": some(pivot.groupBy),
                ])
        case .unpivot(let unpivot):
            encoded(
                table, .unpivot,
                [
                    "table": encoded(unpivot.table), "include_nulls": flag(unpivot.includesNulls),
                    "for": .array(
                        unpivot.columns.map {
                            object(["value": encoded($0.value), "name": encoded($0.name), "in": list($0.sources)])
                        }),
                ])
        }
    }

    private func encoded(
        _ table: TableReference, _ kind: NodeKind, _ members: KeyValuePairs<String, JSONValue?>
    ) -> JSONValue {
        guard case .object(var object) = node(kind, table.range, members) else { return .null }
        if let alias = table.alias { object["alias"] = .string(alias.name) }
        if !table.columnNames.isEmpty { object["column_names"] = names(table.columnNames) }
        if table.isFinal { object["final"] = true }
        if let sample = table.sample {
            object["sample"] = self.object([
                "ratio": encoded(sample.ratio), "offset": sample.offset.map(encoded),
            ])
        }
        return .object(object)
    }

    private func encoded(_ ratio: SampleClause.Ratio) -> JSONValue {
        object(["numerator": encoded(ratio.numerator), "denominator": optional(ratio.denominator)])
    }
}
