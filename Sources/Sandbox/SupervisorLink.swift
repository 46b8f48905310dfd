import AirlockCore
import AirlockLauncher
import Glibc
import Synchronization

/// What other threads ask of a supervisor: kept under a lock, announced through an eventfd(2) where the supervisor waits.
///
/// A message is written to the script's pipe by whoever sends it, as far as the pipe takes it: to wake the supervisor first
/// would cost a call as much as all the rest of its way.
final class SupervisorLink: GuestLink {
    struct Requests {
        var clock: RunClock
        var outgoing: [ArraySlice<UInt8>] = []
        var end: (status: RunStatus, reason: String)?
        /// Once the child is gone, whatever is sent is dropped.
        var isOpen = true
        /// The pipe to the script, of the child; -1 before there is one and once it is gone.
        var replies: Int32 = -1
        /// The supervisor has bytes to write that come first.
        var isBehind = false
        /// The supervisor is about to wait, or does, and nobody has woken it.
        var isWaiting = false
        /// There is something to read from the eventfd.
        var isSignalled = false
        /// The script was sent something that the pipe took.
        var hasSent = false
        /// Something was asked that the supervisor has not seen.
        var hasNews = false
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
        tell { requests in
            guard requests.isOpen else { return false }
            var rest = bytes[...]
            if requests.replies >= 0, !requests.isBehind {
                rest = rest.dropFirst(Self.write(bytes, to: requests.replies))
                requests.hasSent = true
                if rest.isEmpty { return false }
            }
            requests.isBehind = true
            requests.outgoing.append(rest)
            return true
        }
    }

    /// - Returns: how many bytes the pipe took; none when nobody reads it any more, which the supervisor will find too.
    private static func write(_ bytes: [UInt8], to descriptor: Int32) -> Int {
        bytes.withUnsafeBytes { buffer in
            max(0, PipeWriting.withoutSignal { retrying { Glibc.write(descriptor, buffer.baseAddress, buffer.count) } })
        }
    }

    func pauseScriptClock() {
        tell { requests in
            requests.clock.pause(at: .now)
            return false
        }
    }

    /// The supervisor looks at the clock every ``PageTableWatch/interval`` at least: it need not be woken for it.
    func resumeScriptClock() {
        tell { requests in
            requests.clock.resume(at: .now)
            return false
        }
    }

    func end(_ status: RunStatus, reason: String) {
        tell { requests in
            if requests.end == nil { requests.end = (status, reason) }
            return true
        }
    }

    /// From now on there is a script to write to.
    ///
    /// - Parameter replies: the pipe to it, which does not block; stays open until ``close()``.
    func open(_ replies: Int32) { requests.withLock { $0.replies = replies } }

    func close() { requests.withLock { ($0.isOpen, $0.replies) = (false, -1) } }

    var clock: RunClock { requests.withLock { $0.clock } }

    // MARK: The supervisor's side

    /// What was asked since the last call.
    func take() -> (outgoing: [ArraySlice<UInt8>], end: (status: RunStatus, reason: String)?, hasSent: Bool) {
        requests.withLock { requests in
            if requests.isSignalled {
                var count: UInt64 = 0
                _ = read(event.number, &count, 8)
            }
            defer { (requests.outgoing, requests.hasSent) = ([], false) }
            (requests.isWaiting, requests.isSignalled, requests.hasNews) = (false, false, false)
            return (requests.outgoing, requests.end, requests.hasSent)
        }
    }

    /// The supervisor has written all that it took.
    func caughtUp() {
        requests.withLock { requests in
            if requests.outgoing.isEmpty { requests.isBehind = false }
        }
    }

    /// The supervisor is about to wait, and wants to be woken.
    ///
    /// - Returns: `false` when something was asked meanwhile.
    func willWait() -> Bool {
        requests.withLock { requests in
            requests.isWaiting = !requests.hasNews
            return requests.isWaiting
        }
    }

    /// - Parameter change: returns whether the supervisor has to see to it.
    private func tell(_ change: (inout Requests) -> Bool) {
        requests.withLock { requests in
            guard change(&requests) else { return }
            requests.hasNews = true
            guard requests.isWaiting, !requests.isSignalled else { return }
            requests.isSignalled = true
            var one: UInt64 = 1
            _ = Glibc.write(event.number, &one, 8)
        }
    }
}
