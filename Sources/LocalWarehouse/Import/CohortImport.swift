public import AirlockCore
internal import GRDB
internal import Glibc

/// An import of cohorts, lists of persons under a number and a name, into a warehouse that has their events.
///
/// JSONL has a cohort on each line, `{"id": 7, "name": "Pilots", "distinct_ids": ["a"], "person_ids": ["…"]}`, or a member,
/// `{"cohort_id": 7, "cohort_name": "Pilots", "distinct_id": "a"}`. CSV has a member on each line, with columns of these
/// names. Without a number a cohort is known by its name, and gets the next free number when it is new.
public struct CohortImport: Sendable {
    /// The file to read, gzip or not; `-` is standard input. A name that ends in `.csv` or `.tsv`, or a first character that
    /// is no brace, means CSV.
    public var input: String
    /// The warehouse, which must be there.
    public var target: String

    public init(input: String, target: String) {
        self.input = input
        self.target = target
    }

    /// Imports all cohorts of the file or, when a line is wrong, none.
    ///
    /// A cohort that is there already gets the members that the file names, instead of those it had. Members that the
    /// warehouse has no person for are counted and left out.
    ///
    /// - Throws: `invalid_data` with every wrong line (the first twenty), `file_failed`, `cancelled`.
    public func run() async throws(AirlockError) -> CohortReport {
        try await BlockingWork.run { cancellation throws(AirlockError) in
            try self.run(cancellation: cancellation)
        }
    }

    func run(cancellation: Cancellation) throws(AirlockError) -> CohortReport {
        guard access(target, F_OK) == 0 else {
            throw AirlockError(
                .fileFailed, "the warehouse does not exist", at: .file(target),
                hint: "Cohorts are made of persons: import their events first.")
        }
        let entries = try CohortFile(path: input).entries()
        return try WarehouseUpdate.run(at: target, cancellation: cancellation) { db in
            try CohortWriter(db).write(entries)
        }
    }
}

/// What an import of cohorts did.
public struct CohortReport: Sendable, Hashable {
    public struct Cohort: Sendable, Hashable {
        public var id: Int64
        public var name: String
        /// Persons in it now.
        public var count: Int
    }

    /// In the order of the file.
    public var cohorts: [Cohort] = []
    /// Members that no person of the warehouse belongs to.
    public var unknownMembers = 0
    /// The first few of them.
    public var firstUnknown: [String] = []

    public init() {}
}

/// What a line of a cohort file says.
struct CohortEntry: Equatable {
    var id: Int64?
    var name: String?
    var distinctIDs: [String] = []
    var personIDs: [String] = []
}

/// Puts cohorts into their tables.
struct CohortWriter {
    private static let quotedMembers = 5
    private let db: Database

    init(_ db: Database) { self.db = db }

    func write(_ entries: [CohortEntry]) throws -> CohortReport {
        var report = CohortReport()
        for entry in entries {
            let id = try cohort(of: entry)
            if !report.cohorts.contains(where: { $0.id == id }) {
                try db.execute(sql: "DELETE FROM cohort_people WHERE cohort_id = ?", arguments: [id])
                report.cohorts.append(CohortReport.Cohort(id: id, name: "", count: 0))
            }
            for member in entry.distinctIDs {
                try add(member, to: id, "SELECT person_id FROM person_distinct_ids WHERE distinct_id = ?", &report)
            }
            for member in entry.personIDs {
                let canonical = NameBasedUUID.canonical(member) ?? member
                try add(canonical, to: id, "SELECT id FROM persons WHERE id = ?", &report)
            }
        }
        try db.execute(
            sql: "UPDATE cohorts SET count = (SELECT count(*) FROM cohort_people WHERE cohort_id = cohorts.id)")
        for (index, cohort) in report.cohorts.enumerated() {
            let row = try Row.fetchOne(db, sql: "SELECT name, count FROM cohorts WHERE id = ?", arguments: [cohort.id])
            report.cohorts[index].name = row?.text(0) ?? ""
            report.cohorts[index].count = Int(row?.integer(1) ?? 0)
        }
        return report
    }

    /// The number of an entry's cohort, which is made or renamed where that has to be.
    private func cohort(of entry: CohortEntry) throws -> Int64 {
        let id: Int64
        if let given = entry.id {
            id = given
        } else if let name = entry.name,
            let known = try Int64.fetchOne(
                db, sql: "SELECT id FROM cohorts WHERE name = ? ORDER BY id LIMIT 1", arguments: [name])
        {
            id = known
        } else {
            let last = try Int64.fetchOne(db, sql: "SELECT max(id) FROM cohorts") ?? 0
            guard last < .max else {
                throw AirlockError(
                    .invalidData, "the cohort '\(entry.name ?? "")' needs a number, and none is left",
                    hint: "Give it one with 'id'.")
            }
            id = last + 1
        }
        try db.execute(
            sql: """
                INSERT INTO cohorts (id, name, count) VALUES (?, ?, 0)
                ON CONFLICT (id) DO UPDATE SET name = iif(? IS NULL, name, excluded.name)
                """, arguments: [id, entry.name ?? "Cohort \(id)", entry.name])
        return id
    }

    private func add(_ member: String, to cohort: Int64, _ sql: String, _ report: inout CohortReport) throws {
        guard let person = try String.fetchOne(db.cachedStatement(sql: sql), arguments: [member]) else {
            report.unknownMembers += 1
            if report.firstUnknown.count < Self.quotedMembers {
                report.firstUnknown.append(RejectedLines.quote(Array(member.utf8)))
            }
            return
        }
        try db.cachedStatement(sql: "INSERT OR IGNORE INTO cohort_people (person_id, cohort_id) VALUES (?, ?)")
            .execute(arguments: [person, cohort])
    }
}
