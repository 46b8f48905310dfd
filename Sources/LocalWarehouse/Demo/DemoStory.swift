internal import AirlockCore

/// Makes the events of a ``DemoPlan`` and puts them into a warehouse.
struct DemoStory {
    private let writer: WarehouseWriter
    private var random: DemoRandom
    private(set) var events = 0

    init(writer: WarehouseWriter, random: DemoRandom) {
        self.writer = writer
        self.random = random
    }

    /// - Parameter checkpoint: called after each person with the number of events so far; throws to stop.
    mutating func tell(_ plan: DemoPlan, checkpoint: (Int) throws -> Void) throws {
        for person in plan.persons {
            try tellVisits(of: person)
            try tellWay(of: person)
            try checkpoint(events)
        }
        try tellErrors(plan.persons)
    }

    mutating func emit(
        _ event: String, at timestamp: Int64, by person: DemoPerson, as distinctID: String? = nil,
        session: String? = nil, _ properties: DemoProperties, change: PersonChange? = nil
    ) throws {
        let row = EventRow(
            uuid: uuid(at: timestamp), event: event, timestamp: timestamp, distinctID: distinctID ?? person.distinctID,
            personID: person.id, properties: properties.json,
            createdAt: timestamp + Int64(random.within(50_000...2_500_000)), sessionID: session, windowID: nil)
        if try writer.insert(row, change) { events += 1 }
    }

    /// UUIDv7 (RFC 9562 §5.7).
    mutating func uuid(at timestamp: Int64) -> String {
        let milliseconds = UInt64(timestamp / 1000)
        let (first, second) = (random.next(), random.next())
        let high = milliseconds << 16 | 0x7000 | first & 0x0FFF
        let low = second & 0x3FFF_FFFF_FFFF_FFFF | 0x8000_0000_0000_0000
        let bytes = [high, low].flatMap { word in
            stride(from: UInt64(56), through: 0, by: -8).map { UInt8(truncatingIfNeeded: word >> $0) }
        }
        return NameBasedUUID.text(bytes)
    }

    /// What server-side events say.
    static func base(of person: DemoPerson) -> DemoProperties {
        var properties = DemoProperties()
        properties.add("$lib", "server")
        properties.add("country", person.country)
        return properties
    }

    /// Evenly between nothing and `span`.
    mutating func moment(of span: Int64) -> Int64 {
        span / 1_000_000 * Int64(random.below(1_000_000))
    }

    mutating func draw(_ range: ClosedRange<Int>) -> Int { random.within(range) }

    mutating func draw<T>(_ choices: [T]) -> T { random.pick(choices) }
}
