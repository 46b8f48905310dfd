import AirlockCore

/// The first bytes of a stream, and whether there were more.
struct BoundedCapture {
    private(set) var stream = CapturedStream()
    let limit: Int

    init(limit: ByteCount) { self.limit = limit.bytes }

    mutating func append(_ bytes: UnsafeRawBufferPointer) {
        let room = limit - stream.bytes.count
        stream.bytes.append(contentsOf: bytes.prefix(room))
        if bytes.count > room { stream.isCut = true }
    }
}
