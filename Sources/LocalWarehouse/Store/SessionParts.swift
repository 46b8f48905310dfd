internal import AirlockCore
internal import GRDB

/// What is known of a session from some of its events.
struct SessionPart {
    /// An event's place in time; events of one time stand in the order they came.
    struct Place: Comparable {
        var timestamp: Int64
        var row: Int64

        static func < (left: Place, right: Place) -> Bool {
            left.timestamp != right.timestamp ? left.timestamp < right.timestamp : left.row < right.row
        }
    }

    var first: Place
    var last: Int64
    var pageviews: Int64 = 0
    var clicks: Int64 = 0
    var screens: Int64 = 0
    /// The first and the last event with a URL.
    var entry: Place?
    var exit: Place?

    init(_ place: Place) {
        first = place
        last = place.timestamp
    }

    mutating func add(_ other: SessionPart) {
        first = min(first, other.first)
        last = max(last, other.last)
        pageviews &+= other.pageviews
        clicks &+= other.clicks
        screens &+= other.screens
        if let place = other.entry { entry = entry.map { min($0, place) } ?? place }
        if let place = other.exit { exit = exit.map { max($0, place) } ?? place }
    }
}

/// The sessions of an import while its events come, in whatever order.
final class SessionParts {
    private let insertion: BulkStatement
    private var ids = ByteTable()
    private var parts: [SessionPart] = []

    /// With as many open sessions they take some 15 MB; they are then written down, to be joined at the end.
    private static let maxOpen = 100_000

    init(_ db: Database) throws {
        try db.execute(
            sql: """
                CREATE TEMP TABLE IF NOT EXISTS session_parts (
                    session_id TEXT, first_time INTEGER, first_row INTEGER, last_time INTEGER,
                    pageviews INTEGER, clicks INTEGER, screens INTEGER,
                    entry_time INTEGER, entry_row INTEGER, exit_time INTEGER, exit_row INTEGER)
                """)
        insertion = try BulkStatement(
            db, "INSERT INTO temp.session_parts VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)")
    }

    func add(_ draft: EventDraft, row: Int64) throws {
        guard let id = draft.sessionID else { return }
        let place = SessionPart.Place(timestamp: draft.timestamp, row: row)
        var part = SessionPart(place)
        let event = draft.event
        if event.isEqual(to: "$pageview") { part.pageviews = 1 }
        if event.isEqual(to: "$autocapture") { part.clicks = 1 }
        if event.isEqual(to: "$screen") { part.screens = 1 }
        if draft.members.contains(where: { $0.kind != .null && $0.name.isEqual(to: "$current_url") }) {
            (part.entry, part.exit) = (place, place)
        }
        if parts.count >= Self.maxOpen { try flush() }
        let (index, isNew) = ids.insert(id)
        if isNew { parts.append(part) } else { parts[index].add(part) }
    }

    func flush() throws {
        for (index, part) in parts.enumerated() {
            try ids.withKey(index) { id in
                try insertion.bind(id, at: 1)
                let numbers: [Int64?] = [
                    part.first.timestamp, part.first.row, part.last, part.pageviews, part.clicks, part.screens,
                    part.entry?.timestamp, part.entry?.row, part.exit?.timestamp, part.exit?.row,
                ]
                for (offset, number) in numbers.enumerated() { try insertion.bind(number, at: Int32(2 + offset)) }
                try insertion.run()
            }
        }
        ids.removeAll()
        parts.removeAll(keepingCapacity: true)
    }
}
