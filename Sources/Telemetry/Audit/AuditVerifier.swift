public import AirlockCore
internal import Glibc

/// What an audit log's verification found.
public struct AuditVerification: Sendable, Hashable {
    /// The first place at which the chain does not hold.
    public struct Break: Sendable, Hashable {
        public var file: String
        /// From 1.
        public var line: Int
        public var reason: String
    }

    /// Records that hold, those before the break.
    public var records = 0
    /// Lines that a crash tore, and that a later record accounts for.
    public var healed = 0
    /// The hash that the first record continues: 64 zeros for a log from its beginning.
    public var continues = ""
    /// Files after the first that begin a chain of their own: a process found no file, as after a rotation.
    public var restarts = 0
    /// Number and hash of the last record that holds. Kept elsewhere, they show that no records were cut off the end.
    public var lastNumber = 0
    public var lastHash = ""
    /// `nil` if the whole chain holds.
    public var firstBreak: Break?

    public var isIntact: Bool { firstBreak == nil }
}

/// Walks the chain of an audit log, in time and memory that do not depend on what the lines say.
public struct AuditVerifier {
    private var result = AuditVerification()
    /// A line that is no record; the next one may say that it was torn.
    private var torn: (bytes: [UInt8], file: String, number: Int, reason: String)?
    private var isFileBegin = true

    /// Verifies files that are one log: a rotated log's oldest first.
    ///
    /// - Throws: `file_failed` for one that cannot be read. A chain that does not hold is a result.
    public static func verify(_ paths: [String]) throws(AirlockError) -> AuditVerification {
        var verifier = AuditVerifier()
        for path in paths {
            try verifier.read(path)
            if verifier.result.firstBreak != nil { break }
        }
        return verifier.finished()
    }

    private mutating func read(_ path: String) throws(AirlockError) {
        let file = open(path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { throw AuditFile.failure("cannot be opened", path, errno, isToBeWritten: false) }
        defer { close(file) }
        isFileBegin = true
        var (buffer, line, number) = ([UInt8](repeating: 0, count: 65536), [UInt8](), 0)
        while true {
            let count = Glibc.read(file, &buffer, buffer.count)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw AuditFile.failure("cannot be read", path, errno, isToBeWritten: false) }
            if count == 0 { break }
            var rest = buffer[..<count]
            while let end = rest.firstIndex(of: 0x0A) {
                line += rest[..<end]
                rest = rest[(end + 1)...]
                number += 1
                take(line, path, number)
                if result.firstBreak != nil { return }
                line.removeAll(keepingCapacity: true)
            }
            line += rest
            // What is longer than any record needs no more reading to be known as none.
            if line.count > 4 * AuditRecord.maxLineBytes {
                return stop(path, number + 1, "the line is longer than any record")
            }
        }
        if !line.isEmpty { setAside(line, path, number + 1, "the line is torn: it has no end") }
    }

    private mutating func take(_ line: [UInt8], _ path: String, _ number: Int) {
        let record: AuditRecord
        do throws(AuditRecord.Fault) {
            record = try AuditRecord(line: line)
        } catch {
            switch error {
            case .wrongHash: return stop(path, number, "the record is not what its hash was taken of")
            case .notARecord(let reason): return setAside(line, path, number, "the line is no record: \(reason)")
            }
        }
        if let torn {
            guard let account = record.torn, account.bytes == torn.bytes.count,
                account.digest == SHA256.hexDigest(torn.bytes)
            else { return stop(torn.file, torn.number, torn.reason) }
            self.torn = nil
            result.healed += 1
        } else if record.torn != nil {
            return stop(path, number, "the record accounts for a torn line that is not there")
        }
        let begins = isFileBegin && record.number == 1 && record.previous == AuditRecord.genesis
        isFileBegin = false
        if result.records == 0 {
            result.continues = record.previous
        } else if begins {
            // A process that found no file could not know what the former one ended with.
            result.restarts += 1
        } else if record.previous != result.lastHash {
            return stop(path, number, "the record does not continue the one before it")
        } else if record.number != result.lastNumber &+ 1 {
            return stop(path, number, "the record's number is not the next one")
        }
        result.records += 1
        (result.lastNumber, result.lastHash) = (record.number, record.hash)
    }

    private mutating func setAside(_ line: [UInt8], _ path: String, _ number: Int, _ reason: String) {
        guard let earlier = torn else {
            torn = (line, path, number, reason)
            return
        }
        // More than a log's tail, as its writer looks at it, cannot be accounted for.
        guard earlier.bytes.count + line.count < 4 * AuditRecord.maxLineBytes else {
            return stop(earlier.file, earlier.number, earlier.reason)
        }
        torn?.bytes += [0x0A] + line
    }

    private mutating func stop(_ path: String, _ line: Int, _ reason: String) {
        result.firstBreak = AuditVerification.Break(file: path, line: line, reason: reason)
    }

    private func finished() -> AuditVerification {
        var result = result
        if result.firstBreak == nil, let torn {
            result.firstBreak = AuditVerification.Break(file: torn.file, line: torn.number, reason: torn.reason)
        }
        return result
    }
}
