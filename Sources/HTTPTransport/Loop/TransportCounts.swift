import Synchronization

/// The transport's counts, kept by the loop and read by anybody.
final class TransportCounts: Sendable {
    private let counts = Mutex(HTTPStatistics())

    var statistics: HTTPStatistics { counts.withLock { $0 } }

    func update(_ change: (inout HTTPStatistics) -> Void) { counts.withLock { change(&$0) } }

    func opened() {
        update {
            $0.openConnections += 1
            $0.connectionsOpened += 1
        }
    }

    func closed() { update { $0.openConnections -= 1 } }
}
