import AirlockCore
import AirlockLauncher
import Glibc
import Synchronization

/// What other threads ask of a supervisor: kept under a lock, announced through an eventfd(2).
final class SupervisorLink: GuestLink {
    struct Requests {
        var clock: RunClock
        var outgoing: [[UInt8]] = []
        var end: (status: RunStatus, reason: String)?
        /// Once the child is gone, whatever is sent is dropped.
        var isOpen = true
    }

    private let requests: Mutex<Requests>
    private let event: OwnedDescriptor
    var eventDescriptor: Int32 { event.number }

    init(clock: RunClock) throws(AirlockError) {
        let descriptor = airlock_event()
        guard descriptor >= 0 else { throw .system("eventfd") }
        event = OwnedDescriptor(descriptor)
        requests = Mutex(Requests(clock: clock))
    }

    func send(_ bytes: [UInt8]) {
        let accepted = requests.withLock { requests in
            if requests.isOpen { requests.outgoing.append(bytes) }
            return requests.isOpen
        }
        if accepted { wake() }
    }

    func pauseScriptClock() {
        requests.withLock { $0.clock.pause(at: .now) }
        wake()
    }

    func resumeScriptClock() {
        requests.withLock { $0.clock.resume(at: .now) }
        wake()
    }

    func end(_ status: RunStatus, reason: String) {
        requests.withLock { requests in
            if requests.end == nil { requests.end = (status, reason) }
        }
        wake()
    }

    func close() { requests.withLock { $0.isOpen = false } }

    var clock: RunClock { requests.withLock { $0.clock } }

    /// What was asked since the last call.
    func take() -> (outgoing: [[UInt8]], end: (status: RunStatus, reason: String)?) {
        var count: UInt64 = 0
        _ = read(event.number, &count, 8)
        return requests.withLock { requests in
            defer { requests.outgoing = [] }
            return (requests.outgoing, requests.end)
        }
    }

    private func wake() {
        var one: UInt64 = 1
        _ = write(event.number, &one, 8)
    }
}
