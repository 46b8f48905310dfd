public import AirlockCore
internal import Synchronization

/// An append-only log of calls: a line of JSON for each, chained by hashes.
///
/// Several processes may write to one log. Whoever rotates it by renaming the file needs to tell nobody: the next record
/// goes to a new file and continues the chain. A line that a crash tore is left as it is, ended, and accounted for by a
/// record of its own.
public final class AuditLog: Sendable {
    /// When a record is brought to the disk (fdatasync(2)).
    public enum Sync: String, Sendable, Hashable, CaseIterable {
        /// Before the call is answered: no record is lost, whatever happens to the machine. The default.
        case always
        /// When the kernel gets to it: a crash of the process loses nothing, one of the machine the last seconds.
        case never
    }

    private struct State: ~Copyable {
        var file: AuditFile?
        /// The file's size after our last record; another one means that others wrote.
        var size = 0
        var number = 0
        var hash = AuditRecord.genesis
    }

    public let path: String
    private let sync: Sync
    private let unixTime: @Sendable () -> Duration
    private let state = Mutex(State())

    /// Nothing is opened before the first record.
    ///
    /// - Parameter unixTime: the time since 1970-01-01T00:00:00Z; the machine's if not given.
    public init(path: String, sync: Sync = .always, unixTime: (@Sendable () -> Duration)? = nil) {
        self.path = path
        self.sync = sync
        self.unixTime = unixTime ?? { UTCTime.now }
    }

    /// Opens the file and looks at its end, so that what is wrong with its place, or that it is no log, shows before anything
    /// is done that would have to be recorded.
    ///
    /// - Throws: `file_failed`.
    public func prepare() throws(AirlockError) {
        try state.withLock { state throws(AirlockError) in
            guard state.file == nil else { return }
            let file = try AuditFile(path: path)
            try file.locked { () throws(AirlockError) in
                let size = try file.size()
                if size > 0 { _ = try end(of: file, size) }
            }
            state.file = consume file
            state.size = -1
        }
    }

    /// Adds a record.
    ///
    /// - Throws: `file_failed`. The call must not go on as if it had been recorded.
    public func append(_ entry: AuditEntry) throws(AirlockError) {
        try state.withLock { state throws(AirlockError) in
            // A file that was renamed between opening and locking is left to its new name; more than a few times in a row
            // nobody rotates.
            for _ in 0..<5 {
                if state.file == nil {
                    state.file = try AuditFile(path: path)
                    state.size = -1
                }
                if try record(entry, &state) { return }
                state.file = nil
            }
            throw AuditFile.failure("is being replaced again and again", path, nil)
        }
    }

    /// - Returns: whether the file is still the log's.
    private func record(_ entry: AuditEntry, _ state: inout State) throws(AirlockError) -> Bool {
        guard let file = state.file.take() else { return false }
        var (size, number, hash) = (state.size, state.number, state.hash)
        var written = false
        let outcome: Result<Void, AirlockError>
        do throws(AirlockError) {
            written = try file.locked { () throws(AirlockError) in
                guard file.isCurrent else { return false }
                let actual = try file.size()
                if actual != size { (number, hash) = try caughtUp(file, actual, number, hash) }
                let (line, newHash) = AuditRecord.line(
                    number: number + 1, previous: hash, time: UTCTime.text(unixTime()), members: entry.members)
                try file.append(line, sync: sync == .always)
                (number, hash) = (number + 1, newHash)
                size = try file.size()
                return true
            }
            outcome = .success(())
        } catch {
            // Half a line may stand there now: look again before the next record.
            size = -1
            outcome = .failure(error)
        }
        (state.size, state.number, state.hash) = (size, number, hash)
        state.file = consume file
        try outcome.get()
        return written
    }

    /// Where the chain stands in a file that others wrote to, or that a crash left.
    private func caughtUp(
        _ file: borrowing AuditFile, _ size: Int, _ number: Int, _ hash: String
    ) throws(AirlockError) -> (Int, String) {
        // A new file continues what this process wrote to the former one.
        if size == 0 { return (number, hash) }
        let end = try end(of: file, size)
        let last = end.last ?? (number, hash)
        let lineEnd: [UInt8] = end.isEnded ? [] : [0x0A]
        guard !end.torn.isEmpty else {
            if !end.isEnded { try file.append(lineEnd, sync: sync == .always) }
            return last
        }
        let (line, newHash) = AuditRecord.line(
            number: last.number + 1, previous: last.hash, time: UTCTime.text(unixTime()),
            members: AuditRecord.healing(Array(end.torn.joined(separator: [0x0A]))))
        try file.append(lineEnd + line, sync: sync == .always)
        return (last.number + 1, newHash)
    }

    /// How a log's file ends.
    private struct End {
        /// `nil` where no record is in sight.
        var last: (number: Int, hash: String)?
        /// What crashes left behind it. One may have come again while the traces of the first were dealt with: there may be
        /// several torn lines.
        var torn: [[UInt8]] = []
        /// Whether the last line has its line feed.
        var isEnded: Bool
    }

    /// - Throws: `file_failed` for what is no log, or is one no longer.
    private func end(of file: borrowing AuditFile, _ size: Int) throws(AirlockError) -> End {
        let tail = try file.tail(4 * AuditRecord.maxLineBytes, of: size)
        var lines = tail.split(separator: 0x0A, omittingEmptySubsequences: false).map { Array($0) }
        var end = End(isEnded: lines.last?.isEmpty ?? true)
        if end.isEnded { lines.removeLast() }
        while let line = lines.popLast() {
            if let record = try? AuditRecord(line: line) {
                end.last = (record.number, record.hash)
                break
            }
            end.torn.insert(line, at: 0)
        }
        guard end.torn.allSatisfy(AuditRecord.isTorn) else {
            throw AirlockError(
                .fileFailed, "the audit log does not end with a record that holds", at: .file(path),
                hint: "'airlock audit verify' says what is wrong; move the file away to begin a new log.")
        }
        return end
    }
}
