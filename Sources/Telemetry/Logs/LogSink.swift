internal import Glibc

/// Where lines of a log go. Called from any thread; each call is one whole line with its end.
public struct LogSink: Sendable {
    var write: @Sendable (_ line: [UInt8]) -> Void

    public init(_ write: @escaping @Sendable (_ line: [UInt8]) -> Void) { self.write = write }

    /// Standard error, a line in one write(2), so that lines of several threads do not mix. A line that cannot be written
    /// is lost: there is nobody left to tell.
    public static let standardError = LogSink { line in
        line.withUnsafeBytes { bytes in
            var rest = UnsafeRawBufferPointer(bytes)
            while !rest.isEmpty {
                let written = Glibc.write(STDERR_FILENO, rest.baseAddress, rest.count)
                if written < 0, errno == EINTR { continue }
                guard written > 0 else { return }
                rest = UnsafeRawBufferPointer(rebasing: rest.dropFirst(written))
            }
        }
    }
}
