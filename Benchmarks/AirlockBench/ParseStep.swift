import AirlockCore
import HogQL

/// Reads a query of ten lines, many times; the time is that of one.
struct ParseStep: BenchStep {
    let name = "parse"
    private static let repetitions = 200

    /// The script gives the same text to the other parser.
    static let query = """
        SELECT event, count() AS events, uniq(person_id) AS people, avg(toFloat(properties.amount)) AS amount,
            countIf(properties.$browser = 'Chrome') AS chrome, multiIf(events > 10, 'many', 'few') AS size
        FROM events
        LEFT JOIN persons ON persons.id = events.person_id
        WHERE timestamp >= now() - toIntervalDay(30) AND event IN ('$pageview', 'signup', 'purchase')
            AND (properties.$os = 'Linux' OR person.properties.plan != 'free') AND NOT match(distinct_id, '^test')
        GROUP BY event
        HAVING events > 1
        ORDER BY events DESC, event
        LIMIT 100
        """

    func run() async throws -> StepRun {
        let query = Self.query
        var total = 0
        var run = try await StepRun.timing {
            for _ in 0..<Self.repetitions {
                _ = try parseSelect(query)
                total += 1
            }
            return nil
        }
        run.milliseconds /= Double(total)
        run.extra["query"] = .string(query)
        return run
    }
}
