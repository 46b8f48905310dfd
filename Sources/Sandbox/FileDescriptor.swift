import AirlockCore
import AirlockLauncher
import Glibc

/// An owned descriptor, closed exactly once.
struct OwnedDescriptor: ~Copyable {
    let number: Int32

    init(_ number: Int32) { self.number = number }

    deinit { if number >= 0 { close(number) } }

    /// The same file under a number of 16 or more.
    consuming func raised() throws(AirlockError) -> OwnedDescriptor {
        if number >= 16 { return self }
        let higher = fcntl(number, F_DUPFD_CLOEXEC, 16)
        guard higher >= 0 else { throw .system("fcntl") }
        return OwnedDescriptor(higher)
    }

    func makeNonBlocking() {
        _ = fcntl(number, F_SETFL, fcntl(number, F_GETFL) | O_NONBLOCK)
    }
}

/// A pipe(2), close-on-exec, its ends numbered above those that a child is given.
struct Pipe: ~Copyable {
    let read: OwnedDescriptor
    let write: OwnedDescriptor

    static func make() throws(AirlockError) -> Pipe {
        var ends: [Int32] = [-1, -1]
        guard airlock_pipe(&ends) == 0 else { throw .system("pipe2") }
        let low = OwnedDescriptor(ends[0])
        let alsoLow = OwnedDescriptor(ends[1])
        let read = try low.raised()
        let write = try alsoLow.raised()
        return Pipe(read: read, write: write)
    }
}

/// Calls `body` again while a signal interrupts it.
func retrying<Result: SignedInteger>(_ body: () -> Result) -> Result {
    while true {
        let result = body()
        if result >= 0 || errno != EINTR { return result }
    }
}

/// The bytes of a whole regular file.
///
/// - Returns: `nil` when it cannot be read or is larger than `maxBytes`.
func readFile(_ path: String, maxBytes: Int) -> [UInt8]? {
    let file = OwnedDescriptor(open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK))
    return file.number >= 0 ? readFile(descriptor: file.number, maxBytes: maxBytes) : nil
}

/// What an open file holds from its position on; `nil` when it cannot be read or is larger than `maxBytes`.
func readFile(descriptor: Int32, maxBytes: Int) -> [UInt8]? {
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 65536)
    while true {
        let count = retrying { read(descriptor, &chunk, chunk.count) }
        if count < 0 || bytes.count + count > maxBytes { return nil }
        if count == 0 { return bytes }
        bytes.append(contentsOf: chunk[..<count])
    }
}

/// Writes a file whole or not at all: to a new name beside it, then renamed.
func writeFile(_ path: String, _ bytes: [UInt8], mode: mode_t = 0o644) throws(AirlockError) {
    let temporary = path + ".new-\(getpid())-\(UInt32.random(in: .min ... .max))"
    let file = OwnedDescriptor(open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode))
    guard file.number >= 0 else { throw .file(temporary) }
    var written = 0
    while written < bytes.count {
        let count = retrying {
            bytes.withUnsafeBytes { write(file.number, $0.baseAddress?.advanced(by: written), bytes.count - written) }
        }
        guard count > 0 else {
            let error = AirlockError.file(temporary)
            unlink(temporary)
            throw error
        }
        written += count
    }
    // The umask of the caller must not decide whether the sandbox's identity can read it.
    guard fchmod(file.number, mode) == 0, rename(temporary, path) == 0 else {
        let error = AirlockError.file(path)
        unlink(temporary)
        throw error
    }
}

extension AirlockError {
    static func file(_ path: String) -> AirlockError {
        let error = errno
        return AirlockError(
            .fileFailed, "cannot use \(path)", at: .file(path), cause: String(cString: strerror(error)))
    }
}
