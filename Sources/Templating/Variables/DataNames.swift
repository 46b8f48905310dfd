/// A format whose values are names that exist in the data source.
public enum DataAwareFormat: String, Sendable, Hashable, CaseIterable {
    case event, property, cohort, table
}

/// Where the names for ``DataAwareFormat`` come from.
public protocol DataNameSource: Sendable {
    /// The names of this kind that exist; `nil` when the source cannot say, in which case nothing is checked.
    func names(for format: DataAwareFormat) async -> [String]?
}
