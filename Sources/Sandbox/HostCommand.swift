import AirlockCore
import Glibc
import HostProcesses

/// Runs a trusted program of the host and collects what it prints.
enum HostCommand {
    /// - Parameters:
    ///   - timeout: after it the program is killed.
    /// - Throws: `interpreter_unavailable` when it cannot be started, fails, or prints more than 1 MiB.
    static func output(
        of arguments: [String], timeout: Duration = .seconds(60)
    ) throws(AirlockError) -> [UInt8] {
        let pipe = try Pipe.make()
        let errors = try Pipe.make()
        let pid = try spawn(arguments, output: pipe.write, errors: errors.write)
        let deadline = ContinuousClock.now + timeout
        var (text, complaint) = ([UInt8](), [UInt8]())
        let finished = collect(pipe.read, into: &text, errors.read, into: &complaint, until: deadline)
        // With whatever it started: its group is its own.
        if !finished { kill(-pid, SIGKILL) }
        var status: Int32 = 0
        _ = retrying { waitpid(pid, &status, 0) }
        guard finished, status == 0 else {
            throw AirlockError(
                .interpreterUnavailable, "\(arguments[0]) could not be run",
                cause: finished
                    ? String(decoding: complaint.suffix(800), as: UTF8.self) : "no answer in \(timeout.shortText)")
        }
        return text
    }

    private static func spawn(
        _ arguments: [String], output: consuming OwnedDescriptor, errors: consuming OwnedDescriptor
    ) throws(AirlockError) -> pid_t {
        var setting = HostProcesses.Setting()
        setting.output = .descriptor(output.number)
        setting.errors = .descriptor(errors.number)
        // A version manager's shim needs its caller's PATH and HOME to find the real interpreter.
        var environment: [String: String] = [:]
        for name in ["PATH", "HOME"] { if let value = getenv(name) { environment[name] = String(cString: value) } }
        do throws(HostProcesses.Failure) {
            return try HostProcesses.start(arguments, environment: environment, setting)
        } catch {
            throw AirlockError(.interpreterUnavailable, "\(arguments[0]) could not be run", cause: error.text)
        }
    }

    /// Reads both streams to their ends, side by side.
    ///
    /// - Returns: `false` at the deadline, and when one of them holds more than 1 MiB.
    private static func collect(
        _ output: borrowing OwnedDescriptor, into text: inout [UInt8], _ errors: borrowing OwnedDescriptor,
        into complaint: inout [UInt8], until deadline: ContinuousClock.Instant
    ) -> Bool {
        var (outputIsOpen, errorsAreOpen) = (true, true)
        while outputIsOpen || errorsAreOpen {
            let left = Int32(clamping: Int((deadline - .now).inMilliseconds.rounded(.up)))
            var sources = [
                pollfd(fd: outputIsOpen ? output.number : -1, events: Int16(POLLIN), revents: 0),
                pollfd(fd: errorsAreOpen ? errors.number : -1, events: Int16(POLLIN), revents: 0),
            ]
            guard left > 0, retrying({ poll(&sources, 2, left) }) > 0 else { return false }
            if sources[0].revents != 0 { outputIsOpen = readChunk(output.number, into: &text) }
            if sources[1].revents != 0 { errorsAreOpen = readChunk(errors.number, into: &complaint) }
            if max(text.count, complaint.count) > 1 << 20 { return false }
        }
        return true
    }

    /// - Returns: `false` at the end of the stream.
    private static func readChunk(_ descriptor: Int32, into bytes: inout [UInt8]) -> Bool {
        var chunk = [UInt8](repeating: 0, count: 16384)
        let count = retrying { read(descriptor, &chunk, chunk.count) }
        if count > 0 { bytes.append(contentsOf: chunk[..<count]) }
        return count > 0
    }
}
