internal import AirlockCore
internal import CZlib

/// The content of a gzip file (RFC 1952), member after member.
///
/// What has been inflated is handed out before more is: memory stays the same however much a small file expands to.
final class GzipSource: ByteSource {
    private let source: FileSource
    private let stream: UnsafeMutablePointer<z_stream>
    private let input: UnsafeMutableRawBufferPointer
    private var isInsideMember = true
    private var isAtEnd = false

    var consumedBytes: Int { source.consumedBytes }

    static let magic: [UInt8] = [0x1F, 0x8B]

    init(_ source: FileSource) throws(AirlockError) {
        self.source = source
        // zlib keeps a pointer to the stream, so it must not move.
        stream = .allocate(capacity: 1)
        stream.initialize(to: z_stream())
        input = .allocate(byteCount: 1 << 16, alignment: 16)
        // 15 bits of window, and 16 for the gzip wrapper alone (zlib.h, inflateInit2).
        let status = inflateInit2_(stream, 15 + 16, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size))
        guard status == Z_OK else {
            throw AirlockError(.internalError, "zlib could not be started", cause: "zlib: \(status)")
        }
    }

    deinit {
        inflateEnd(stream)
        stream.deallocate()
        input.deallocate()
    }

    func read(into buffer: UnsafeMutableRawBufferPointer) throws(AirlockError) -> Int {
        let capacity = min(buffer.count, 1 << 30)
        stream.pointee.next_out = buffer.baseAddress?.assumingMemoryBound(to: UInt8.self)
        stream.pointee.avail_out = UInt32(capacity)
        while !isAtEnd, stream.pointee.avail_out == UInt32(capacity) {
            if stream.pointee.avail_in == 0, try !refill() {
                guard !isInsideMember else {
                    throw damaged("the gzip file ends too early", "It was cut off; fetch it again in whole.")
                }
                isAtEnd = true
                break
            }
            if !isInsideMember {
                try beginMember()
            } else {
                try inflateMore()
            }
        }
        return capacity - Int(stream.pointee.avail_out)
    }

    private func inflateMore() throws(AirlockError) {
        switch inflate(stream, Z_NO_FLUSH) {
        case Z_OK, Z_BUF_ERROR: return
        case Z_STREAM_END: isInsideMember = false
        case Z_MEM_ERROR: throw AirlockError(.fileFailed, "there is not enough memory to unpack the gzip file")
        default: throw damaged("the gzip file is damaged", "Fetch it again; 'gzip -t' tells whether it is sound.")
        }
    }

    /// After a member: padding of zero bytes is skipped (RFC 1952 leaves it to the tools, which do so), a further
    /// member begins.
    private func beginMember() throws(AirlockError) {
        guard let next = stream.pointee.next_in else { return }
        if next.pointee == 0 {
            stream.pointee.next_in = next + 1
            stream.pointee.avail_in -= 1
            return
        }
        guard next.pointee == GzipSource.magic[0], inflateReset(stream) == Z_OK else {
            throw damaged("something follows the end of the gzip data", "Fetch the file again, or unpack it yourself.")
        }
        isInsideMember = true
    }

    private func refill() throws(AirlockError) -> Bool {
        let count = try source.read(into: input)
        stream.pointee.next_in = input.baseAddress?.assumingMemoryBound(to: UInt8.self)
        stream.pointee.avail_in = UInt32(count)
        return count > 0
    }

    private func damaged(_ message: String, _ hint: String) -> AirlockError {
        let cause = stream.pointee.msg.map { "zlib: \(String(cString: $0))" }
        return AirlockError(.invalidData, message, at: .file(source.path), hint: hint, cause: cause)
    }
}
