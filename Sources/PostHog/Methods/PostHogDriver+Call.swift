public import AirlockCore
public import DriverKit

extension PostHogDriver {
    public var methods: [DriverMethod] { PostHogMethod.all.map { DriverMethod(name: $0.name, writes: $0.writes) } }

    public func call(
        _ method: String, params: JSONObject, options: QueryOptions
    ) async throws(AirlockError) -> JSONValue {
        guard let found = PostHogMethod.all.first(where: { $0.name == method }) else {
            let near = nearestName(to: method, in: PostHogMethod.all.map(\.name)).map { "Did you mean '\($0)'?" }
            throw AirlockError(
                .unknownMethod, "the posthog driver has no method '\(method)'",
                hint: near ?? "docs/posthog.md lists them.")
        }
        return try await found.answer(self, try MethodParams(method, params, known: found.params), options)
    }
}
