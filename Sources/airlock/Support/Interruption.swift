import AirlockCore
import Glibc

/// Turns Ctrl-C, and being asked to terminate, into the cancellation of a task. The second time the process ends at
/// once; whatever it started dies with it.
enum Interruption {
    /// Runs `body` and cancels it on the first SIGINT, SIGTERM or SIGHUP.
    static func cancelling<T: Sendable>(_ body: @escaping @Sendable () async throws -> T) async throws -> T {
        // The handler stands before the work begins: no moment of it is without.
        let (interruptions, source) = AsyncStream.makeStream(of: Void.self)
        watch { source.yield() }
        let task = Task { try await body() }
        let listener = Task { for await _ in interruptions { task.cancel() } }
        defer { listener.cancel() }
        return try await task.value
    }

    /// The write end of the pipe that the handler tells the watching thread through; -1 before ``watch(_:)``.
    // Written once, before the handler is installed; afterwards only read.
    nonisolated(unsafe) private static var pipeEnd: Int32 = -1
    // Only the handler touches it, and the signals block each other while it runs.
    nonisolated(unsafe) private static var count: Int32 = 0

    private static func watch(_ action: @escaping @Sendable () -> Void) {
        guard pipeEnd < 0 else { return }
        var ends: [Int32] = [-1, -1]
        guard pipe(&ends) == 0 else { return }
        for end in ends {
            _ = fcntl(end, F_SETFD, FD_CLOEXEC)
            _ = fcntl(end, F_SETFL, O_NONBLOCK)
        }
        let readEnd = ends[0]
        pipeEnd = ends[1]
        // A handler may do next to nothing, so a thread of its own does the rest.
        do throws(AirlockError) {
            try DetachedThread.start {
                var wait = pollfd(fd: readEnd, events: Int16(POLLIN), revents: 0)
                while poll(&wait, 1, -1) < 0, errno == EINTR {}
                action()
            }
        } catch {
            // Nobody would hear the handler: the signals end the process then, and what it started dies with it.
            return
        }
        var handling = sigaction()
        handling.__sigaction_handler.sa_handler = { _ in Interruption.handle() }
        sigemptyset(&handling.sa_mask)
        for signal in [SIGINT, SIGTERM, SIGHUP] { sigaddset(&handling.sa_mask, signal) }
        handling.sa_flags = Int32(SA_RESTART)
        for signal in [SIGINT, SIGTERM, SIGHUP] {
            // What the caller chose to ignore, as nohup does, stays ignored.
            var before = sigaction()
            guard sigaction(signal, nil, &before) == 0, !isIgnored(before) else { continue }
            sigaction(signal, &handling, nil)
        }
    }

    private static func isIgnored(_ action: sigaction) -> Bool {
        let ignore = unsafeBitCast(SIG_IGN, to: Int.self)
        return unsafeBitCast(action.__sigaction_handler.sa_handler, to: Int.self) == ignore
    }

    /// Async-signal-safe: two words of memory, `write` and `_exit`.
    private static func handle() {
        if count > 0 { _exit(130) }
        count = 1
        let saved = errno
        var byte: UInt8 = 0
        write(pipeEnd, &byte, 1)
        errno = saved
    }
}
