internal import AirlockCore

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// How closely two categories hang together.
enum CategoryAggregates {
    static let all: [String: AggregateBinding.Bind] = [
        "cramersV": table { ($0.phi2 / $0.degrees).squareRoot() },
        "cramersVBiasCorrected": table { $0.corrected },
        "contingency": table { ($0.phi2 / ($0.phi2 + 1)).squareRoot() },
        "theilsU": table { $0.uncertainty },
    ]

    /// A contingency table.
    struct Table: Sendable {
        var count = 0.0
        var left: [Value: Double] = [:]
        var right: [Value: Double] = [:]
        var pairs: [[Value]: Double] = [:]

        /// χ² divided by the number of rows, plus one less.
        var phi2: Double {
            let sum = pairs.reduce(0.0) { sum, pair in
                sum + pair.value * pair.value / ((left[pair.key[0]] ?? 1) * (right[pair.key[1]] ?? 1)) * count
            }
            return max(0, sum / count - 1)
        }

        var degrees: Double { Double(min(left.count, right.count)) - 1 }

        /// Bergsma's correction of Cramér's V.
        var corrected: Double {
            let (q, r) = (Double(left.count), Double(right.count))
            let phi = max(0, phi2 - (q - 1) * (r - 1) / (count - 1))
            let (a, b) = (q - (q - 1) * (q - 1) / (count - 1), r - (r - 1) * (r - 1) / (count - 1))
            return (phi / (min(a, b) - 1)).squareRoot()
        }

        /// The share of the left one's entropy that the right one explains.
        var uncertainty: Double {
            let own = left.values.reduce(0.0) { $0 - $1 / count * log($1 / count) }
            guard own != 0 else { return .nan }
            let joint = pairs.reduce(0.0) { sum, pair in
                let share = pair.value / count
                return sum + share * log(share / ((right[pair.key[1]] ?? 1) / count))
            }
            return (own + joint) / own
        }
    }

    private static func table(_ measure: @escaping @Sendable (Table) -> Double) -> AggregateBinding.Bind {
        { call throws(AirlockError) in
            try call.count(2)
            try call.noDistinct()
            let name = call.name
            return call.fold(try call.distinguished(), .float, Table()) { table, row in
                let pair = try row.all()
                table.count += 1
                table.left[pair[0], default: 0] += 1
                table.right[pair[1], default: 0] += 1
                table.pairs[pair, default: 0] += 1
                try AggregateLimit.check(table.pairs.count, name)
            } finish: { table in
                guard table.count >= 2 else { return .double(.nan) }
                return .double(measure(table))
            }
        }
    }
}
