import AirlockLauncher
import Glibc

/// Writes to pipes whose reader may be gone, from threads that are not ours: SIGPIPE would end the process.
enum PipeWriting {
    /// Calls `body` with SIGPIPE blocked on this thread, and takes back the one that it caused.
    static func withoutSignal(_ body: () -> Int) -> Int {
        var (pipeSignal, before, pending) = (sigset_t(), sigset_t(), sigset_t())
        sigemptyset(&pipeSignal)
        sigaddset(&pipeSignal, SIGPIPE)
        pthread_sigmask(SIG_BLOCK, &pipeSignal, &before)
        if sigismember(&before, SIGPIPE) == 1 { return body() }
        sigpending(&pending)
        let result = body()
        let error = errno
        // One that was pending before is somebody else's.
        if result < 0, error == EPIPE, sigismember(&pending, SIGPIPE) == 0 {
            var none = timespec()
            while sigtimedwait(&pipeSignal, nil, &none) < 0, errno == EINTR {}
        }
        pthread_sigmask(SIG_SETMASK, &before, nil)
        errno = error
        return result
    }
}
