internal import AirlockCore
internal import GRDB

/// Which person each distinct id of an import belongs to.
final class PersonDirectory {
    private let db: Database
    private let looksUp: Bool
    private let insertion: BulkStatement
    private var distinctIDs = ByteTable()
    private var persons = ByteTable()
    /// The person of the events that name none; -1 before the first of them.
    private var derived: [Int32] = []
    /// The person of the latest event, and when that was.
    private var latest: [Int32] = []
    private var lastSeen: [Int64] = []

    /// With as many entries the directory takes some 20 MB; it is then written down and begun anew.
    private static let maxEntries = 150_000

    /// - Parameter looksUp: whether the warehouse may know some already.
    init(_ db: Database, looksUp: Bool) throws {
        self.db = db
        self.looksUp = looksUp
        insertion = try BulkStatement(
            db,
            """
            INSERT INTO person_distinct_ids (distinct_id, person_id, last_seen) VALUES (?, ?, ?)
            ON CONFLICT (distinct_id) DO UPDATE SET person_id = excluded.person_id, last_seen = excluded.last_seen
                WHERE excluded.last_seen >= last_seen
            """)
    }

    /// Whether it should be written down before the next event.
    var isFull: Bool { distinctIDs.count >= Self.maxEntries }

    /// The numbers of an event's distinct id and person, good until the next ``flush()``.
    func resolve(_ draft: EventDraft) throws -> (id: Int, person: Int) {
        let (id, isNew) = distinctIDs.insert(draft.distinctID)
        if isNew {
            derived.append(-1)
            latest.append(-1)
            lastSeen.append(.min)
        }
        if let given = draft.personID { return (id, persons.insert(given).index) }
        if derived[id] < 0 { derived[id] = Int32(truncatingIfNeeded: try derive(draft.distinctID)) }
        return (id, Int(derived[id]))
    }

    private func derive(_ distinctID: Bytes) throws -> Int {
        if looksUp {
            let statement = try db.cachedStatement(
                sql: "SELECT person_id FROM person_distinct_ids WHERE distinct_id = ?")
            if let known = try String.fetchOne(statement, arguments: [distinctID.string]) {
                return persons.insert(known).index
            }
        }
        return persons.insert(NameBasedUUID.make(space: NameBasedUUID.persons, name: distinctID)).index
    }

    /// Notes that an event of this distinct id and person was added.
    func saw(_ id: Int, _ person: Int, at timestamp: Int64) {
        guard timestamp >= lastSeen[id] else { return }
        lastSeen[id] = timestamp
        latest[id] = Int32(truncatingIfNeeded: person)
    }

    func withPerson<T>(_ person: Int, _ body: (Bytes) throws -> T) rethrows -> T {
        try persons.withKey(person, body)
    }

    /// Writes everything down; the last event decides which person a distinct id belongs to.
    func flush() throws {
        for id in 0..<distinctIDs.count where latest[id] >= 0 {
            try distinctIDs.withKey(id) { distinctID in
                try persons.withKey(Int(latest[id])) { person in
                    try insertion.bind(distinctID, at: 1)
                    try insertion.bind(person, at: 2)
                    try insertion.bind(lastSeen[id], at: 3)
                    try insertion.run()
                }
            }
        }
        distinctIDs.removeAll()
        persons.removeAll()
        derived.removeAll(keepingCapacity: true)
        latest.removeAll(keepingCapacity: true)
        lastSeen.removeAll(keepingCapacity: true)
    }
}
