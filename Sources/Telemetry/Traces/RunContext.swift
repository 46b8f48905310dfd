public import Tracing

private enum RunIDKey: ServiceContextKey {
    typealias Value = String
    static var nameOverride: String? { "run_id" }
}

extension ServiceContext {
    /// The run on whose behalf something happens: in the log lines and spans of its calls.
    public var runID: String? {
        get { self[RunIDKey.self] }
        set { self[RunIDKey.self] = newValue }
    }
}
