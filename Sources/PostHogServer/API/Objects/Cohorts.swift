internal import AirlockCore
internal import GRDB
internal import LocalWarehouse

extension PostHogAPI {
    /// `/api/projects/:id/cohorts/…`
    func cohorts(_ request: Request, _ path: [String]) async throws(APIError) -> HTTPResponse {
        try require(request.method == "GET" ? "cohort:read" : "cohort:write", request)
        try await settle()
        switch (request.method, path.count) {
        case ("GET", 0):
            var all = try await allCohorts()
            if let text = request.parameter("search"), !text.isEmpty {
                all = all.filter { Self.contains(text, [$0["name"]]) }
            }
            return Page(request, all.map { .object($0) }).response
        case ("POST", 0): return try await makeCohort(request)
        case ("GET", 1): return .json(200, .object(try await cohort(path[0])))
        case ("PATCH", 1): return try await changeCohort(request, path[0])
        case ("GET", 2) where path[1] == "persons": return try await members(request, path[0])
        case ("PATCH", 2) where path[1] == "add_persons_to_static_cohort":
            return try await addMembers(request, path[0])
        case (_, 0...1): throw .methodNotAllowed(request.method)
        default: throw .endpointNotFound
        }
    }

    /// Those that were made here, and those that were imported as lists.
    private func allCohorts() async throws(APIError) -> [JSONObject] {
        let made = try await stored(.cohort)
        let counts = try await read { db in
            try Row.fetchAll(db, sql: "SELECT id, name, count FROM cohorts ORDER BY id").map { row in
                (row[0] as Int, row[1] as String, row[2] as Int)
            }
        }
        var byID: [Int: JSONObject] = [:]
        for object in made { if let id = object["id"]?.intValue { byID[id] = object } }
        let deleted = try await deletedCohorts()
        var result: [JSONObject] = []
        for (id, name, count) in counts where !deleted.contains(id) {
            var object = byID.removeValue(forKey: id) ?? importedCohort(id, name)
            object["count"] = .int(count)
            result.append(object)
        }
        // A cohort whose filters could not be worked out has no members, and no row.
        result += byID.sorted { $0.key < $1.key }.map(\.value)
        return result
    }

    private func deletedCohorts() async throws(APIError) -> Set<Int> {
        try await read { db in
            guard try db.tableExists("posthog_objects") else { return [] }
            let sql = """
                SELECT id FROM posthog_objects WHERE kind = 'cohort' AND json_extract(body, '$.deleted') IS TRUE
                """
            return Set(try Int.fetchAll(db, sql: sql))
        }
    }

    private func importedCohort(_ id: Int, _ name: String) -> JSONObject {
        var object = Self.base(now, user())
        object["id"] = .int(id)
        object["name"] = .string(name)
        object["is_static"] = true
        return Self.completeCohort(object)
    }

    private static func completeCohort(_ object: JSONObject) -> JSONObject {
        var object = object
        let defaults: JSONObject = [
            "description": "", "groups": [], "deleted": false, "filters": .null, "query": .null,
            "is_calculating": false, "last_calculation": .null, "errors_calculating": 0, "count": 0, "is_static": false,
            "cohort_type": .null, "experiment_set": [],
        ]
        for (name, value) in defaults where object[name] == nil { object[name] = value }
        return object
    }

    private func cohort(_ id: String) async throws(APIError) -> JSONObject {
        guard let found = try await allCohorts().first(where: { $0["id"]?.intValue == Int(id) }) else {
            throw .notFound
        }
        return found
    }

    private func makeCohort(_ request: Request) async throws(APIError) -> HTTPResponse {
        let body = try request.object()
        let isStatic = body["is_static"]?.boolValue ?? false
        guard isStatic || body["filters"]?["properties"]?.objectValue != nil || body["groups"]?.arrayValue != nil else {
            throw .validation("Must contain a 'properties' key with type and values", attr: "filters")
        }
        var object = Self.base(now, user())
        object["name"] = body["name"] ?? "Untitled cohort"
        for name in ["description", "filters", "groups", "is_static"] {
            if let value = body[name] { object[name] = value }
        }
        object = Self.completeCohort(object)
        let least = try await read { db in try Int.fetchOne(db, sql: "SELECT max(id) FROM cohorts") ?? 0 }
        let added = try await insert(.cohort, least: least, object)
        return .json(201, .object(try await calculate(added)))
    }

    private func changeCohort(_ request: Request, _ id: String) async throws(APIError) -> HTTPResponse {
        let body = try request.object()
        let known = try await cohort(id)
        if try await stored(.cohort).first(where: { $0["id"] == known["id"] }) == nil {
            throw .validation("An imported cohort cannot be changed here; import it again.")
        }
        let changed = try await change(.cohort, id) { cohort in
            for name in ["name", "description", "filters", "groups", "deleted"] {
                if let value = body[name] { cohort[name] = value }
            }
        }
        return .json(200, .object(try await calculate(changed)))
    }

    /// Puts the persons that the filters mean into the tables that `IN COHORT` reads.
    private func calculate(_ cohort: JSONObject) async throws(APIError) -> JSONObject {
        guard let id = cohort["id"]?.intValue else { return cohort }
        let now = now
        let name = cohort["name"]?.stringValue ?? "Cohort \(id)"
        let isStatic = cohort["is_static"]?.boolValue ?? false
        let isDeleted = cohort["deleted"]?.boolValue ?? false
        let rules = cohort["filters"]?["properties"].map(CohortRules.init)
        let count: Int?
        do throws(AirlockError) {
            count = try await live.write { db in
                if isDeleted {
                    try db.execute(sql: "DELETE FROM cohort_people WHERE cohort_id = ?", arguments: [id])
                    try db.execute(sql: "DELETE FROM cohorts WHERE id = ?", arguments: [id])
                    return 0
                }
                var members: Set<String>?
                do {
                    if !isStatic { members = try rules?.members(db, now: now) ?? [] }
                } catch is CohortRules.Failure {
                    return nil
                }
                return try Self.keep(members, of: id, name, db)
            }
        } catch {
            throw APIError(error)
        }
        return try await change(.cohort, String(id), deleted: isDeleted) { cohort in
            cohort["is_calculating"] = false
            cohort["last_calculation"] = .string(Instant.text(now))
            cohort["errors_calculating"] = .int(count == nil ? 1 : 0)
            cohort["count"] = .int(count ?? 0)
        }
    }

    /// As ``change(_:_:_:)``, for what may just have been deleted too.
    private func change(
        _ kind: ObjectStore.Kind, _ id: String, deleted: Bool, _ body: @escaping @Sendable (inout JSONObject) -> Void
    ) async throws(APIError) -> JSONObject {
        guard deleted, let number = Int(id) else { return try await change(kind, id, body) }
        do throws(AirlockError) {
            return try await objects.change(kind, number, body) ?? JSONObject()
        } catch {
            throw APIError(error)
        }
    }

    /// - Parameter members: `nil` to leave them as they are.
    private static func keep(_ members: Set<String>?, of id: Int, _ name: String, _ db: Database) throws -> Int {
        try db.execute(
            sql: """
                INSERT INTO cohorts (id, name, count) VALUES (?, ?, 0) ON CONFLICT (id) DO UPDATE SET name = excluded.name
                """, arguments: [id, name])
        if let members {
            try db.execute(sql: "DELETE FROM cohort_people WHERE cohort_id = ?", arguments: [id])
            let statement = try db.cachedStatement(
                sql: "INSERT INTO cohort_people (cohort_id, person_id) VALUES (?, ?)")
            for member in members { try statement.execute(arguments: [id, member]) }
        }
        let sql = "UPDATE cohorts SET count = (SELECT count(*) FROM cohort_people WHERE cohort_id = id) WHERE id = ?"
        try db.execute(sql: sql, arguments: [id])
        return try Int.fetchOne(db, sql: "SELECT count FROM cohorts WHERE id = ?", arguments: [id]) ?? 0
    }

    private func members(_ request: Request, _ id: String) async throws(APIError) -> HTTPResponse {
        guard let number = try await cohort(id)["id"]?.intValue else { throw .notFound }
        let (limit, offset) = Page.bounds(request)
        let (part, total) = try await read { db in
            let total =
                try Int.fetchOne(
                    db, sql: "SELECT count(*) FROM cohort_people WHERE cohort_id = ?", arguments: [number]) ?? 0
            let condition = "id IN (SELECT person_id FROM cohort_people WHERE cohort_id = \(number))"
            return (try PersonRow.fetch(db, where: condition, [], limit: limit, offset: offset), total)
        }
        return Page(request, part.map { .object($0.json) }, total: total, hasCount: false).response
    }

    private func addMembers(_ request: Request, _ id: String) async throws(APIError) -> HTTPResponse {
        let known = try await cohort(id)
        guard known["is_static"]?.boolValue == true, let number = known["id"]?.intValue else {
            throw .validation("Can only add users to static cohorts")
        }
        let ids = (try request.object()["person_ids"]?.arrayValue ?? []).compactMap(\.stringValue)
        let name = known["name"]?.stringValue ?? ""
        do throws(AirlockError) {
            _ = try await live.write { db in
                _ = try Self.keep(nil, of: number, name, db)
                let sql =
                    "INSERT OR IGNORE INTO cohort_people (cohort_id, person_id) SELECT ?, id FROM persons WHERE id = ?"
                for person in ids {
                    try db.execute(sql: sql, arguments: [number, UUIDText.canonical(person) ?? person])
                }
                return try Self.keep(nil, of: number, name, db)
            }
        } catch {
            throw APIError(error)
        }
        return .json(200, .object(JSONObject()))
    }
}
