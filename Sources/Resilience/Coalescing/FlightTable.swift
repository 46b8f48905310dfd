/// Which calls share one flight. Events in, decisions out.
struct FlightTable: Sendable {
    enum Entry: Equatable, Sendable {
        /// Nobody asks for this yet: begin the flight.
        case lead(flight: UInt64)
        case joined(flight: UInt64)
    }

    private struct Flight {
        var key: CacheKey
        var waiters: Set<UInt64>
    }

    private var flights: [UInt64: Flight] = [:]
    /// The flight of each key that may be joined.
    private var open: [CacheKey: UInt64] = [:]
    private var flightOf: [UInt64: UInt64] = [:]
    private var lastFlight: UInt64 = 0

    var count: Int { flights.count }

    /// A call arrives.
    mutating func enter(_ waiter: UInt64, key: CacheKey) -> Entry {
        if let flight = open[key] {
            flights[flight]?.waiters.insert(waiter)
            flightOf[waiter] = flight
            return .joined(flight: flight)
        }
        lastFlight += 1
        flights[lastFlight] = Flight(key: key, waiters: [waiter])
        flightOf[waiter] = lastFlight
        open[key] = lastFlight
        return .lead(flight: lastFlight)
    }

    /// A call no longer waits.
    ///
    /// - Returns: the flight, if that was its last one: nobody wants its answer any more.
    mutating func leave(_ waiter: UInt64) -> UInt64? {
        guard let flight = flightOf.removeValue(forKey: waiter) else { return nil }
        flights[flight]?.waiters.remove(waiter)
        guard flights[flight]?.waiters.isEmpty == true else { return nil }
        end(flight)
        return flight
    }

    /// A flight has its answer.
    ///
    /// - Returns: who waits for it.
    mutating func finish(_ flight: UInt64) -> Set<UInt64> {
        let waiters = flights[flight]?.waiters ?? []
        for waiter in waiters { flightOf[waiter] = nil }
        end(flight)
        return waiters
    }

    private mutating func end(_ flight: UInt64) {
        guard let key = flights.removeValue(forKey: flight)?.key else { return }
        if open[key] == flight { open[key] = nil }
    }
}
