internal import GRDB

/// Goes through the events that are in a warehouse, in the form in which an import sees them.
enum EventScan {
    /// - Parameters:
    ///   - draft: filled with what persons, sessions and properties are counted by.
    ///   - body: gets the event's row and a number that stands for its person.
    static func forEach(
        _ db: Database, _ draft: EventDraft, _ body: (EventDraft, _ row: Int64, _ person: Int) throws -> Void
    ) throws {
        var persons = ByteTable()
        let rows = try Row.fetchCursor(
            db, sql: "SELECT rowid, event, timestamp, person_id, session_id, properties FROM events ORDER BY rowid")
        while let row = try rows.next() {
            guard let place = row.integer(0), let event = row.text(1), let timestamp = row.integer(2),
                let person = row.text(3), let properties = row.text(5)
            else { continue }
            draft.reset()
            draft.event = draft.arena.copy(event.utf8)
            draft.timestamp = timestamp
            draft.sessionID = row.text(4).map { draft.arena.copy($0.utf8) }
            draft.properties = draft.arena.copy(properties.utf8)
            draft.readMembers()
            // Persons only have to be told apart among the few whose values are looked at.
            if persons.count > 100_000 { persons.removeAll() }
            try body(draft, place, persons.insert(person).index)
        }
    }
}
