import AirlockCore
import Broker
import DriverKit
import Glibc
import Synchronization

/// What came of a real Python guest that was driven against a session, outside any sandbox.
struct GuestRun {
    var exitCode: Int32
    var standardOutput: String
    var standardError: String
    var report: BrokerReport
    var link: RecordingLink.Record
}

struct GuestStartFailure: Error { var step: String }

let guestFolder = #filePath.components(upTo: "/Tests/BrokerTests/") + "/sandbox/guest"

func runGuest(
    _ script: String, params: JSONObject = [:], driver: FakeDriver = FakeDriver(), grants: Grants = Grants(),
    limits: BrokerLimits = BrokerLimits(), seed: Int? = nil, name: String = "analysis.py",
    environment: [String] = ["AIRLOCK_UNSANDBOXED=1"]
) async throws -> GuestRun {
    let start = ScriptStart(script: script, name: name, params: params, seed: seed)
    return try await runGuest(start, driver: driver, grants: grants, limits: limits, environment: environment)
}

/// - Parameter isWarm: runs the script in the way of an interpreter that has run another one before.
func runGuest(
    _ start: ScriptStart, driver: FakeDriver = FakeDriver(), grants: Grants = Grants(),
    limits: BrokerLimits = BrokerLimits(), environment: [String] = ["AIRLOCK_UNSANDBOXED=1"], isWarm: Bool = false
) async throws -> GuestRun {
    let session = BrokerSession(driver: driver, start: start, grants: grants, limits: limits)
    return try await withCheckedThrowingContinuation { continuation in
        // Blocking reads stay off the threads that the driver's tasks need; Dispatch's global queues share those.
        do throws(AirlockError) {
            try DetachedThread.start(stackBytes: 8 << 20) {
                continuation.resume(with: Result { try drive(session, environment, isWarm) })
            }
        } catch {
            continuation.resume(throwing: error)
        }
    }
}

private func drive(_ session: BrokerSession, _ environment: [String], _ isWarm: Bool) throws -> GuestRun {
    signal(SIGPIPE, SIG_IGN)
    let (child, replies, requests, output, errors) = try spawning.withLock { _ in try spawn(environment, isWarm) }
    defer {
        fclose(output)
        fclose(errors)
    }
    let link = RecordingLink(descriptor: replies.writing)
    session.started(link)
    var buffer = [UInt8](repeating: 0, count: 65536)
    while true {
        let count = buffer.withUnsafeMutableBytes { read(requests.reading, $0.baseAddress, $0.count) }
        guard count > 0 else { break }
        buffer.withUnsafeBytes { session.received(UnsafeRawBufferPointer(rebasing: $0[..<count])) }
        // A real sandbox would do this on `end`.
        if link.record.ending != nil { kill(child, SIGKILL) }
    }
    var status: Int32 = 0
    while waitpid(child, &status, 0) < 0, errno == EINTR {}
    session.ended()
    close(replies.writing)
    close(requests.reading)
    let isSignal = status & 0x7F != 0
    return GuestRun(
        exitCode: isSignal ? -(status & 0x7F) : status >> 8 & 0xFF, standardOutput: text(output),
        standardError: text(errors), report: session.report, link: link.record)
}

/// One start at a time: between `pipe` and `fcntl` another start's child would inherit the ends.
private let spawning = Mutex(())

private typealias Started = (
    child: pid_t, replies: Pipe, requests: Pipe, output: UnsafeMutablePointer<FILE>, errors: UnsafeMutablePointer<FILE>
)

private let warmStart = """
    import sys
    sys.path.insert(0, sys.argv[1])
    import airlock_channel, airlock_code
    airlock_channel.lock_down()
    airlock_channel.run_script(sys.argv[1], airlock_code.execute)
    """

private func spawn(_ environment: [String], _ isWarm: Bool) throws -> Started {
    let (replies, requests) = (try Pipe(), try Pipe())
    guard let output = tmpfile(), let errors = tmpfile() else { throw GuestStartFailure(step: "tmpfile") }
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
    posix_spawn_file_actions_adddup2(&actions, fileno(output), 1)
    posix_spawn_file_actions_adddup2(&actions, fileno(errors), 2)
    posix_spawn_file_actions_adddup2(&actions, replies.reading, 3)
    posix_spawn_file_actions_adddup2(&actions, requests.writing, 4)

    // A dispatch queue's threads block signals, and children inherit that.
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    var none = sigset_t()
    sigemptyset(&none)
    posix_spawnattr_setsigmask(&attributes, &none)
    posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK))

    let program = isWarm ? ["-c", warmStart, guestFolder] : [guestFolder + "/bootstrap.py"]
    let arguments = ["/usr/bin/python3", "-I", "-S", "-B"] + program
    var child: pid_t = 0
    let failure = withCStrings(arguments) { arguments in
        withCStrings(environment) { posix_spawn(&child, "/usr/bin/python3", &actions, &attributes, arguments, $0) }
    }
    close(replies.reading)
    close(requests.writing)
    guard failure == 0 else { throw GuestStartFailure(step: "posix_spawn: \(failure)") }

    return (child, replies, requests, output, errors)
}

/// A pipe whose ends are closed in every child that they are not moved to.
private struct Pipe {
    let reading: Int32
    let writing: Int32

    init() throws {
        var ends: [Int32] = [0, 0]
        guard pipe(&ends) == 0 else { throw GuestStartFailure(step: "pipe") }
        // Above the descriptors that the child's are moved to, so that no move runs over another's source.
        reading = fcntl(ends[0], F_DUPFD_CLOEXEC, 10)
        writing = fcntl(ends[1], F_DUPFD_CLOEXEC, 10)
        close(ends[0])
        close(ends[1])
    }
}

private func text(_ file: UnsafeMutablePointer<FILE>) -> String {
    var (bytes, offset): ([UInt8], Int) = ([], 0)
    var buffer = [UInt8](repeating: 0, count: 65536)
    while true {
        let count = pread(fileno(file), &buffer, buffer.count, offset)
        guard count > 0 else { return String(decoding: bytes, as: UTF8.self) }
        bytes += buffer[..<count]
        offset += count
    }
}

private func withCStrings<Value>(
    _ strings: [String], _ body: (UnsafePointer<UnsafeMutablePointer<CChar>?>) -> Value
) -> Value {
    let copies = strings.map { strdup($0) } + [nil]
    defer { for copy in copies { free(copy) } }
    return body(copies)
}

extension String {
    /// What stands before the first occurrence of `marker`; all of it when there is none.
    func components(upTo marker: String) -> String {
        var rest = self[...]
        while !rest.isEmpty {
            if rest.hasPrefix(marker) { return String(self[..<rest.startIndex]) }
            rest = rest.dropFirst()
        }
        return self
    }
}
