public import AirlockCore

/// Filters on properties that are known in full, all of which have to hold: lists of persons, cohorts.
public struct PropertyConditions: Sendable {
    private let filters: [PropertyFilter]
    private let match: PropertyMatch

    /// - Parameters:
    ///   - filters: as PostHog writes them: `{"key", "operator", "value"}`.
    ///   - now: microseconds since 1970 UTC, for dates such as `-7d`.
    public init(_ filters: [JSONValue], now: Int64) {
        self.filters = filters.compactMap(PropertyFilter.init)
        match = PropertyMatch(matchingVersion: 1, now: now, isComplete: true)
    }

    /// A filter that cannot be used matches nobody.
    public func matches(_ properties: JSONObject) -> Bool {
        filters.allSatisfy { filter in
            do throws(Undecided) {
                return try match.matches(filter, properties) != filter.isNegated
            } catch {
                return false
            }
        }
    }
}
