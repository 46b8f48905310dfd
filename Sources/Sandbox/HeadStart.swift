import AirlockCore
import AirlockLauncher
import Glibc
import Synchronization

/// A sandbox that `airlock` launched before it became this process, so that its interpreter starts while this program
/// is loaded, reads its arguments and its template.
///
/// It is a guess, and costs only time when it is wrong: the specification of the last such run is kept in the cache, and
/// a sandbox of just that specification is launched. A run takes it only if its own specification is equal; else it is
/// ended before it was given anything, the run launches its own, and the guess is corrected for the next time.
public final class HeadStart: Sendable {
    private let path: String
    private let specification: [UInt8]
    private let child: Mutex<LaunchedChild?>

    /// Takes over what the environment variable `AIRLOCK_HEAD_START` tells of, and removes the variable.
    ///
    /// To be called before there is a second thread, by the thread that `airlock` ran on, which must live until the
    /// sandbox is taken: its end would be the sandbox's (prctl(2), PR_SET_PDEATHSIG).
    ///
    /// - Returns: `nil` when there is none, or it does not tell of a child of this process.
    public convenience init?() {
        guard let value = getenv(AIRLOCK_HEAD_START) else { return nil }
        defer { unsetenv(AIRLOCK_HEAD_START) }
        self.init(handedOver: value)
    }

    init?(handedOver word: UnsafePointer<CChar>) {
        var (child, streams, file) = (airlock_child(), airlock_streams(), Int32(-1))
        var path: UnsafePointer<CChar>?
        let isTold = airlock_read_head_start(word, &child, &streams, &file, &path)
        guard let path, strstr(path, "/launch-") != nil else { return nil }
        self.path = String(cString: path)
        guard isTold, let bytes = Self.takeOver(child, streams, file) else {
            specification = []
            self.child = Mutex(nil)
            return
        }
        specification = bytes
        let (taken, ends) = (child, streams)
        self.child = Mutex(LaunchedChild(taken, ends))
    }

    /// - Returns: what the file holds; `nil`, with nothing changed, unless the numbers are a child of this process and
    ///   descriptors of their own.
    private static func takeOver(_ child: airlock_child, _ streams: airlock_streams, _ file: Int32) -> [UInt8]? {
        let descriptors = [
            child.pidfd, child.control, child.report, streams.output, streams.errors, streams.requests,
            streams.replies, file,
        ]
        for (index, descriptor) in descriptors.enumerated()
        where descriptor <= 2 || descriptors[..<index].contains(descriptor) {
            return nil
        }
        var status = siginfo_t()
        guard child.pid > 0, waitid(P_PID, id_t(child.pid), &status, WEXITED | WNOHANG | WNOWAIT) == 0,
            descriptors.allSatisfy({ fcntl($0, F_SETFD, FD_CLOEXEC) == 0 }), lseek(file, 0, SEEK_SET) == 0,
            let specification = readFile(descriptor: file, maxBytes: 1 << 20)
        else { return nil }
        close(file)
        return specification
    }

    /// Whether a sandbox waits for a run to take it.
    public var isUnderWay: Bool { child.withLock { $0 != nil } }

    /// The sandbox, once, for a run of just this specification.
    ///
    /// - Parameters:
    ///   - wanted: the bytes of the run's ``LaunchSpecification``.
    ///   - canRecur: whether the next such run can have the same; else the guess is left as it is.
    func take(for wanted: [UInt8], canRecur: Bool) -> LaunchedChild? {
        if canRecur, wanted == specification, let child = takeChild() { return child }
        discard()
        if canRecur, wanted != specification { try? writeFile(path, wanted, mode: 0o600) }
        return nil
    }

    /// Ends the sandbox if no run took it. When this returns, nothing of it is left.
    public func discard() {
        guard let child = takeChild() else { return }
        child.discard()
    }

    private func takeChild() -> LaunchedChild? {
        child.withLock { child in
            let taken = consume child
            child = nil
            return taken
        }
    }
}
