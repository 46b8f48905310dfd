internal import AirlockCore
internal import Glibc

/// Events that PostHog refused, kept for people: a line of JSON for each, with the reason.
struct RefusedEvents {
    /// A file that has grown to this takes no more; the events are still counted.
    static let maxBytes = 64 << 20

    let path: String

    /// Brought to the disk before it returns: the spool forgets the events next.
    ///
    /// - Returns: whether there was room.
    func add(_ events: [(json: [UInt8], reason: String)], at time: Duration) throws(AirlockError) -> Bool {
        let file = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0o600)
        guard file >= 0 else { throw failure(errno) }
        defer { close(file) }
        var status = stat()
        guard fstat(file, &status) == 0 else { throw failure(errno) }
        var bytes: [UInt8] = []
        for event in events {
            let head: JSONObject = ["refused_at": .string(EventTime.text(time)), "reason": .string(event.reason)]
            bytes += JSONValue.object(head).jsonBytes.dropLast()
            bytes += Array(",\"event\":".utf8) + event.json + Array("}\n".utf8)
        }
        guard Int(status.st_size) + bytes.count <= Self.maxBytes else { return false }
        var done = 0
        while done < bytes.count {
            let put = bytes.withUnsafeBytes { write(file, $0.baseAddress?.advanced(by: done), $0.count - done) }
            if put < 0, errno == EINTR { continue }
            guard put > 0 else { throw failure(errno) }
            done += put
        }
        guard fdatasync(file) == 0 else { throw failure(errno) }
        return true
    }

    private func failure(_ code: Int32) -> AirlockError {
        AirlockError(
            .fileFailed, "refused events cannot be put aside", at: .file(path), cause: String(cString: strerror(code)))
    }
}
