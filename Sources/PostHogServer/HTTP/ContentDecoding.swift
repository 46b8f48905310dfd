internal import CZlib

/// Bodies that were packed: gzip and deflate.
enum ContentDecoding {
    enum Failure: Error {
        case unknownCoding, damaged, tooLarge
    }

    /// - Parameters:
    ///   - coding: the header's value; `nil` to go by the first bytes.
    ///   - limit: what it may unpack to.
    static func decoded(_ body: [UInt8], coding: String?, limit: Int) throws(Failure) -> [UInt8] {
        switch coding?.lowercased() {
        case nil, "identity"?, ""?: return body.starts(with: [0x1F, 0x8B]) ? try inflated(body, limit) : body
        case "gzip"?, "x-gzip"?, "gzip-js"?, "deflate"?: return try inflated(body, limit)
        default: throw .unknownCoding
        }
    }

    private static func inflated(_ body: [UInt8], _ limit: Int) throws(Failure) -> [UInt8] {
        let outcome = body.withUnsafeBufferPointer { inflate($0, limit) }
        return try outcome.get()
    }

    private static func inflate(_ input: UnsafeBufferPointer<UInt8>, _ limit: Int) -> Result<[UInt8], Failure> {
        // zlib keeps a pointer to the stream, so it must not move.
        let stream = UnsafeMutablePointer<z_stream>.allocate(capacity: 1)
        stream.initialize(to: z_stream())
        defer { stream.deallocate() }
        // 15 bits of window, and 32 to find out whether it is gzip or zlib (zlib.h, inflateInit2).
        guard inflateInit2_(stream, 15 + 32, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size)) == Z_OK else {
            return .failure(.damaged)
        }
        defer { inflateEnd(stream) }
        stream.pointee.next_in = UnsafeMutablePointer(mutating: input.baseAddress)
        stream.pointee.avail_in = UInt32(clamping: input.count)
        var result: [UInt8] = []
        var piece = [UInt8](repeating: 0, count: 64 * 1024)
        while true {
            let (status, count) = piece.withUnsafeMutableBufferPointer { buffer in
                stream.pointee.next_out = buffer.baseAddress
                stream.pointee.avail_out = UInt32(clamping: buffer.count)
                let status = CZlib.inflate(stream, Z_NO_FLUSH)
                return (status, buffer.count - Int(stream.pointee.avail_out))
            }
            guard result.count + count <= limit else { return .failure(.tooLarge) }
            result += piece[..<count]
            if status == Z_STREAM_END { return .success(result) }
            // Nothing more to read and nothing written: it was cut off.
            guard status == Z_OK, count > 0 || stream.pointee.avail_in > 0 else { return .failure(.damaged) }
        }
    }
}
