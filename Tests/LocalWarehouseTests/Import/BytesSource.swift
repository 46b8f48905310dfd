import AirlockCore

@testable import LocalWarehouse

/// Bytes from memory, in pieces of a given size.
final class BytesSource: ByteSource {
    private let bytes: [UInt8]
    private let piece: Int
    private(set) var consumedBytes = 0

    init(_ bytes: [UInt8], piece: Int = .max) {
        self.bytes = bytes
        self.piece = piece
    }

    func read(into buffer: UnsafeMutableRawBufferPointer) throws(AirlockError) -> Int {
        let count = min(bytes.count - consumedBytes, buffer.count, piece)
        buffer.copyBytes(from: bytes[consumedBytes..<consumedBytes + count])
        consumedBytes += count
        return count
    }
}
