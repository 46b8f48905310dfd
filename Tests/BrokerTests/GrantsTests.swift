import AirlockCore
import DriverKit
import Testing

@testable import Broker

@Suite struct GrantsTests {
    private static func columns(_ names: String...) -> QueryAnalysis {
        QueryAnalysis(tables: ["events"], columns: names.map { .init(table: "events", column: $0) })
    }

    private static let narrow = Grants(tables: ["events"], columns: ["events": ["event", "properties.$os"]])

    @Test(arguments: [
        (Grants(), columns("*")),
        (Grants(tables: ["events"]), columns("anything")),
        (Grants(tables: []), QueryAnalysis()),
        (narrow, columns("event")),
        (narrow, QueryAnalysis(tables: ["events"], properties: ["events.properties.$os"])),
        (Grants(columns: ["events": ["*"]]), columns("*", "event")),
        (
            Grants(columns: ["events": ["properties"]]),
            QueryAnalysis(tables: ["events"], properties: ["events.properties.a"])
        ),
        (Grants(columns: ["persons": ["id"]]), columns("*")),
    ]) func granted(grants: Grants, analysis: QueryAnalysis) throws {
        try grants.check(analysis)
    }

    @Test(arguments: [
        (
            narrow, QueryAnalysis(tables: ["events", "persons"]),
            "the table 'persons' is not granted; granted are: events"
        ),
        (
            Grants(tables: []), QueryAnalysis(tables: ["events"]),
            "the table 'events' is not granted; granted are: none"
        ),
        (
            narrow, columns("event", "distinct_id"),
            "the column 'events.distinct_id' is not granted; granted are: event, properties.$os"
        ),
        (narrow, columns("*"), "all columns of 'events' are not granted; granted are: event, properties.$os"),
        // The column holds every property, granted or not.
        (
            narrow, columns("properties"),
            "the column 'events.properties' is not granted; granted are: event, properties.$os"
        ),
        (
            narrow, QueryAnalysis(tables: ["events"], properties: ["events.properties.email"]),
            "the property 'events.properties.email' is not granted; granted of 'events' are: event, properties.$os"
        ),
        (
            narrow, QueryAnalysis(tables: ["events"], columns: [.init(table: "", column: "distinct_id")]),
            "the column 'events.distinct_id' is not granted; granted are: event, properties.$os"
        ),
        (
            narrow, QueryAnalysis(tables: ["events"], columns: [.init(table: "persons", column: "id")]),
            "the table 'persons' is not granted; granted are: events"
        ),
        (
            narrow, QueryAnalysis(tables: ["events"], properties: ["persons.properties.email"]),
            "the property 'persons.properties.email' belongs to none of the tables that are read"
        ),
    ]) func denied(grants: Grants, analysis: QueryAnalysis, message: String) {
        let error = #expect(throws: AirlockError.self) { try grants.check(analysis) }
        #expect(error?.code == .permissionDenied)
        #expect(error?.message == message)
        #expect(error?.hint != nil)
    }

    @Test(
        arguments: [
            (["query"], false, false, "get_events", "the method 'get_events' is not granted; granted are: query"),
            (["capture"], false, false, "capture", "the method 'capture' changes data, and writes are not granted"),
            (["capture"], true, false, "capture", "the method 'capture' changes data, and writes are not granted"),
            (["capture"], false, true, "capture", "the method 'capture' changes data, and writes are not granted"),
            (["capture"], true, true, "capture", nil),
            (["get_events"], false, false, "get_events", nil),
        ] as [([String], Bool, Bool, String, String?)])
    func methods(methods: [String], template: Bool, caller: Bool, method: String, message: String?) {
        let grants = Grants(methods: methods, templateWrites: template, callerWrites: caller)
        var state = BrokerState(BrokerLimits(), grants)
        let actions = state.feed(request(1, method))
        #expect(actions.sent.first?["error"]?["message"]?.stringValue == message)
        #expect(actions.calls.isEmpty == (message != nil))
    }

    @Test func fieldsOfATableNeedTheTable() {
        var state = BrokerState(BrokerLimits(), Grants(tables: ["events"]))
        #expect(state.feed(request(1, "get_fields", ["object": "persons"])).errorCodes == ["permission_denied"])
        #expect(state.feed(request(2, "get_fields", ["object": "events"])).calls.count == 1)
    }
}
