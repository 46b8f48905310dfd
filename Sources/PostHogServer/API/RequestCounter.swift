internal import Synchronization

/// How often each endpoint was asked.
final class RequestCounter: Sendable {
    private let state = Mutex<[String: Int]>([:])

    /// More different endpoints than this are counted as one.
    private static let maxEndpoints = 500

    var counts: [String: Int] { state.withLock { $0 } }

    func count(_ request: HTTPRequest) {
        let parts = request.path.split(separator: "/", omittingEmptySubsequences: false).map { part in
            let isID = part.utf8.count >= 32 || (part.first?.isNumber ?? false)
            return isID ? ":id" : String(part)
        }
        let name = "\(request.method) \(parts.joined(separator: "/"))"
        state.withLock { counts in
            let key = counts[name] != nil || counts.count < Self.maxEndpoints ? name : "other"
            counts[key, default: 0] += 1
        }
    }
}
