import AirlockCore
import DriverKit
import GRDB
import Testing

@testable import LocalWarehouse

/// Recomputes ``DemoTruth`` from the exported events, in plain Swift that shares nothing with generator or queries.
@Suite struct DemoDataTests {
    struct Event: Sendable {
        var name: String
        var time: Int64
        var person: String
        var distinctID: String
        var properties: JSONObject
    }

    final class Sample: Sendable {
        let events: [Event]
        let people: [String: [Event]]
        let plans: [String: String]

        init(_ events: [Event], _ plans: [String: String]) {
            self.events = events
            people = Dictionary(grouping: events, by: \.person)
            self.plans = plans
        }
    }

    /// Generated once for all tests of the suite.
    static let sample = Task<Sample, any Error> {
        let folder = try TemporaryFolder()
        #expect(try await DemoData.ensure(at: folder.file("demo.db")))
        #expect(try await !DemoData.ensure(at: folder.file("demo.db")))
        let warehouse = try Warehouse.open(at: folder.file("demo.db"))
        _ = try await warehouse.exportEvents(to: folder.file("out.jsonl"))
        warehouse.close()
        var (events, plans) = ([Event](), [String: String]())
        for line in try folder.read("out.jsonl").split(separator: 0x0A) {
            let value = try JSONValue(json: Array(line))
            let time = try #require(TimestampReader.read(value["timestamp"]?.stringValue ?? ""))
            let person = try #require(value["person_id"]?.stringValue)
            events.append(
                Event(
                    name: value["event"]?.stringValue ?? "", time: time, person: person,
                    distinctID: value["distinct_id"]?.stringValue ?? "",
                    properties: value["properties"]?.objectValue ?? JSONObject()))
            plans[person] = value["person"]?["properties"]?["plan"]?.stringValue
        }
        return Sample(events, plans)
    }

    static let day: Int64 = 86_400_000_000

    @Test func size() async throws {
        let sample = try await Self.sample.value
        #expect((30_000...45_000).contains(sample.events.count), "\(sample.events.count) events")
        #expect(sample.people.count == DemoTruth.persons)
        #expect(sample.events.allSatisfy { $0.time >= DemoTruth.start && $0.time < DemoTruth.now })
        #expect(DemoTruth.now - DemoTruth.start == Int64(DemoTruth.days) * Self.day)
        #expect(Instant.text(DemoTruth.now) == "2026-01-01T00:00:00.000000Z")
        #expect(Instant.text(DemoTruth.start) == "2025-10-05T00:00:00.000000Z")
        #expect(CivilDate.weekday(days: DemoTruth.start / Self.day) == 7)
        var counts: [String: Int] = [:]
        for event in sample.events { counts[event.name, default: 0] += 1 }
        for (name, count) in DemoTruth.eventCounts { #expect(counts[name] == count, "\(name)") }
        #expect(counts.count == DemoTruth.eventCounts.count)
    }

    @Test func funnel() async throws {
        let people = try await Self.sample.value.people
        var reached = [0, 0, 0]
        var has = [0, 0, 0]
        for events in people.values {
            for (index, step) in DemoTruth.funnelSteps.enumerated() where events.contains(where: { $0.name == step }) {
                has[index] += 1
            }
            guard let signup = events.first(where: { $0.name == "signup" }) else { continue }
            reached[0] += 1
            let end = signup.time + Int64(DemoTruth.funnelWindowDays) * Self.day
            let inTime = events.filter { $0.time > signup.time && $0.time <= end }
            guard let activation = inTime.filter({ $0.name == "activate" }).map(\.time).min() else { continue }
            reached[1] += 1
            if inTime.contains(where: { $0.name == "purchase" && $0.time > activation }) { reached[2] += 1 }
        }
        #expect(reached == DemoTruth.funnel)
        #expect(has == DemoTruth.funnelUnordered)
    }

    @Test func retention() async throws {
        let people = try await Self.sample.value.people
        func week(_ time: Int64) -> Int { Int((time - DemoTruth.start) / (7 * Self.day)) }
        var table = DemoTruth.weeklyRetention.map { [Int](repeating: 0, count: $0.count) }
        for events in people.values {
            guard let signup = events.first(where: { $0.name == "signup" }) else { continue }
            let start = week(signup.time)
            for active in Set(events.filter { $0.name == "login" }.map { week($0.time) }) {
                table[start][active - start] += 1
            }
        }
        #expect(table == DemoTruth.weeklyRetention)
    }

    @Test func plansAndUpgrades() async throws {
        let sample = try await Self.sample.value
        for (plan, persons) in DemoTruth.plans {
            #expect(sample.plans.values.count { $0 == plan } == persons, "\(plan)")
        }
        #expect(sample.events.count { $0.name == "upgrade" } == DemoTruth.upgrades)
        for (plan, purchases, amount) in DemoTruth.revenue {
            let bought = sample.events.filter { $0.name == "purchase" && $0.properties["plan"]?.stringValue == plan }
            #expect(bought.count == purchases, "\(plan)")
            #expect(bought.reduce(0) { $0 + ($1.properties["amount"]?.intValue ?? 0) } == amount, "\(plan)")
        }
    }

    @Test func experiment() async throws {
        let people = try await Self.sample.value.people
        var found: [String: (exposed: Int, converted: Int)] = [:]
        for events in people.values {
            guard let exposure = events.first(where: { $0.name == "$feature_flag_called" }) else { continue }
            #expect(exposure.properties["$feature_flag"]?.stringValue == DemoTruth.experimentFlag)
            let variant = exposure.properties["$feature_flag_response"]?.stringValue ?? ""
            found[variant, default: (0, 0)].exposed += 1
            if events.contains(where: { $0.name == "purchase" && $0.time > exposure.time }) {
                found[variant, default: (0, 0)].converted += 1
            }
        }
        for (variant, exposed, converted) in DemoTruth.experiment {
            #expect(found[variant]?.exposed == exposed && found[variant]?.converted == converted, "\(variant)")
        }
        #expect(found.count == 2)
    }

    @Test func errorSpikes() async throws {
        let events = try await Self.sample.value.events.filter { $0.name == "$exception" }
        let days = Dictionary(grouping: events) { Instant.text($0.time).prefix(10) }
        for (day, count) in days {
            let spike = DemoTruth.errorSpikes.first { $0.day == day }
            #expect(spike.map { $0.errors == count.count } ?? (4...8).contains(count.count), "\(day): \(count.count)")
        }
        #expect(days.count == DemoTruth.days - 1)
    }

    @Test func powerUsers() async throws {
        let people = try await Self.sample.value.people
        let ranking = people.values.map { events in
            (pages: events.count { $0.name == "$pageview" }, id: events.map(\.distinctID).max() ?? "")
        }.sorted { $0.pages > $1.pages }
        #expect(ranking.prefix(10).map(\.pages) == DemoTruth.powerUsers.map(\.pageviews))
        #expect(ranking.prefix(10).map(\.id) == DemoTruth.powerUsers.map(\.distinctID))
        #expect(ranking[10].pages < 120)
    }

    @Test func theSameEveryTime() async throws {
        let folder = try TemporaryFolder()
        let path = folder.file("deep/er/demo.db")
        async let one = DemoData.ensure(at: path)
        async let two = DemoData.ensure(at: path)
        _ = try await (one, two)
        let warehouse = try Warehouse.open(at: path)
        let info = try await warehouse.info(check: true)
        #expect(info.problems == [] && info.pinnedNow == DemoTruth.now)
        #expect(info.events == DemoTruth.eventCounts.reduce(0) { $0 + $1.count } && info.sessions == DemoTruth.sessions)
        let first = try await warehouse.read { db in
            try String.fetchOne(db, sql: "SELECT uuid FROM events ORDER BY timestamp, rowid LIMIT 1")
        }
        #expect(first == "0199b37c-0bcc-768a-8cc8-4f0a1580e912")
        warehouse.close()
        // The clock of the file, not of the machine, decides what "the last week" is.
        let recent = try await LocalDriver.demo(at: path).prepare(
            "SELECT count() FROM events WHERE timestamp >= now() - toIntervalDay(7)", values: [:]
        ).run(QueryOptions())
        let week = try await Self.sample.value.events.count { $0.time >= DemoTruth.now - 7 * Self.day }
        #expect(recent.table.rows == [[.int(week)]])
        await #expect(throws: AirlockError.self) { try await DemoData.generate(at: path) }
        for name in ["deep/er/demo.db"] { unlinkFile(folder.file(name)) }
        removeFolder(folder.file("deep/er"))
        removeFolder(folder.file("deep"))
    }
}
