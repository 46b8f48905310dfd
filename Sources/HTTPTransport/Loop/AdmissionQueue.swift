/// Who may use a connection, and who waits: per host, in the order of arrival.
///
/// libcurl has such limits and such a queue itself, but there the wait counts as time to connect. This one keeps to its
/// limits before libcurl gets to see a transfer.
struct AdmissionQueue {
    private struct Host {
        var active = 0
        var waiting: [(ticket: Int, transfer: Transfer)] = []
        var speaksHTTP2 = false
        var isQuick = false
    }

    /// Requests at a time on one HTTP/2 connection: what servers commonly allow (RFC 9113, section 6.5.2).
    static let streamsPerConnection = 100

    let maxPerHost: Int
    let maxTotal: Int
    private var hosts: [HTTPURL.Origin: Host] = [:]
    private var tickets = 0
    private(set) var waitingCount = 0

    init(maxPerHost: Int, maxTotal: Int) {
        self.maxPerHost = min(maxPerHost, maxTotal)
        self.maxTotal = maxTotal
    }

    mutating func enqueue(_ transfer: Transfer) {
        tickets += 1
        waitingCount += 1
        hosts[transfer.url.origin, default: Host()].waiting.append((tickets, transfer))
    }

    /// The connections that a host's active transfers need at most.
    private static func connections(_ host: Host) -> Int {
        host.speaksHTTP2 ? (host.active + streamsPerConnection - 1) / streamsPerConnection : host.active
    }

    /// The transfer whose turn it is; it is active until `release`.
    mutating func next() -> Transfer? {
        guard waitingCount > 0 else { return nil }
        var used = 0
        for host in hosts.values { used += Self.connections(host) }
        var best: (origin: HTTPURL.Origin, ticket: Int)?
        for (origin, host) in hosts {
            guard let first = host.waiting.first, first.ticket < best?.ticket ?? .max else { continue }
            var larger = host
            larger.active += 1
            let (before, after) = (Self.connections(host), Self.connections(larger))
            if after <= maxPerHost, used - before + after <= maxTotal { best = (origin, first.ticket) }
        }
        guard let origin = best?.origin else { return nil }
        hosts[origin]?.active += 1
        waitingCount -= 1
        return hosts[origin]?.waiting.removeFirst().transfer
    }

    /// Takes out one that still waits.
    ///
    /// - Returns: `false` where it does not.
    mutating func remove(_ transfer: Transfer) -> Bool {
        let origin = transfer.url.origin
        guard let index = hosts[origin]?.waiting.firstIndex(where: { $0.transfer === transfer }) else { return false }
        hosts[origin]?.waiting.remove(at: index)
        waitingCount -= 1
        forgetIfIdle(origin)
        return true
    }

    /// An active transfer has ended.
    ///
    /// - Parameters:
    ///   - spokeHTTP2: what its response was; `nil` where there was none.
    ///   - wasQuick: whether it was over within ``Attention/longest``.
    mutating func release(_ transfer: Transfer, spokeHTTP2: Bool?, wasQuick: Bool = false) {
        let origin = transfer.url.origin
        hosts[origin]?.active -= 1
        if let spokeHTTP2 { hosts[origin]?.speaksHTTP2 = spokeHTTP2 }
        hosts[origin]?.isQuick = wasQuick
        forgetIfIdle(origin)
    }

    /// Whether the host's last answer was.
    func isQuick(_ origin: HTTPURL.Origin) -> Bool { hosts[origin]?.isQuick ?? false }

    /// All that wait, in order.
    var waiting: [Transfer] { hosts.values.flatMap(\.waiting).sorted { $0.ticket < $1.ticket }.map(\.transfer) }

    private mutating func forgetIfIdle(_ origin: HTTPURL.Origin) {
        // What is known of a few hosts is kept; a program that speaks to thousands does not collect them.
        guard hosts.count > 64, let host = hosts[origin], host.active == 0, host.waiting.isEmpty else { return }
        hosts[origin] = nil
    }
}
