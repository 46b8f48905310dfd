internal import AirlockLauncher
internal import Glibc
internal import HostProcesses

/// A command that prints a key, as `vault kv get -field=key secret/posthog`.
///
/// It is started without a shell: the text is split into words at spaces, `'…'` and `"…"` keep them together, and no other
/// character means anything. It gets this process's environment, no input, and its standard error goes nowhere: what a vault
/// complains about may hold what nobody is to see.
struct KeyCommand {
    let words: [String]

    static let timeout = Duration.seconds(10)

    init(_ text: String) throws(KeyFault) {
        var words: [String] = []
        var (word, quote): (String?, Character?) = (nil, nil)
        for character in text {
            if let open = quote {
                if character == open { quote = nil } else { word = (word ?? "") + String(character) }
            } else if character == "'" || character == "\"" {
                quote = character
                word = word ?? ""
            } else if character == " " || character == "\t" {
                if let done = word { words.append(done) }
                word = nil
            } else {
                word = (word ?? "") + String(character)
            }
        }
        guard quote == nil else { throw KeyFault("a quote in the command does not end") }
        if let word { words.append(word) }
        guard !words.isEmpty, !text.utf8.contains(0) else { throw KeyFault("the command has no words") }
        self.words = words
    }

    /// - Throws: when it cannot be started, fails, takes longer than ``timeout`` or says more than a key is long.
    func run(environment: [String: String], timeout: Duration = KeyCommand.timeout) throws(KeyFault) -> [UInt8] {
        var ends: [Int32] = [-1, -1]
        guard airlock_pipe(&ends) == 0 else { throw KeyFault("no pipe could be made") }
        let (output, input) = (ends[0], ends[1])
        defer { close(output) }
        let child = try start(input, environment)
        let deadline = ContinuousClock.now + timeout
        let bytes = Self.read(output, by: deadline)
        // Who says more than a key is not waited for.
        let code = Self.wait(for: child, by: bytes == nil ? .now : deadline)
        guard let bytes else { throw KeyFault("the command did not end within \(timeout), or said too much") }
        guard let code else { throw KeyFault("the command did not end within \(timeout)") }
        guard code == 0 else { throw KeyFault("the command failed with exit code \(code); try it in a shell") }
        return bytes
    }

    private func start(_ input: Int32, _ environment: [String: String]) throws(KeyFault) -> pid_t {
        defer { close(input) }
        var setting = HostProcesses.Setting()
        setting.output = .descriptor(input)
        do throws(HostProcesses.Failure) {
            return try HostProcesses.start(words, environment: environment, setting)
        } catch {
            throw KeyFault("the command cannot be started: \(error.text)")
        }
    }

    /// - Returns: `nil` when there is more than a key, or no end in time.
    private static func read(_ output: Int32, by deadline: ContinuousClock.Instant) -> [UInt8]? {
        var (bytes, chunk) = ([UInt8](), [UInt8](repeating: 0, count: 1024))
        while true {
            let left = (deadline - ContinuousClock.now) / .milliseconds(1)
            guard left > 0 else { return nil }
            var source = pollfd(fd: output, events: Int16(POLLIN), revents: 0)
            guard poll(&source, 1, Int32(clamping: Int(left.rounded(.up)))) > 0 else { continue }
            let count = Glibc.read(output, &chunk, chunk.count)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { return nil }
            if count == 0 { return bytes }
            bytes += chunk[..<count]
            guard bytes.count <= SecretOrigin.maxBytes else { return nil }
        }
    }

    /// Waits for its end; whatever is left of it then is killed.
    private static func wait(for child: pid_t, by deadline: ContinuousClock.Instant) -> Int32? {
        var hasEnded = false
        while ContinuousClock.now < deadline {
            // Not reaped yet: until then its number, which is its group's too, can be nobody else's.
            var end = siginfo_t()
            let result = waitid(P_PID, id_t(child), &end, WEXITED | WNOHANG | WNOWAIT)
            hasEnded = result == 0 && end.si_signo == SIGCHLD
            if hasEnded || (result != 0 && errno != EINTR) { break }
            usleep(2000)
        }
        kill(-child, SIGKILL)
        var status: Int32 = 0
        while waitpid(child, &status, 0) < 0 { if errno != EINTR { return nil } }
        guard hasEnded else { return nil }
        return HostProcesses.exitCode(status)
    }
}
