public import AirlockCore

/// How many runs ended how.
public struct RunTally: Sendable, Hashable {
    private var counts: [RunStatus: Int] = [:]

    public init() {}

    public mutating func count(_ status: RunStatus) { counts[status, default: 0] += 1 }

    public var total: Int { counts.values.reduce(0, +) }
    public var succeeded: Int { counts[.succeeded] ?? 0 }
    public var notSucceeded: Int { total - succeeded }

    /// One status for all: `succeeded` if all did, `cancelled` if any was, the status of those that ended otherwise if
    /// they share one, else `failed`. A program's exit code is that status's.
    public var status: RunStatus {
        let others = counts.keys.filter { $0 != .succeeded }
        if others.contains(.cancelled) { return .cancelled }
        return others.count > 1 ? .failed : others.first ?? .succeeded
    }

    /// `10 succeeded, 1 denied`; `none` of no runs.
    public var text: String {
        let parts = RunStatus.allCases.compactMap { status in
            counts[status].map { "\(NumberText.grouped($0)) \(status.rawValue.replacing("_", with: " "))" }
        }
        return parts.isEmpty ? "none" : parts.joined(separator: ", ")
    }
}
