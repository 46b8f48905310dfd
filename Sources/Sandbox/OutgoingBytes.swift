import Glibc

/// Bytes on their way to the child.
struct OutgoingBytes {
    private var pieces: [ArraySlice<UInt8>] = []
    private var first = 0
    private var offset = 0

    var isEmpty: Bool { first == pieces.count }

    mutating func append(_ bytes: ArraySlice<UInt8>) {
        if !bytes.isEmpty { pieces.append(bytes) }
    }

    /// Writes as much as the pipe takes. A run in a slot begins on its caller's thread, on which SIGPIPE is not blocked.
    ///
    /// - Returns: `false` when nobody reads any more.
    mutating func write(to descriptor: Int32) -> Bool {
        while first < pieces.count {
            let count = pieces[first].withUnsafeBytes { buffer in
                PipeWriting.withoutSignal {
                    retrying {
                        Glibc.write(descriptor, buffer.baseAddress?.advanced(by: offset), buffer.count - offset)
                    }
                }
            }
            if count < 0 { return errno == EAGAIN }
            offset += count
            if offset < pieces[first].count { return true }
            pieces[first] = []
            first += 1
            offset = 0
        }
        pieces = []
        first = 0
        return true
    }
}
