internal import AirlockCore
internal import GRDB

extension PostHogAPI {
    /// ExperimentQuery: a metric of each variant, and how it differs from the first one.
    func experimentResult(_ query: JSONObject) async throws(APIError) -> JSONObject {
        guard let id = query["experiment_id"]?.intValue else {
            throw .validation("experiment_id is required", attr: "query__experiment_id")
        }
        let experiment = try await one(.experiment, String(id))
        guard let key = experiment["feature_flag_key"]?.stringValue else { throw .notFound }
        guard let start = experiment["start_date"]?.stringValue.flatMap({ Self.time($0, now: now) }) else {
            throw .validation("Experiment has not started yet", code: "no-results")
        }
        let end = experiment["end_date"]?.stringValue.flatMap { Self.time($0, now: now) } ?? Int64.max
        let metric = try ExperimentMetric(query["metric"])
        let samples = try await read { db in try ExperimentSamples(db, flag: key, from: start, to: end, metric) }
        let known = (experiment["feature_flag"]?["filters"]?["multivariate"]?["variants"]?.arrayValue ?? [])
            .compactMap { $0["key"]?.stringValue }
        let keys = known.isEmpty ? samples.byVariant.keys.sorted() : known
        guard let first = keys.first else { throw .validation("No exposures yet", code: "no-results") }
        let baseline = samples.byVariant[first] ?? SampleSum()
        var variants: [JSONValue] = []
        for variant in keys.dropFirst() {
            let sum = samples.byVariant[variant] ?? SampleSum()
            var object = Self.describe(variant, sum)
            object["method"] = "frequentist"
            let test = WelchTest(control: baseline, test: sum, isProportion: metric.isProportion)
            object["p_value"] = test.map { .double($0.pValue) } ?? .null
            object["confidence_interval"] = test.map { [.double($0.interval.0), .double($0.interval.1)] } ?? .null
            object["significant"] = .bool(test.map { $0.pValue < 0.05 } ?? false)
            variants.append(.object(object))
        }
        return [
            "kind": "ExperimentQuery", "metric": query["metric"] ?? .null, "insight": [], "variants": .null,
            "baseline": .object(Self.describe(first, baseline)), "variant_results": .array(variants),
            "excluded_multiple_variants": .int(samples.excluded), "is_cached": false,
        ]
    }

    private static func describe(_ key: String, _ sum: SampleSum) -> JSONObject {
        var failures: [JSONValue] = []
        if sum.count < 50 { failures.append("not-enough-exposures") }
        if sum.sum == 0 { failures.append("baseline-mean-is-zero") }
        return [
            "key": .string(key), "number_of_samples": .int(sum.count), "sum": .double(sum.sum),
            "sum_squares": .double(sum.squares), "validation_failures": .array(failures),
        ]
    }
}

/// What is counted of each person.
struct ExperimentMetric: Sendable {
    enum Kind: Sendable {
        /// Events, or the sum of one of their properties.
        case mean(event: String, property: String?)
        /// Whether all of these were done, in this order.
        case funnel([String])
    }

    let kind: Kind

    var isProportion: Bool { if case .funnel = kind { true } else { false } }

    init(_ value: JSONValue?) throws(APIError) {
        switch value?["metric_type"]?.stringValue {
        case "mean":
            guard let event = value?["source"]?["event"]?.stringValue else {
                throw .validation("A mean needs a source with an event.", attr: "query__metric")
            }
            let math = value?["source"]?["math"]?.stringValue ?? "total"
            switch math {
            case "total": kind = .mean(event: event, property: nil)
            case "sum": kind = .mean(event: event, property: value?["source"]?["math_property"]?.stringValue)
            default:
                throw .validation(
                    "The local server knows the maths total and sum, not '\(math)'.", attr: "query__metric")
            }
        case "funnel":
            let events = (value?["series"]?.arrayValue ?? []).compactMap { $0["event"]?.stringValue }
            guard !events.isEmpty else {
                throw .validation("A funnel needs a series of events.", attr: "query__metric")
            }
            kind = .funnel(events)
        default:
            throw .validation("The local server knows metrics of the types mean and funnel.", attr: "query__metric")
        }
    }
}

/// How many, their sum and the sum of their squares.
struct SampleSum: Sendable {
    var count = 0
    var sum = 0.0
    var squares = 0.0

    mutating func add(_ value: Double) {
        count += 1
        sum += value
        squares += value * value
    }

    var mean: Double { count > 0 ? sum / Double(count) : 0 }

    func variance(isProportion: Bool) -> Double {
        if isProportion { return mean * (1 - mean) }
        return count > 1 ? (squares - sum * sum / Double(count)) / Double(count - 1) : 0
    }
}

/// Persons by the variant that they saw first, with what they did afterwards. Who saw several is left out.
struct ExperimentSamples: Sendable {
    private(set) var byVariant: [String: SampleSum] = [:]
    private(set) var excluded = 0

    init(_ db: Database, flag: String, from start: Int64, to end: Int64, _ metric: ExperimentMetric) throws {
        let exposures = try Row.fetchCursor(
            db,
            sql: """
                SELECT person_id, min(timestamp), min(json_extract(properties, '$."$feature_flag_response"')),
                    count(DISTINCT json_extract(properties, '$."$feature_flag_response"'))
                FROM events WHERE event = '$feature_flag_called' AND timestamp BETWEEN ? AND ?
                    AND json_extract(properties, '$."$feature_flag"') = ?
                GROUP BY person_id
                """, arguments: [start, end, flag])
        while let row = try exposures.next() {
            guard let variant = row[2] as String? else { continue }
            guard (row[3] as Int) == 1 else {
                excluded += 1
                continue
            }
            let value = try Self.value(db, of: row[0], after: row[1], to: end, metric)
            byVariant[variant, default: SampleSum()].add(value)
        }
    }

    private static func value(
        _ db: Database, of person: String, after start: Int64, to end: Int64, _ metric: ExperimentMetric
    ) throws -> Double {
        switch metric.kind {
        case .mean(let event, let property):
            let path = property.map { "$.\"" + $0.replacingQuotes + "\"" }
            let value = path == nil ? "1" : "CAST(json_extract(properties, ?) AS REAL)"
            let statement = try db.cachedStatement(
                sql: """
                    SELECT coalesce(sum(\(value)), 0) FROM events
                    WHERE person_id = ? AND event = ? AND timestamp >= ? AND timestamp <= ?
                    """)
            var arguments: [any DatabaseValueConvertible] = path.map { [$0] } ?? []
            arguments += [person, event, start, end]
            return try Double.fetchOne(statement, arguments: StatementArguments(arguments)) ?? 0
        case .funnel(let events):
            var time = start
            for event in events {
                let statement = try db.cachedStatement(
                    sql:
                        "SELECT min(timestamp) FROM events WHERE person_id = ? AND event = ? AND timestamp BETWEEN ? AND ?"
                )
                guard let next = try Int64.fetchOne(statement, arguments: [person, event, time, end]) else { return 0 }
                time = next
            }
            return 1
        }
    }
}

extension String {
    /// Without what would end a quoted name in a JSON path.
    fileprivate var replacingQuotes: String { String(filter { $0 != "\"" && $0 != "\\" }) }
}
