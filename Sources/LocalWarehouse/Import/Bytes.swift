internal import Glibc

/// UTF-8 text that is valid for as long as the record it belongs to is being looked at.
typealias Bytes = UnsafeBufferPointer<UInt8>

extension Bytes {
    func isEqual(to other: Bytes) -> Bool {
        guard count == other.count, let own = baseAddress, let others = other.baseAddress else {
            return count == 0 && other.count == 0
        }
        return memcmp(own, others, count) == 0
    }

    func isEqual(to text: StaticString) -> Bool {
        guard count == text.utf8CodeUnitCount else { return false }
        for index in 0..<count where self[index] != text.utf8Start[index] { return false }
        return true
    }

    var string: String { String(decoding: self, as: UTF8.self) }
}

/// Memory that the texts of one record live in, where they are not a part of the file's own bytes.
final class ByteArena {
    private var blocks: [UnsafeMutableBufferPointer<UInt8>] = []

    deinit { removeAll() }

    func copy(_ bytes: some Collection<UInt8>) -> Bytes {
        let block = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: Swift.max(1, bytes.count))
        _ = block.initialize(from: bytes)
        blocks.append(block)
        return Bytes(start: block.baseAddress, count: bytes.count)
    }

    func removeAll() {
        for block in blocks { block.deallocate() }
        blocks.removeAll(keepingCapacity: true)
    }
}
