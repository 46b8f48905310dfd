extension QueryPrinter {
    mutating func write(_ from: FromClause) {
        write(" FROM ")
        write(from.first)
        for join in from.joins {
            write(" \(words(of: join.kind)) ")
            write(join.table)
            switch join.constraint {
            case .on(let condition):
                write(" ON ")
                write(condition)
            case .using(let keys):
                write(" USING ")
                writeArguments(keys)
            case nil: break
            }
        }
    }

    private func words(of kind: JoinKind) -> String {
        var words: [String] = []
        if let strictness = kind.strictness { words.append(strictness.rawValue) }
        if kind.direction != .inner { words.append(kind.direction.rawValue) }
        return (words + ["JOIN"]).joined(separator: " ")
    }

    mutating func write(_ table: TableReference) {
        write(table.relation)
        if let alias = table.alias {
            write(" AS ")
            write(alias)
            write(names: table.columnNames)
        }
        if table.isFinal { write(" FINAL") }
        if let sample = table.sample {
            write(" SAMPLE ")
            write(sample.ratio)
            if let offset = sample.offset {
                write(" OFFSET ")
                write(offset)
            }
        }
    }

    private mutating func write(_ ratio: SampleClause.Ratio) {
        write(ratio.numerator)
        if let denominator = ratio.denominator {
            write("/")
            write(denominator)
        }
    }

    private mutating func write(_ relation: TableReference.Relation) {
        switch relation {
        case .table(let path): write(path: path)
        case .function(let name, let arguments):
            write(name)
            writeArguments(arguments)
        case .subquery(let statement):
            write("(")
            write(statement)
            write(")")
        case .values(let rows):
            write("(VALUES ")
            separated(rows) { $0.writeArguments($1) }
            write(")")
        case .placeholder(let expression): write(expression)
        case .pivot(let pivot): write(pivot)
        case .unpivot(let unpivot): write(unpivot)
        }
    }

    private mutating func write(_ pivot: PivotTable) {
        write(pivot.table)
        write(" PIVOT (")
        write(pivot.aggregates)
        write(" FOR ")
        separated(pivot.columns, by: " ") {
            $0.write($1.column, .additive)
            $0.write(" IN ")
            $0.writeArguments($1.values)
        }
        if !pivot.groupBy.isEmpty {
            write(" GROUP BY ")
            write(pivot.groupBy)
        }
        write(")")
    }

    private mutating func write(_ unpivot: UnpivotTable) {
        write(unpivot.table)
        write(unpivot.includesNulls ? " UNPIVOT INCLUDE NULLS (" : " UNPIVOT (")
        separated(unpivot.columns) {
            $0.write($1.value, .additive)
            $0.write(" FOR ")
            $0.write($1.name, .additive)
            $0.write(" IN ")
            $0.writeArguments($1.sources)
        }
        write(")")
    }
}
