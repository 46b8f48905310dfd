public import Glibc

/// A child process with pipes that no other child inherits, as Foundation's may.
public final class Child: @unchecked Sendable {
    // Used by one test at a time; the two readers below each own their descriptor.
    public let pid: pid_t
    private var input: Int32
    private var output: Int32
    private var errors: Int32
    private var status: Int32?
    /// Of the process and what it reaped, once it has been waited for.
    public private(set) var peakResidentBytes: Int?

    /// - Parameters:
    ///   - arguments: the program's path first.
    ///   - outputIsClosed: standard output is a pipe that nobody reads.
    ///   - hasOwnSession: what it starts can then be told by its session.
    public init(
        _ arguments: [String], environment: [String: String], outputIsClosed: Bool = false, hasOwnSession: Bool = false
    ) throws {
        let (stdin, stdout, stderr) = (try Self.pipe(), try Self.pipe(), try Self.pipe())
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_adddup2(&actions, stdin.read, 0)
        posix_spawn_file_actions_adddup2(&actions, stdout.write, 1)
        posix_spawn_file_actions_adddup2(&actions, stderr.write, 2)
        // Threads of a test run may block signals; a command starts with none blocked and none ignored.
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        var none = sigset_t()
        sigemptyset(&none)
        var defaults = sigset_t()
        sigfillset(&defaults)
        posix_spawnattr_setsigmask(&attributes, &none)
        posix_spawnattr_setsigdefault(&attributes, &defaults)
        // POSIX_SPAWN_SETSID, a GNU extension that Swift's view of the C library leaves out.
        let session: Int32 = hasOwnSession ? 0x80 : 0
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | session))
        var argv: [UnsafeMutablePointer<CChar>?] = []
        for argument in arguments { argv.append(strdup(argument)) }
        argv.append(nil)
        var variables: [UnsafeMutablePointer<CChar>?] = []
        for (name, value) in environment { variables.append(strdup("\(name)=\(value)")) }
        variables.append(nil)
        defer { for pointer in argv + variables { free(pointer) } }
        var child: pid_t = 0
        let result = posix_spawn(&child, arguments[0], &actions, &attributes, &argv, &variables)
        for descriptor in [stdin.read, stdout.write, stderr.write] { close(descriptor) }
        (input, output, errors, pid) = (stdin.write, stdout.read, stderr.read, child)
        if outputIsClosed {
            close(output)
            output = -1
        }
        guard result == 0 else { throw SpawnError(code: result, program: arguments[0]) }
    }

    deinit {
        for descriptor in [input, output, errors] where descriptor >= 0 { close(descriptor) }
        if status == nil {
            kill(pid, SIGKILL)
            waitpid(pid, nil, 0)
        }
    }

    struct SpawnError: Error {
        var code: Int32
        var program: String
    }

    private static func pipe() throws -> (read: Int32, write: Int32) {
        var ends: [Int32] = [-1, -1]
        guard Glibc.pipe(&ends) == 0 else { throw SpawnError(code: errno, program: "pipe") }
        // Without pipe2 another thread's spawn may come between: it then holds a copy until its child ends, which every
        // child of the tests does.
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        return (ends[0], ends[1])
    }

    /// Writes all of it and closes standard input.
    public func feed(_ text: String) {
        var bytes = Array(text.utf8)[...]
        while !bytes.isEmpty {
            let count = bytes.withUnsafeBytes { write(input, $0.baseAddress, $0.count) }
            if count <= 0 { break }
            bytes = bytes.dropFirst(count)
        }
        close(input)
        input = -1
    }

    /// The next line of standard output, without its end; `nil` at the output's end.
    public func readLine() -> String? { nextLine(of: output) }

    /// The next line of standard error.
    public func readErrorLine() -> String? { nextLine(of: errors) }

    private func nextLine(of stream: Int32) -> String? {
        var (line, byte) = ([UInt8](), UInt8())
        while Glibc.read(stream, &byte, 1) == 1 {
            if byte == 0x0A { return String(decoding: line, as: UTF8.self) }
            line.append(byte)
        }
        return line.isEmpty ? nil : String(decoding: line, as: UTF8.self)
    }

    /// Reads both outputs to their ends and reaps the child.
    ///
    /// - Returns: its exit code, or 128 and the signal's number.
    public func finish() -> (code: Int32, output: [UInt8], errors: [UInt8]) {
        var (first, second) = ([UInt8](), [UInt8]())
        var chunk = [UInt8](repeating: 0, count: 65536)
        while output >= 0 || errors >= 0 {
            var sources = [
                pollfd(fd: output, events: Int16(POLLIN), revents: 0),
                pollfd(fd: errors, events: Int16(POLLIN), revents: 0),
            ]
            poll(&sources, 2, -1)
            if sources[0].revents != 0 { Self.read(&output, into: &first, &chunk) }
            if sources[1].revents != 0 { Self.read(&errors, into: &second, &chunk) }
        }
        return (wait(), first, second)
    }

    private static func read(_ descriptor: inout Int32, into bytes: inout [UInt8], _ chunk: inout [UInt8]) {
        let count = Glibc.read(descriptor, &chunk, chunk.count)
        if count > 0 {
            bytes.append(contentsOf: chunk[..<count])
        } else {
            close(descriptor)
            descriptor = -1
        }
    }

    public func wait() -> Int32 {
        var raw: Int32 = 0
        if status == nil {
            var usage = rusage()
            while wait4(pid, &raw, 0, &usage) < 0, errno == EINTR {}
            peakResidentBytes = usage.ru_maxrss * 1024
            status = raw & 0x7F == 0 ? (raw >> 8) & 0xFF : 128 + (raw & 0x7F)
        }
        return status ?? -1
    }

    public func signal(_ number: Int32) { kill(pid, number) }

    /// Whether it has not ended.
    public var isRunning: Bool {
        var information = siginfo_t()
        return waitid(P_PID, id_t(pid), &information, WEXITED | WNOHANG | WNOWAIT) == 0 && information.si_signo == 0
    }
}
