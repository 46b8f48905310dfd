public import AirlockCore
internal import Glibc

/// A file of metrics for a collector, such as the node exporter's textfile collector.
///
/// Each process adds to it what it measured; it is replaced in one step, so that a reader sees all of it or all of what was
/// there before.
public struct MetricsFile: Sendable {
    public let path: String

    static let maxBytes = 64 << 20

    public init(path: String) { self.path = path }

    /// Adds what `registry` holds.
    ///
    /// - Throws: `file_failed` when it cannot be written; `invalid_data` when there is something else at the path, which is
    ///   left alone.
    public func add(_ registry: MetricRegistry) throws(AirlockError) {
        let newer = try PrometheusMerge(registry.prometheusText())
        // A file that was replaced between opening and locking is not the one to add to.
        for _ in 0..<100 {
            let file = open(path, O_RDONLY | O_CREAT | O_CLOEXEC | O_NOCTTY | O_NONBLOCK, 0o644)
            guard file >= 0 else { throw failure("cannot be opened", errno) }
            defer { close(file) }
            while flock(file, LOCK_EX) != 0 { if errno != EINTR { throw failure("cannot be locked", errno) } }
            var (mine, there) = (stat(), stat())
            guard fstat(file, &mine) == 0, mine.st_mode & S_IFMT == S_IFREG else {
                throw failure("is not a file", nil)
            }
            guard stat(path, &there) == 0, there.st_ino == mine.st_ino, there.st_dev == mine.st_dev else { continue }
            return try replace(with: try older(file).adding(newer), mode: mine.st_mode & 0o777)
        }
        throw failure("is being replaced again and again", nil)
    }

    private func older(_ file: Int32) throws(AirlockError) -> PrometheusMerge {
        var (bytes, chunk) = ([UInt8](), [UInt8](repeating: 0, count: 65536))
        while true {
            let count = read(file, &chunk, chunk.count)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw failure("cannot be read", errno) }
            if count == 0 { break }
            bytes += chunk[..<count]
            guard bytes.count <= Self.maxBytes else { throw failure("is too large for metrics", nil) }
        }
        do throws(AirlockError) {
            return try PrometheusMerge(String(decoding: bytes, as: UTF8.self))
        } catch {
            throw AirlockError(
                .invalidData, "the file holds something else than metrics, and is left as it is", at: .file(path),
                hint: "Name another file, or remove this one.", cause: error.message)
        }
    }

    private func replace(with text: String, mode: mode_t) throws(AirlockError) {
        let temporary = "\(path).\(getpid()).\(UInt32.random(in: .min ... .max)).tmp"
        let file = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode)
        guard file >= 0 else { throw failure("cannot be written", errno) }
        var rest = Array(text.utf8)[...]
        var code: Int32 = 0
        while !rest.isEmpty, code == 0 {
            let count = rest.withUnsafeBytes { write(file, $0.baseAddress, $0.count) }
            if count >= 0 { rest = rest.dropFirst(count) } else if errno != EINTR { code = errno }
        }
        if close(file) != 0, code == 0 { code = errno }
        if code == 0, rename(temporary, path) != 0 { code = errno }
        guard code == 0 else {
            unlink(temporary)
            throw failure("cannot be written", code)
        }
    }

    private func failure(_ what: String, _ code: Int32?) -> AirlockError {
        AirlockError(
            .fileFailed, "the file of metrics \(what)", at: .file(path),
            hint: "--metrics, AIRLOCK_METRICS or metrics.file names it.",
            cause: code.map { String(cString: strerror($0)) })
    }
}
