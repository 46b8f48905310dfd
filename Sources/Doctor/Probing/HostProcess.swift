import AirlockCore
import AirlockLauncher
import Glibc
import HostProcesses

/// A process of the host that is fed a text and whose outputs are collected, until a moment at which it is ended.
final class HostProcess {
    struct End {
        enum Way { case byItself, late, cancelled }

        var way: Way
        /// 0 to 255, or 128 and a signal's number.
        var code: Int32
        var output: [UInt8]
        var errors: [UInt8]
    }

    let pid: pid_t
    private var input: Int32
    private var output: Int32
    private var errors: Int32
    private var isReaped = false

    /// More than any document of a run is, with its 32 MiB of outputs.
    private static let maxOutputBytes = 128 << 20

    /// - Parameters:
    ///   - arguments: the program first; looked for on PATH where it holds no slash.
    ///   - environment: all of it.
    ///   - directory: where it runs.
    ///   - inheritedFile: opened for it as descriptor 9, which nobody asked for.
    init(
        _ arguments: [String], environment: [String: String], in directory: String, inheritedFile: String? = nil
    ) throws(AirlockError) {
        var ends: [Int32] = []
        for _ in 0..<3 {
            var pair: [Int32] = [-1, -1]
            guard airlock_pipe(&pair) == 0 else {
                let code = errno
                for end in ends { Glibc.close(end) }
                throw AirlockError(.internalError, "no pipe could be made", cause: errorText(code))
            }
            ends += pair
        }
        var setting = HostProcesses.Setting()
        setting.input = .descriptor(ends[0])
        setting.output = .descriptor(ends[3])
        setting.errors = .descriptor(ends[5])
        setting.directory = directory
        setting.inheritedFile = inheritedFile
        let child: Result<Int32, HostProcesses.Failure>
        do throws(HostProcesses.Failure) {
            child = .success(try HostProcesses.start(arguments, environment: environment, setting))
        } catch {
            child = .failure(error)
        }
        for end in [ends[0], ends[3], ends[5]] { Glibc.close(end) }
        (input, output, errors) = (ends[1], ends[2], ends[4])
        switch child {
        case .success(let number): pid = number
        case .failure(let failure):
            pid = 0
            isReaped = true
            throw AirlockError(
                .internalError, "\(arguments.first ?? "the program") could not be run", cause: failure.text)
        }
        for end in [input, output, errors] { _ = fcntl(end, F_SETFL, O_NONBLOCK) }
    }

    deinit {
        for end in [input, output, errors] where end >= 0 { Glibc.close(end) }
        if !isReaped {
            kill(pid, SIGKILL)
            _ = wait()
        }
    }

    /// Whether it has neither ended nor been stopped.
    var isRunning: Bool {
        var information = siginfo_t()
        guard waitid(P_PID, id_t(pid), &information, WEXITED | WNOHANG | WNOWAIT) == 0, information.si_signo == 0 else {
            return false
        }
        return ProcessTable.entry("\(pid)")?.state != "T"
    }

    /// The first bytes it says.
    func firstAnswer(within time: Duration) -> Bool {
        var source = pollfd(fd: output, events: Int16(POLLIN), revents: 0)
        return poll(&source, 1, Int32(clamping: Int(time.inMilliseconds))) > 0 && source.revents & Int16(POLLIN) != 0
    }

    /// Feeds it and reads both outputs to their ends.
    ///
    /// - Parameters:
    ///   - time: after it the process is ended: SIGTERM, and a while later SIGKILL.
    ///   - isCancelled: looked at ten times a second; the process is then ended in the same way.
    func finish(feeding text: String, within time: Duration, isCancelled: () -> Bool) -> End {
        var rest = Array(text.utf8)[...]
        var end = End(way: .byItself, code: -1, output: [], errors: [])
        let deadline = ContinuousClock.now + time
        var killAt: ContinuousClock.Instant?
        while output >= 0 || errors >= 0 {
            let now = ContinuousClock.now
            if let killAt {
                if now > killAt { break }
            } else if isCancelled() || now > deadline {
                end.way = now > deadline ? .late : .cancelled
                kill(pid, SIGTERM)
                killAt = now + .seconds(3)
            }
            if input >= 0, rest.isEmpty { Self.close(&input) }
            var sources = [
                pollfd(fd: input, events: Int16(POLLOUT), revents: 0),
                pollfd(fd: output, events: Int16(POLLIN), revents: 0),
                pollfd(fd: errors, events: Int16(POLLIN), revents: 0),
            ]
            guard poll(&sources, 3, 100) > 0 else { continue }
            if sources[0].revents != 0 {
                let count = rest.withUnsafeBytes { write(input, $0.baseAddress, $0.count) }
                if count >= 0 { rest = rest.dropFirst(count) } else if errno != EAGAIN { rest = [] }
            }
            if sources[1].revents != 0 { Self.read(&output, into: &end.output) }
            if sources[2].revents != 0 { Self.read(&errors, into: &end.errors) }
            if max(end.output.count, end.errors.count) > Self.maxOutputBytes { break }
        }
        if output >= 0 || errors >= 0 { kill(pid, SIGKILL) }
        end.code = wait()
        return end
    }

    private static func close(_ descriptor: inout Int32) {
        Glibc.close(descriptor)
        descriptor = -1
    }

    private static func read(_ descriptor: inout Int32, into bytes: inout [UInt8]) {
        let count = withUnsafeTemporaryAllocation(byteCount: 65536, alignment: 1) { buffer in
            let count = Glibc.read(descriptor, buffer.baseAddress, buffer.count)
            if count > 0 { bytes.append(contentsOf: buffer[..<count]) }
            return count
        }
        if count == 0 || count < 0 && errno != EAGAIN && errno != EINTR { close(&descriptor) }
    }

    private func wait() -> Int32 {
        var status: Int32 = 0
        while waitpid(pid, &status, 0) < 0 { if errno != EINTR { return -1 } }
        isReaped = true
        return HostProcesses.exitCode(status)
    }
}
