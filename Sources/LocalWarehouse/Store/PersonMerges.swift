internal import AirlockCore
internal import GRDB

/// Makes one person of two, as `$identify`, `$create_alias` and `$merge_dangerously` ask for, in the order of time.
///
/// PostHog's rules: the person of the event's distinct id takes in the person of the other one and keeps its id; a person
/// that is identified already is taken in by `$merge_dangerously` only; ids that come from a mistake are left alone.
struct PersonMerges {
    private let db: Database
    /// Wishes that were not followed, since the other person was identified already.
    private(set) var refused = 0

    static let tables = """
        CREATE TEMP TABLE staged_merges (
            timestamp INTEGER, row INTEGER, distinct_id TEXT, merged_id TEXT, person_id TEXT, is_forced INTEGER);
        CREATE TEMP TABLE person_nodes (
            person_id TEXT PRIMARY KEY, parent TEXT, is_identified INTEGER) WITHOUT ROWID;
        CREATE TEMP TABLE moved_persons (person_id TEXT PRIMARY KEY, target TEXT) WITHOUT ROWID;
        """

    init(_ db: Database) { self.db = db }

    /// Decides on all wishes; then events, sessions, cohorts and distinct ids name the persons that are left.
    mutating func apply() throws {
        guard try Bool.fetchOne(db, sql: "SELECT EXISTS (SELECT 1 FROM temp.staged_merges)") == true else { return }
        let rows = try Row.fetchCursor(
            db,
            sql: """
                SELECT timestamp, row, distinct_id, merged_id, person_id, is_forced FROM temp.staged_merges
                ORDER BY timestamp, row
                """)
        while let row = try rows.next() {
            guard let time = row.integer(0), let place = row.integer(1), let id = row.text(2) else { continue }
            try follow(id, row.text(3), given: row.text(4), isForced: row.integer(5) == 1, time, place)
        }
        try move()
    }

    private mutating func follow(
        _ id: String, _ merged: String?, given: String?, isForced: Bool, _ time: Int64, _ place: Int64
    ) throws {
        guard !IllegalDistinctID.contains(id), let person = try given ?? self.person(of: id) else { return }
        let target = try root(person)
        try identify(target)
        // Where the file names the persons, they are merged already.
        guard given == nil, let merged, merged != id else { return }
        guard !IllegalDistinctID.contains(merged) else { return }
        guard let other = try self.person(of: merged) else { return try attach(merged, to: target, at: time) }
        let source = try root(other)
        guard source != target else { return }
        guard try isForced || !isIdentified(source) else {
            refused += 1
            return
        }
        try execute("UPDATE temp.person_nodes SET parent = ? WHERE person_id = ?", [target, source])
        try execute(
            """
            INSERT INTO temp.staged_persons (person_id, timestamp, row, merged_person) VALUES (?, ?, ?, ?)
            """, [target, time, place, source])
    }

    private func execute(_ sql: String, _ arguments: StatementArguments) throws {
        try db.cachedStatement(sql: sql).execute(arguments: arguments)
    }

    private func person(of distinctID: String) throws -> String? {
        try String.fetchOne(
            db.cachedStatement(sql: "SELECT person_id FROM person_distinct_ids WHERE distinct_id = ?"),
            arguments: [distinctID])
    }

    private func attach(_ distinctID: String, to person: String, at time: Int64) throws {
        try execute("INSERT INTO person_distinct_ids VALUES (?, ?, ?)", [distinctID, person, time])
    }

    /// The person that `person` has become; the way there is made shorter for the next one who asks.
    private func root(_ person: String) throws -> String {
        let parents = try db.cachedStatement(sql: "SELECT parent FROM temp.person_nodes WHERE person_id = ?")
        var way: [String] = []
        var current = person
        while true {
            guard let row = try Row.fetchOne(parents, arguments: [current]) else {
                try addNode(current)
                break
            }
            guard let parent = row.text(0) else { break }
            way.append(current)
            current = parent
        }
        for passed in way.dropLast() {
            try execute("UPDATE temp.person_nodes SET parent = ? WHERE person_id = ?", [current, passed])
        }
        return current
    }

    /// What earlier imports say of the person counts.
    private func addNode(_ person: String) throws {
        try execute(
            """
            INSERT INTO temp.person_nodes
                VALUES (:id, NULL, coalesce((SELECT is_identified FROM persons WHERE id = :id), 0))
            """, ["id": person])
    }

    private func isIdentified(_ person: String) throws -> Bool {
        try Bool.fetchOne(
            db.cachedStatement(sql: "SELECT is_identified FROM temp.person_nodes WHERE person_id = ?"),
            arguments: [person]) ?? false
    }

    private func identify(_ person: String) throws {
        try execute("UPDATE temp.person_nodes SET is_identified = 1 WHERE person_id = ?", [person])
    }

    private func move() throws {
        let moved = try String.fetchAll(
            db, sql: "SELECT person_id FROM temp.person_nodes WHERE parent IS NOT NULL LIMIT 1")
        guard !moved.isEmpty else { return }
        try db.execute(
            sql: """
                INSERT INTO temp.moved_persons
                    WITH RECURSIVE way (person_id, target, parent) AS (
                        SELECT person_id, parent, (
                            SELECT up.parent FROM temp.person_nodes AS up WHERE up.person_id = nodes.parent)
                        FROM temp.person_nodes AS nodes WHERE parent IS NOT NULL
                        UNION ALL
                        SELECT person_id, parent, (
                            SELECT up.parent FROM temp.person_nodes AS up WHERE up.person_id = way.parent)
                        FROM way WHERE parent IS NOT NULL)
                    SELECT person_id, target FROM way WHERE parent IS NULL;
                """)
        for (table, column) in [
            ("events", "person_id"), ("person_distinct_ids", "person_id"), ("sessions", "person_id"),
        ] {
            try db.execute(
                sql: """
                    UPDATE \(table) SET \(column) = (
                        SELECT target FROM temp.moved_persons AS moved WHERE moved.person_id = \(table).\(column))
                    WHERE \(column) IN (SELECT person_id FROM temp.moved_persons)
                    """)
        }
        try db.execute(
            sql: """
                UPDATE OR REPLACE cohort_people SET person_id = (
                    SELECT target FROM temp.moved_persons AS moved WHERE moved.person_id = cohort_people.person_id)
                WHERE person_id IN (SELECT person_id FROM temp.moved_persons);
                UPDATE cohorts SET count = (SELECT count(*) FROM cohort_people WHERE cohort_id = cohorts.id);
                """)
    }
}
