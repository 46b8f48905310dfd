import AirlockCore
import Glibc
import Synchronization

/// A link that remembers what was done to the run, and writes to a descriptor if it has one.
final class RecordingLink: GuestLink {
    struct Record {
        var sent: [UInt8] = []
        var pauses = 0
        var resumes = 0
        var ending: (status: RunStatus, reason: String)?
    }

    private let state = Mutex(Record())
    private let descriptor: Int32?

    init(descriptor: Int32? = nil) { self.descriptor = descriptor }

    var record: Record { state.withLock { $0 } }

    func send(_ bytes: [UInt8]) {
        state.withLock { $0.sent += bytes }
        guard let descriptor else { return }
        var rest = bytes[...]
        while !rest.isEmpty {
            let written = rest.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
            guard written > 0 else { return }
            rest = rest.dropFirst(written)
        }
    }

    func pauseScriptClock() { state.withLock { $0.pauses += 1 } }
    func resumeScriptClock() { state.withLock { $0.resumes += 1 } }

    func end(_ status: RunStatus, reason: String) {
        state.withLock { $0.ending = $0.ending ?? (status, reason) }
    }
}
