internal import AirlockCore
internal import GRDB

/// Sessions, from the events that bear a session id.
enum DerivedSessions {
    /// Joins what ``SessionParts`` wrote down with what earlier imports brought.
    ///
    /// - Parameter boundary: rows of events beyond this one are new; only the sessions they belong to are made anew.
    static func update(_ db: Database, boundary: Int64) throws {
        if boundary > 0 { try addEarlierEvents(db, upTo: boundary) }
        let writer = try SessionWriter(db)
        let rows = try Row.fetchCursor(
            db,
            sql: """
                SELECT session_id, first_time, first_row, last_time, pageviews, clicks, screens, entry_time, entry_row,
                    exit_time, exit_row
                FROM temp.session_parts ORDER BY session_id
                """)
        var open: (id: String, part: SessionPart)?
        while let row = try rows.next() {
            guard let id = row.text(0), let part = SessionPart(row) else { continue }
            if open?.id == id {
                open?.part.add(part)
            } else {
                if let open { try writer.write(open.id, open.part) }
                open = (id, part)
            }
        }
        if let open { try writer.write(open.id, open.part) }
        try db.execute(sql: "DROP TABLE temp.session_parts")
    }

    /// Each earlier event of a session that got new ones, as a part of its own.
    private static func addEarlierEvents(_ db: Database, upTo boundary: Int64) throws {
        try db.execute(
            sql: """
                INSERT INTO temp.session_parts
                    SELECT session_id, timestamp, row, timestamp, event = '$pageview', event = '$autocapture',
                        event = '$screen', iif(has_url, timestamp, NULL), iif(has_url, row, NULL),
                        iif(has_url, timestamp, NULL), iif(has_url, row, NULL)
                    FROM (
                        SELECT session_id, timestamp, rowid AS row, event,
                            json_extract(properties, '$."$current_url"') IS NOT NULL AS has_url
                        FROM events
                        WHERE session_id IN (SELECT session_id FROM temp.session_parts) AND rowid <= ?)
                """, arguments: [boundary])
    }
}

extension SessionPart {
    fileprivate init?(_ row: Row) {
        guard let time = row.integer(1), let first = row.integer(2), let last = row.integer(3) else { return nil }
        self.init(Place(timestamp: time, row: first))
        self.last = last
        pageviews = row.integer(4) ?? 0
        clicks = row.integer(5) ?? 0
        screens = row.integer(6) ?? 0
        if let time = row.integer(7), let row = row.integer(8) { entry = Place(timestamp: time, row: row) }
        if let time = row.integer(9), let row = row.integer(10) { exit = Place(timestamp: time, row: row) }
    }

    /// Borders between seconds from the first event to the last, as ClickHouse's dateDiff counts them.
    var seconds: Int64 {
        floorDivide(last, Instant.perSecond) - floorDivide(first.timestamp, Instant.perSecond)
    }

    /// At most one page, screen or click in under ten seconds; a session of none of these is neither.
    var isBounce: Bool? {
        let hits = pageviews + clicks + screens
        return hits == 0 ? nil : hits <= 1 && seconds < 10
    }
}

/// Writes sessions, with what their first, entry and last events say.
private final class SessionWriter {
    private let insertion: BulkStatement
    private let events: BulkQuery
    private let arena = ByteArena()

    init(_ db: Database) throws {
        insertion = try BulkStatement(
            db,
            """
            INSERT OR REPLACE INTO sessions (
                session_id, distinct_id, person_id, start_timestamp, end_timestamp, duration, pageview_count,
                autocapture_count, screen_count, is_bounce, entry_current_url, entry_pathname, entry_hostname,
                entry_referring_domain, entry_utm_source, entry_utm_medium, entry_utm_campaign, end_current_url,
                end_pathname)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            """)
        events = try BulkQuery(db, "SELECT distinct_id, person_id, properties FROM events WHERE rowid = ?")
    }

    func write(_ id: String, _ part: SessionPart) throws {
        var (entry, exit) = (SessionPage(), SessionPage())
        var (distinctID, person) = ("", "")
        try events.read(part.first.row, columns: 3) { texts in
            (distinctID, person) = (texts[0].string, texts[1].string)
            if part.entry == part.first { entry = page(texts[2]) }
        }
        if let place = part.entry, place != part.first {
            try events.read(place.row, columns: 3) { entry = page($0[2]) }
        }
        if part.exit == part.entry {
            exit = entry
        } else if let place = part.exit {
            try events.read(place.row, columns: 3) { exit = page($0[2]) }
        }
        try insertion.bind(id, at: 1)
        try insertion.bind(distinctID, at: 2)
        try insertion.bind(person, at: 3)
        let numbers = [
            part.first.timestamp, part.last, part.seconds, part.pageviews, part.clicks, part.screens,
            part.isBounce.map { $0 ? 1 : 0 },
        ]
        for (offset, number) in numbers.enumerated() { try insertion.bind(number, at: Int32(4 + offset)) }
        let texts = [
            entry.url, entry.path, entry.host, entry.referrer, entry.source, entry.medium, entry.campaign, exit.url,
            exit.path,
        ]
        for (offset, text) in texts.enumerated() { try insertion.bind(text, at: Int32(11 + offset)) }
        try insertion.run()
    }

    private func page(_ properties: Bytes) -> SessionPage {
        defer { arena.removeAll() }
        return SessionPage(properties, arena)
    }
}

/// What an event tells about the page it happened on.
private struct SessionPage {
    var url: String?
    var path: String?
    var host: String?
    var referrer: String?
    var source: String?
    var medium: String?
    var campaign: String?

    init() {}

    init(_ properties: Bytes, _ arena: ByteArena) {
        var members: [JSONMember] = []
        JSONMember.read(properties, into: &members, arena)
        for member in members {
            switch member.name.count {
            case 12:
                if member.name.isEqual(to: "$current_url") { url = member.text }
                if member.name.isEqual(to: "utm_campaign") { campaign = member.text }
            case 9: if member.name.isEqual(to: "$pathname") { path = member.text }
            case 5: if member.name.isEqual(to: "$host") { host = member.text }
            case 17: if member.name.isEqual(to: "$referring_domain") { referrer = member.text }
            case 10:
                if member.name.isEqual(to: "utm_source") { source = member.text }
                if member.name.isEqual(to: "utm_medium") { medium = member.text }
            default: break
            }
        }
        if let url {
            path = path ?? URLParts.path(url)
            host = host ?? URLParts.host(url)
        }
    }
}

extension JSONMember {
    /// A string's text, another value's JSON; `nil` for null.
    fileprivate var text: String? {
        if let plainText { return plainText.string }
        if kind == .null { return nil }
        guard kind == .string else { return value.string }
        return (try? JSONValue(json: Array(value)))?.stringValue
    }
}
