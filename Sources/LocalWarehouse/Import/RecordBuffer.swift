internal import AirlockCore

/// A window over a source's bytes that grows to hold one record, and never beyond a bound.
struct RecordBuffer {
    /// The longest record, a line with its text: 16 MiB.
    static let defaultMaxRecordBytes = 16 << 20

    let maxRecordBytes: Int

    private let source: any ByteSource
    private var storage: [UInt8]
    /// The window is `storage[start..<end]`.
    private var start = 0
    private var end = 0
    private(set) var isAtEnd = false

    init(_ source: any ByteSource, maxRecordBytes: Int = defaultMaxRecordBytes) {
        self.source = source
        self.maxRecordBytes = maxRecordBytes
        storage = [UInt8](repeating: 0, count: 1 << 18)
    }

    var count: Int { end - start }

    /// How many bytes of the file this took so far.
    var consumedBytes: Int { source.consumedBytes }

    /// The bytes at hand, from the first that was not dropped.
    func withBytes<T>(_ body: (UnsafeBufferPointer<UInt8>) throws -> T) rethrows -> T {
        try storage.withUnsafeBufferPointer { try body(UnsafeBufferPointer(rebasing: $0[start..<end])) }
    }

    func copy(_ range: Range<Int>) -> [UInt8] { Array(storage[start + range.lowerBound..<start + range.upperBound]) }

    mutating func drop(_ count: Int) { start += count }

    /// Brings further bytes in behind those at hand.
    ///
    /// - Returns: `false` when the source has ended or the window already holds more than the longest record.
    mutating func fill() throws(AirlockError) -> Bool {
        guard !isAtEnd, count <= maxRecordBytes else { return false }
        if start > 0, storage.count - end < storage.count / 2 {
            storage.withUnsafeMutableBytes { bytes in
                guard let base = bytes.baseAddress else { return }
                base.copyMemory(from: base + start, byteCount: end - start)
            }
            (start, end) = (0, end - start)
        }
        if end == storage.count {
            storage.append(contentsOf: repeatElement(0, count: min(storage.count, maxRecordBytes)))
        }
        let target = end
        let outcome = storage.withUnsafeMutableBytes { bytes in
            let free = UnsafeMutableRawBufferPointer(rebasing: bytes[target...])
            return Result { () throws(AirlockError) in try source.read(into: free) }
        }
        let read = try outcome.get()
        end += read
        isAtEnd = read == 0
        return read > 0
    }
}
