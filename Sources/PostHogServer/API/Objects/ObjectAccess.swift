internal import AirlockCore
internal import LocalWarehouse

/// What keeps an object out of the store, as an answer.
struct ObjectRefusal: Error {
    let error: APIError

    init(_ error: APIError) { self.error = error }
}

extension PostHogAPI {
    func stored(_ kind: ObjectStore.Kind) async throws(APIError) -> [JSONObject] {
        do throws(AirlockError) {
            return try await objects.all(kind)
        } catch {
            throw APIError(error)
        }
    }

    /// One that is not deleted, by its number or, for an insight, its short id.
    func one(_ kind: ObjectStore.Kind, _ id: String) async throws(APIError) -> JSONObject {
        guard let number = Int(id) else {
            guard let found = try await stored(kind).first(where: { $0["short_id"] == .string(id) }) else {
                throw .notFound
            }
            return found
        }
        let found: JSONObject?
        do throws(AirlockError) {
            found = try await objects.one(kind, number)
        } catch {
            throw APIError(error)
        }
        guard let found, found["deleted"]?.boolValue != true else { throw .notFound }
        return found
    }

    func insert(
        _ kind: ObjectStore.Kind, least: Int = 0, _ object: JSONObject,
        check: @escaping @Sendable ([JSONObject]) throws -> Void = { _ in }
    ) async throws(APIError) -> JSONObject {
        let refusal = RefusalPlace()
        do throws(AirlockError) {
            return try await objects.add(kind, least: least, object) { others in
                do {
                    try check(others)
                } catch let error as ObjectRefusal {
                    refusal.put(error.error)
                    throw error
                }
            }
        } catch {
            throw refusal.value ?? APIError(error)
        }
    }

    func change(
        _ kind: ObjectStore.Kind, _ id: String, _ body: @escaping @Sendable (inout JSONObject) throws -> Void
    ) async throws(APIError) -> JSONObject {
        let number = try await one(kind, id)["id"]?.intValue ?? 0
        let changed: JSONObject?
        do throws(AirlockError) {
            changed = try await objects.change(kind, number, body)
        } catch {
            throw APIError(error)
        }
        guard let changed else { throw .notFound }
        return changed
    }

    /// What every object has.
    static func base(_ now: Int64, _ user: JSONValue) -> JSONObject {
        ["id": 0, "deleted": false, "created_at": .string(Instant.text(now)), "created_by": user]
    }

    static func contains(_ text: String, _ values: [JSONValue?]) -> Bool {
        let wanted = text.lowercased()
        return values.contains { $0?.stringValue?.lowercased().contains(wanted) ?? false }
    }
}
