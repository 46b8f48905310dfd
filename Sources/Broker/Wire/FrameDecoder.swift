/// Cuts the guest's byte stream into frames: a 4-byte big-endian length, then that many bytes.
///
/// It keeps at most one unfinished frame, so its memory is bounded by `maxFrameBytes` and the chunk in hand. Bytes are
/// copied out of the caller's buffer before anything looks at them: what the sender changes later has no effect.
struct FrameDecoder {
    /// Frames longer than this, and empty ones, are a violation as soon as their length is read.
    let maxFrameBytes: Int

    private var header: UInt32 = 0
    private var headerBytes = 0
    private var body: [UInt8] = []
    private var missing = 0

    init(maxFrameBytes: Int) { self.maxFrameBytes = maxFrameBytes }

    /// Whether the stream stands inside a frame: ending there is a truncated frame.
    var isMidFrame: Bool { headerBytes > 0 }

    /// Takes a chunk cut anywhere.
    ///
    /// - Returns: the frames it completes, and what is wrong with the length after them, if anything is. After a
    ///   violation the decoder must not be used again: where the next frame starts is no longer known.
    mutating func append(_ chunk: UnsafeRawBufferPointer) -> (frames: [[UInt8]], violation: Violation?) {
        var frames: [[UInt8]] = []
        var rest = chunk[...]
        while let byte = rest.first {
            if headerBytes < 4 {
                rest = rest.dropFirst()
                header = header << 8 | UInt32(byte)
                headerBytes += 1
                guard headerBytes == 4 else { continue }
                if let violation = checkLength() { return (frames, violation) }
                missing = Int(header)
                body.reserveCapacity(missing)
                continue
            }
            let part = rest.prefix(missing)
            body.append(contentsOf: part)
            missing -= part.count
            rest = rest.dropFirst(part.count)
            guard missing == 0 else { continue }
            frames.append(body)
            (body, header, headerBytes) = ([], 0, 0)
        }
        return (frames, nil)
    }

    private func checkLength() -> Violation? {
        if header == 0 { return Violation("a frame of length 0") }
        guard Int(header) > maxFrameBytes else { return nil }
        return Violation("a frame of \(header) bytes; at most \(maxFrameBytes) are allowed")
    }
}
