internal import AirlockCore
internal import GRDB

/// Adds events to a warehouse inside one transaction, then makes the tables that follow from them.
final class WarehouseWriter {
    let db: Database
    private let events: BulkStatement
    private let personChanges: BulkStatement
    private let groupChanges: BulkStatement
    private let merges: BulkStatement
    private let draft = EventDraft()
    /// Rows of events beyond this one are new.
    let boundary: Int64
    /// In a new file the uuids are compared at the end, by sorting: a tree of them that grows in random order costs more
    /// than all the rest.
    private let comparesLater: Bool
    private var directory: PersonDirectory
    private let repeatedProperties: RepeatedProperties
    private var sessions: SessionParts
    private var census = PropertyCensus()
    private(set) var types: PropertyTypes
    private var groupTypes: [String]
    /// By uuid, the rows of this import that had it already.
    private var repetitions: [String: Int] = [:]
    private var keepsRepetitions = false
    private var detectsTypes = true
    private let knownTypes: [PropertyDefinitions.Key: PropertyType]
    private var outcome = WriterOutcome()

    /// PostHog's bound on group types of a project.
    static let maxGroupTypes = 5

    /// - Parameter definitions: known types; they take the place of those in the file.
    init(_ db: Database, definitions: PropertyDefinitions = PropertyDefinitions()) throws {
        self.db = db
        boundary = try Int64.fetchOne(db, sql: "SELECT max(rowid) FROM events") ?? 0
        comparesLater = try boundary == 0 && !WarehouseTables.comparesUUIDs(db)
        try db.execute(sql: DerivedPersons.table)
        try db.execute(sql: DerivedGroups.table)
        try db.execute(sql: PersonMerges.tables)
        events = try BulkStatement(
            db,
            """
            INSERT \(comparesLater ? "" : "OR IGNORE") INTO events
                (uuid, event, timestamp, distinct_id, person_id, created_at, session_id, window_id,
                 group_0, group_1, group_2, group_3, group_4, properties)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            """)
        personChanges = try BulkStatement(
            db, "INSERT INTO temp.staged_persons VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, NULL)")
        groupChanges = try BulkStatement(db, "INSERT INTO temp.staged_groups VALUES (?, ?, ?, ?, ?)")
        merges = try BulkStatement(db, "INSERT INTO temp.staged_merges VALUES (?, ?, ?, ?, ?, ?)")
        directory = try PersonDirectory(db, looksUp: boundary > 0)
        repeatedProperties = try RepeatedProperties(db)
        sessions = try SessionParts(db)
        var known = try WarehouseTables.propertyTypes(db)
        for (key, type) in definitions.types {
            known[key] = type
            try WarehouseTables.define(db, key, type)
        }
        knownTypes = known
        types = PropertyTypes(known: known)
        groupTypes = try WarehouseTables.groupTypes(db)
    }

    /// - Parameter detectsTypes: `false` where the types of the event's properties come from elsewhere: ``define(_:_:_:)``.
    /// - Returns: `false` when an event of this uuid is known to be there. In a new file that may come out later.
    @discardableResult func add(_ draft: EventDraft, detectsTypes: Bool = true) throws -> Bool {
        if directory.isFull {
            try repeatedProperties.settleAll()
            try directory.flush()
        }
        let (id, person) = try directory.resolve(draft)
        for (type, key) in draft.groupKeys {
            guard let index = groupIndex(of: type), draft.groups[index] == nil else { continue }
            draft.groups[index] = draft.arena.copy(key.utf8)
        }
        keepsRepetitions = keepsRepetitions || draft.keepsRepetitions
        self.detectsTypes = detectsTypes
        let isAdded = try directory.withPerson(person) { person in
            try draft.keepsRepetitions && !comparesLater ? insertRepeatable(draft, person) : insert(draft, person)
        }
        guard isAdded else {
            outcome.duplicates += 1
            return false
        }
        outcome.events += 1
        let row = events.lastRow
        directory.saw(id, person, at: draft.timestamp)
        census.add(draft, person: person, types: &types, detectsTypes: detectsTypes)
        try sessions.add(draft, row: row)
        try stage(draft, person, row: row)
        return true
    }

    /// Adds a row that says all of itself.
    @discardableResult func insert(_ row: EventRow, _ change: PersonChange? = nil) throws -> Bool {
        draft.fill(row)
        if let change { draft.fill(change) }
        return try add(draft)
    }

    private func insert(_ draft: EventDraft, _ person: Bytes) throws -> Bool {
        try events.bind(draft.uuid, at: 1)
        try events.bind(draft.event, at: 2)
        try events.bind(draft.timestamp, at: 3)
        try events.bind(draft.distinctID, at: 4)
        try events.bind(person, at: 5)
        try events.bind(draft.createdAt ?? draft.timestamp, at: 6)
        try events.bind(draft.sessionID, at: 7)
        try events.bind(draft.windowID, at: 8)
        for index in 0..<Self.maxGroupTypes { try events.bind(draft.groups[index], at: Int32(9 + index)) }
        try events.bind(draft.properties, at: 14)
        return try events.run() > 0
    }

    /// Inserts a row whose uuid came from its content: the second one like it in this import is an event of its own, as it
    /// was in an earlier import of the same rows.
    private func insertRepeatable(_ draft: EventDraft, _ person: Bytes) throws -> Bool {
        if try insert(draft, person) { return true }
        let base = draft.uuid.string
        // The memory of a file that repeats itself endlessly is bounded; beyond, the search begins anew.
        if repetitions.count > 100_000 { repetitions.removeAll() }
        let earlier = repetitions[base] ?? 0
        var ordinal = try earlier + (isNew(base) ? 2 : 1)
        repetitions[base] = earlier + 1
        while ordinal > 1 {
            let uuid = Repetitions.uuid(base, ordinal)
            draft.uuid = draft.arena.copy(uuid.utf8)
            if try insert(draft, person) { return true }
            guard try isNew(uuid) else { return false }
            ordinal += 1
            repetitions[base] = ordinal
        }
        return false
    }

    private func isNew(_ uuid: String) throws -> Bool {
        let statement = try db.cachedStatement(sql: "SELECT rowid > ? FROM events WHERE uuid = ?")
        return try Bool.fetchOne(statement, arguments: [boundary, uuid]) ?? false
    }

    private func stage(_ draft: EventDraft, _ person: Int, row: Int64) throws {
        let identifies = draft.event.isEqual(to: "$identify") || draft.merged != nil
        if identifies {
            try merges.bind(draft.timestamp, at: 1)
            try merges.bind(row, at: 2)
            try merges.bind(draft.distinctID, at: 3)
            try merges.bind(draft.merged, at: 4)
            try merges.bind(draft.personID, at: 5)
            try merges.bind(draft.event.isEqual(to: "$merge_dangerously") ? 1 : 0, at: 6)
            try merges.run()
        }
        let isIdentified =
            identifies && !IllegalDistinctID.contains(draft.distinctID.string) ? true : draft.isIdentified
        if draft.changesPerson || isIdentified != nil { try stage(draft, person, row: row, isIdentified) }
        if let group = draft.group { try stage(group, draft, row: row) }
    }

    private func stage(_ draft: EventDraft, _ person: Int, row: Int64, _ isIdentified: Bool?) throws {
        let isWhole =
            draft.set == nil && draft.setOnce == nil && draft.unset == nil && isIdentified == nil
            && draft.personCreatedAt == nil
        if isWhole, let text = draft.personProperties,
            repeatedProperties.repeats(text, person: person, at: draft.timestamp, row: row)
        {
            return
        }
        try repeatedProperties.settle(person)
        try directory.withPerson(person) { person in
            try personChanges.bind(person, at: 1)
            try personChanges.bind(draft.timestamp, at: 2)
            try personChanges.bind(row, at: 3)
            for (index, text) in [draft.personProperties, draft.set, draft.setOnce, draft.unset].enumerated() {
                try personChanges.bind(text, at: Int32(4 + index))
            }
            try personChanges.bind(isIdentified.map { $0 ? 1 : 0 }, at: 8)
            try personChanges.bind(draft.personCreatedAt, at: 9)
            try personChanges.run()
        }
        if isWhole, let text = draft.personProperties {
            repeatedProperties.note(text, person: person, at: draft.timestamp, stagedRow: personChanges.lastRow)
        }
        for text in [draft.personProperties, draft.set, draft.setOnce] { observePerson(text, draft) }
    }

    private func observePerson(_ object: Bytes?, _ draft: EventDraft) {
        guard let object else { return }
        draft.lineMembers.removeAll(keepingCapacity: true)
        JSONMember.read(object, into: &draft.lineMembers, draft.arena)
        for member in draft.lineMembers { _ = types.observe(.person, member, at: draft.timestamp) }
    }

    private func stage(_ change: GroupChange, _ draft: EventDraft, row: Int64) throws {
        guard let index = groupIndex(of: change.type) else { return }
        try groupChanges.bind(Int64(index), at: 1)
        try groupChanges.bind(change.key, at: 2)
        try groupChanges.bind(draft.timestamp, at: 3)
        try groupChanges.bind(row, at: 4)
        try groupChanges.bind(JSONValue.object(change.set).json, at: 5)
        try groupChanges.run()
        types.observe(.group, change.set, at: draft.timestamp)
    }

    /// The index of a group type, given in order of first appearance; `nil` beyond the fifth.
    private func groupIndex(of type: String) -> Int? {
        if let index = groupTypes.firstIndex(of: type) { return index }
        guard groupTypes.count < Self.maxGroupTypes else { return nil }
        groupTypes.append(type)
        return groupTypes.count - 1
    }

    func define(_ scope: PropertyScope, _ name: String, _ type: PropertyType) {
        types.define(scope, name, type)
    }

    /// Makes indexes, persons, sessions and definitions.
    ///
    /// - Parameter checkpoint: called between the steps; throws to stop.
    @discardableResult func finish(checkpoint: () throws -> Void) throws -> WriterOutcome {
        // The sorts of indexes and sessions each take as much memory as the cache may.
        try db.execute(sql: "PRAGMA cache_size = -16384")
        try repeatedProperties.settleAll()
        if comparesLater { try compareUUIDs() }
        try checkpoint()
        try directory.flush()
        var merges = PersonMerges(db)
        try merges.apply()
        outcome.refusedMerges = merges.refused
        try checkpoint()
        for index in WarehouseFormat.indexes {
            try db.execute(sql: index)
            try checkpoint()
        }
        try DerivedPersons.update(db, boundary: boundary)
        try checkpoint()
        try DerivedGroups.update(db)
        try sessions.flush()
        try DerivedSessions.update(db, boundary: boundary)
        try checkpoint()
        try census.store(db)
        try db.execute(
            sql: """
                DELETE FROM event_definitions;
                INSERT INTO event_definitions (name, count, first_seen, last_seen)
                    SELECT event, count(*), min(timestamp), max(timestamp) FROM events GROUP BY event;
                """)
        for (key, type) in types.added { try WarehouseTables.define(db, key, type) }
        try WarehouseTables.setMeta(
            db, WarehouseFormat.MetaKey.groupTypes, JSONValue.array(groupTypes.map(JSONValue.string)).json)
        for table in ["staged_persons", "staged_groups", "staged_merges", "person_nodes", "moved_persons"] {
            try db.execute(sql: "DROP TABLE temp.\(table)")
        }
        // A sample is enough for the planner; a full scan of a large file is not worth it.
        try db.execute(sql: "PRAGMA analysis_limit = 1000; ANALYZE")
        return outcome
    }

    /// Finds the events that came twice into a new file: the first one stays.
    private func compareUUIDs() throws {
        do {
            return try db.execute(sql: WarehouseFormat.uuidIndex)
        } catch let error as DatabaseError where error.resultCode == .SQLITE_CONSTRAINT {
            // Some did.
        }
        let removed = try Repetitions.settle(db, keeping: keepsRepetitions)
        try db.execute(sql: WarehouseFormat.uuidIndex)
        guard removed > 0 else { return }
        outcome.events -= removed
        outcome.duplicates += removed
        try recount()
    }

    /// Derives from the events what went by while they came, after some were removed.
    private func recount() throws {
        directory = try PersonDirectory(db, looksUp: false)
        try db.execute(
            sql: """
                DELETE FROM person_distinct_ids;
                INSERT INTO person_distinct_ids (distinct_id, person_id, last_seen)
                    SELECT distinct_id, person_id, max(timestamp) FROM events GROUP BY distinct_id;
                DELETE FROM temp.session_parts;
                """)
        sessions = try SessionParts(db)
        census = PropertyCensus()
        if detectsTypes { types = PropertyTypes(known: knownTypes) }
        try EventScan.forEach(db, draft) { draft, row, person in
            census.add(draft, person: person, types: &types, detectsTypes: detectsTypes)
            try sessions.add(draft, row: row)
        }
        try recountStagedTypes()
    }

    private func recountStagedTypes() throws {
        let persons = try Row.fetchCursor(
            db, sql: "SELECT timestamp, properties, set_values, set_once FROM temp.staged_persons ORDER BY row")
        while let row = try persons.next() {
            draft.reset()
            draft.timestamp = row.integer(0) ?? 0
            for column in 1...3 { observePerson(row.text(column).map { draft.arena.copy($0.utf8) }, draft) }
        }
        let groups = try Row.fetchCursor(db, sql: "SELECT timestamp, set_values FROM temp.staged_groups ORDER BY row")
        while let row = try groups.next() {
            let values = row.text(1).flatMap { try? JSONValue(json: $0) }?.objectValue
            types.observe(.group, values ?? JSONObject(), at: row.integer(0) ?? 0)
        }
    }
}

/// What came of the events of a writer.
struct WriterOutcome: Equatable {
    /// Events that are new.
    var events = 0
    /// Events whose uuid was there already.
    var duplicates = 0
    /// Wishes to merge two persons that were not followed.
    var refusedMerges = 0
}
