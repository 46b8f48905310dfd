import AirlockCore
import AirlockTesting
import LocalWarehouse
import Testing

/// Each built-in template, run through the built binary over the demo data set, against what is true of that.
@Suite(.serialized, .timeLimit(.minutes(10))) struct TemplateTruthTests {
    private func run(_ arguments: [String]) throws -> JSONValue {
        let answer = try BuiltBinary().run(["run"] + arguments + ["--format", "json"])
        #expect(answer.exitCode == 0, "\(arguments): \(answer.errors) \(answer.output.prefix(2000))")
        return try answer.json()
    }

    @Test func topEvents() throws {
        let result = try run(["top-events", "--days", "88", "--set", "limit=100"])
        let top = result["result"]?["top"]?.arrayValue ?? []
        let found = top.map { [$0["event"] ?? .null, $0["events"] ?? .null] }
        let truth = DemoTruth.eventCounts.map { [JSONValue.string($0.event), .int($0.count)] }
        #expect(Set(found) == Set(truth))
        #expect(result["result"]?["people"]?.intValue == DemoTruth.persons)
        #expect(found.compactMap { $0[1].intValue } == truth.compactMap { $0[1].intValue }, "the most frequent first")
    }

    @Test func funnel() throws {
        let result = try run(["funnel", "--steps", #"["signup","activate","purchase"]"#])
        #expect(result["result"]?["people"] == .array(DemoTruth.funnel.map { .int($0) }))
        #expect(result["status"] == "succeeded")
        #expect(result["isolation"]?["layers"]?.arrayValue?.isEmpty == false)
        #expect(result["usage"]?["calls"]?.intValue == 1)
        #expect(result["transcript"]?["entries"]?.arrayValue?.count == 1)
    }

    @Test func funnelInAnotherOrderAndWindow() throws {
        let backwards = try run(["funnel", "--steps", "purchase,signup"])
        let people = backwards["result"]?["people"]?.arrayValue?.compactMap(\.intValue) ?? []
        #expect(people.first == DemoTruth.funnelUnordered[2])
        #expect(people.last ?? 1 < DemoTruth.funnel[2])
        let wide = try run(["funnel", "--window", "88"])
        let widest = wide["result"]?["people"]?.arrayValue?.compactMap(\.intValue) ?? []
        #expect(widest[2] > DemoTruth.funnel[2])
        #expect(widest[2] <= DemoTruth.funnelUnordered[2])
    }

    @Test func retention() throws {
        let result = try run(["retention", "--periods", "13"])
        let cohorts = result["result"]?["cohorts"]?.arrayValue ?? []
        let found = cohorts.map { cohort in
            (cohort["returned"]?.arrayValue ?? []).filter { !$0.isNull }.compactMap(\.intValue)
        }
        #expect(found == DemoTruth.weeklyRetention)
        #expect(cohorts.compactMap { $0["people"]?.intValue } == DemoTruth.weeklyRetention.map { $0[0] })
    }

    @Test func powerUsers() throws {
        let result = try run(["power-users", "--event", "$pageview", "--days", "88"])
        let found = (result["result"]?["top"]?.arrayValue ?? []).compactMap { $0["events"]?.intValue }
        #expect(found == DemoTruth.powerUsers.map(\.pageviews))
    }

    @Test func trendFindsTheSpike() throws {
        let result = try run(["trend", "--event", "$exception", "--days", "87"])
        let points = result["result"]?["points"]?.arrayValue ?? []
        let errors = Dictionary(
            points.compactMap { point in
                point["start"]?.stringValue.flatMap { day in point["value"]?.intValue.map { (day, $0) } }
            }, uniquingKeysWith: { first, _ in first })
        for spike in DemoTruth.errorSpikes { #expect(errors[spike.day] == spike.errors) }
        let others = errors.filter { entry in !DemoTruth.errorSpikes.contains { $0.day == entry.key } }.map(\.value)
        #expect(others.max() ?? 99 <= 8)
    }

    @Test func trendSumsAProperty() throws {
        let result = try run([
            "trend", "--event", "purchase", "--math", "sum", "--property", "amount", "--days", "88", "--interval",
            "month",
        ])
        let points = result["result"]?["points"]?.arrayValue ?? []
        let total = points.compactMap { $0["value"]?.doubleValue }.reduce(0, +)
        #expect(total == Double(DemoTruth.revenue.map(\.amount).reduce(0, +)))
    }

    @Test func trendSplitsByAProperty() throws {
        let result = try run([
            "trend", "--event", "purchase", "--breakdown", "plan", "--days", "88", "--interval", "month",
        ])
        let points = result["result"]?["points"]?.arrayValue ?? []
        for plan in DemoTruth.revenue {
            #expect(points.compactMap { $0[plan.plan]?.intValue }.reduce(0, +) == plan.purchases, "\(plan.plan)")
        }
    }
}
