internal import Glibc

/// A thread for what blocks: it must not take one from those that tasks share.
package enum DetachedThread {
    private final class Box {
        let body: @Sendable () -> Void
        init(_ body: @escaping @Sendable () -> Void) { self.body = body }
    }

    /// Runs `body` on a new thread, on which SIGPIPE is blocked: who closes the other end of a pipe must not end the host.
    ///
    /// - Parameter stackBytes: of address space. Default 512 KiB.
    /// - Throws: `internal_error` when no thread is to be had. The caller's own would not do: it may be one of a pool
    ///   whose other tasks wait for what `body` does.
    package static func start(
        stackBytes: Int = 512 << 10, _ body: @escaping @Sendable () -> Void
    ) throws(AirlockError) {
        var attributes = pthread_attr_t()
        pthread_attr_init(&attributes)
        pthread_attr_setdetachstate(&attributes, Int32(PTHREAD_CREATE_DETACHED))
        pthread_attr_setstacksize(&attributes, stackBytes)
        defer { pthread_attr_destroy(&attributes) }
        let box = Unmanaged.passRetained(Box(body))
        var thread = pthread_t()
        let result = pthread_create(
            &thread, &attributes,
            { argument in
                var pipeSignal = sigset_t()
                sigemptyset(&pipeSignal)
                sigaddset(&pipeSignal, SIGPIPE)
                pthread_sigmask(SIG_BLOCK, &pipeSignal, nil)
                if let argument { Unmanaged<Box>.fromOpaque(argument).takeRetainedValue().body() }
                return nil
            }, box.toOpaque())
        guard result == 0 else {
            box.release()
            throw AirlockError(
                .internalError, "no thread could be started",
                hint: "Raise the limits on processes (ulimit -u, pids.max) or memory, or do less at once.",
                cause: String(cString: strerror(result)))
        }
    }
}
