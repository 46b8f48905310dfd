internal import AirlockCore
internal import Glibc

/// Bytes that arrive one piece after the other.
protocol ByteSource: AnyObject {
    /// Fills the front of `buffer`, which is not empty.
    ///
    /// - Returns: how many bytes were written; zero at the end, and only there.
    func read(into buffer: UnsafeMutableRawBufferPointer) throws(AirlockError) -> Int

    /// Bytes of the underlying file that were read so far.
    var consumedBytes: Int { get }
}

/// A file, or standard input under the name `-`.
final class FileSource: ByteSource {
    let path: String
    /// `nil` for what has no size beforehand: a pipe, a terminal.
    let totalBytes: Int?
    private(set) var consumedBytes = 0
    private let descriptor: Int32
    private let isOwned: Bool
    /// What was read to look at it, and is still to be given out.
    private var pending: [UInt8] = []

    init(path: String) throws(AirlockError) {
        self.path = path
        isOwned = path != "-"
        descriptor = isOwned ? Glibc.open(path, O_RDONLY | O_CLOEXEC) : STDIN_FILENO
        guard descriptor >= 0 else { throw FileError.last("opening the file to import", path) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw FileError.last("opening the file to import", path) }
        guard status.st_mode & S_IFMT != S_IFDIR else {
            throw FileError.of(EISDIR, "opening the file to import", path)
        }
        totalBytes = status.st_mode & S_IFMT == S_IFREG ? Int(status.st_size) : nil
        posix_fadvise(descriptor, 0, 0, POSIX_FADV_SEQUENTIAL)
    }

    deinit {
        if isOwned, descriptor >= 0 { close(descriptor) }
    }

    func read(into buffer: UnsafeMutableRawBufferPointer) throws(AirlockError) -> Int {
        if !pending.isEmpty {
            let count = min(pending.count, buffer.count)
            buffer.copyBytes(from: pending[..<count])
            pending.removeFirst(count)
            return count
        }
        return try readDescriptor(into: buffer)
    }

    /// The next bytes, without taking them: fewer than `count` only at the end of the file.
    func peek(_ count: Int) throws(AirlockError) -> [UInt8] {
        while pending.count < count {
            var piece = [UInt8](repeating: 0, count: count - pending.count)
            let outcome = piece.withUnsafeMutableBytes { buffer in
                Result { () throws(AirlockError) in try readDescriptor(into: buffer) }
            }
            let read = try outcome.get()
            if read == 0 { break }
            pending += piece[..<read]
        }
        return Array(pending.prefix(count))
    }

    private func readDescriptor(into buffer: UnsafeMutableRawBufferPointer) throws(AirlockError) -> Int {
        while true {
            let count = Glibc.read(descriptor, buffer.baseAddress, buffer.count)
            if count >= 0 {
                consumedBytes += count
                return count
            }
            guard errno == EINTR else { throw FileError.last("reading the file to import", path) }
        }
    }
}
