internal import GRDB

/// Sessions, from the events that bear a session id.
enum DerivedSessions {
    /// - Parameter boundary: rows of events beyond this one are new; only the sessions they belong to are made anew.
    static func update(_ db: Database, boundary: Int64) throws {
        db.add(function: URLParts.hostFunction)
        db.add(function: URLParts.pathFunction)
        var touched = "session_id IS NOT NULL"
        if boundary > 0 {
            touched = "session_id IN (SELECT session_id FROM temp.touched_sessions)"
            try db.execute(
                sql: """
                    CREATE TEMP TABLE touched_sessions AS
                    SELECT DISTINCT session_id FROM events WHERE rowid > ? AND session_id IS NOT NULL
                    """, arguments: [boundary])
            try db.execute(sql: "DELETE FROM sessions WHERE \(touched)")
        }
        try db.execute(sql: insertion(touched))
        if boundary > 0 { try db.execute(sql: "DROP TABLE temp.touched_sessions") }
    }

    private static let hasURL = "(json_extract(properties, '$.\"$current_url\"') IS NOT NULL)"
    private static let seconds =
        "((ended - 999999 * (ended < 0)) / 1000000 - (started - 999999 * (started < 0)) / 1000000)"

    /// The entry and the end are the first and the last event that has a URL, whose campaign and referrer count too.
    ///
    /// The duration counts the borders between seconds, as ClickHouse's dateDiff does. A bounce is at most one page,
    /// screen or click in under ten seconds; a session of none of these is neither.
    private static func insertion(_ touched: String) -> String {
        """
        INSERT INTO sessions
        WITH totals AS (
            SELECT session_id, min(timestamp) AS started, max(timestamp) AS ended,
                count(*) FILTER (WHERE event = '$pageview') AS pageviews,
                count(*) FILTER (WHERE event = '$autocapture') AS clicks,
                count(*) FILTER (WHERE event = '$screen') AS screens
            FROM events WHERE \(touched) GROUP BY session_id),
        ranked AS (
            SELECT session_id, rowid AS place, \(hasURL) AS has_url,
                row_number() OVER (PARTITION BY session_id ORDER BY timestamp, rowid) AS number,
                row_number() OVER (PARTITION BY session_id, \(hasURL) ORDER BY timestamp, rowid) AS page,
                count(*) OVER (PARTITION BY session_id, \(hasURL)) AS pages
            FROM events WHERE \(touched)),
        places AS (
            SELECT session_id, max(place) FILTER (WHERE number = 1) AS first,
                max(place) FILTER (WHERE has_url AND page = 1) AS entry,
                max(place) FILTER (WHERE has_url AND page = pages) AS exit
            FROM ranked GROUP BY session_id)
        SELECT totals.session_id, first.distinct_id, first.person_id, started, ended, \(seconds), pageviews, clicks,
            screens,
            json_extract(entry.properties, '$."$current_url"'),
            coalesce(
                json_extract(entry.properties, '$."$pathname"'),
                url_path(json_extract(entry.properties, '$."$current_url"'))),
            coalesce(
                json_extract(entry.properties, '$."$host"'),
                url_host(json_extract(entry.properties, '$."$current_url"'))),
            json_extract(exit.properties, '$."$current_url"'),
            coalesce(
                json_extract(exit.properties, '$."$pathname"'),
                url_path(json_extract(exit.properties, '$."$current_url"'))),
            json_extract(entry.properties, '$."$referring_domain"'),
            json_extract(entry.properties, '$.utm_source'),
            json_extract(entry.properties, '$.utm_medium'),
            json_extract(entry.properties, '$.utm_campaign'),
            CASE WHEN pageviews + clicks + screens = 0 THEN NULL
                ELSE pageviews + clicks + screens <= 1 AND \(seconds) < 10 END
        FROM totals JOIN places ON places.session_id = totals.session_id
        JOIN events AS first ON first.rowid = places.first
        LEFT JOIN events AS entry ON entry.rowid = places.entry
        LEFT JOIN events AS exit ON exit.rowid = places.exit
        """
    }
}

/// The parts of a URL (RFC 3986 §3), as far as sessions need them.
enum URLParts {
    static let hostFunction = DatabaseFunction("url_host", argumentCount: 1, pure: true) { values in
        String.fromDatabaseValue(values[0]).flatMap(host)
    }

    static let pathFunction = DatabaseFunction("url_path", argumentCount: 1, pure: true) { values in
        String.fromDatabaseValue(values[0]).flatMap(path)
    }

    /// Without user and port, in lower case; `nil` for a text without an authority.
    static func host(_ url: String) -> String? {
        guard let authority = split(url)?.authority else { return nil }
        let afterUser = authority.split(separator: UInt8(ascii: "@"), omittingEmptySubsequences: false).last ?? []
        let host =
            afterUser.first == UInt8(ascii: "[")
            ? afterUser.prefix { $0 != UInt8(ascii: "]") } + [UInt8(ascii: "]")]
            : afterUser.prefix { $0 != UInt8(ascii: ":") } + []
        return host.isEmpty ? nil : String(decoding: host, as: UTF8.self).lowercased()
    }

    /// `/` where the URL has an authority and no path.
    static func path(_ url: String) -> String? {
        guard let path = split(url)?.path else { return nil }
        return path.isEmpty ? "/" : String(decoding: path, as: UTF8.self)
    }

    private static func split(_ url: String) -> (authority: ArraySlice<UInt8>, path: ArraySlice<UInt8>)? {
        let bytes = Array(url.utf8)
        guard let colon = bytes.firstIndex(of: UInt8(ascii: ":")), bytes[colon...].starts(with: Array("://".utf8))
        else {
            return nil
        }
        let rest = bytes[(colon + 3)...]
        let authority = rest.prefix { $0 != UInt8(ascii: "/") && $0 != UInt8(ascii: "?") && $0 != UInt8(ascii: "#") }
        let path = rest.dropFirst(authority.count).prefix { $0 != UInt8(ascii: "?") && $0 != UInt8(ascii: "#") }
        return (authority, path)
    }
}
