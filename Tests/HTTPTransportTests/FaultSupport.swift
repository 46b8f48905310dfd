import Foundation

/// Bytes that decode to far more than they are.
enum TestGzip {
    /// gzip (RFC 1952) of zeros: one block of fixed codes (RFC 1951, section 3.2.6), a zero and then copies of the 258 bytes
    /// before at a distance of 1.
    static func zeros(bytes: Int) -> [UInt8] {
        var bits = BitWriter()
        bits.append(0b1, count: 1)
        bits.append(0b01, count: 2)
        // The literal 0 is the code 00110000; codes go out with their first bit first.
        bits.appendCode(0b0011_0000, count: 8)
        for _ in 0..<(bytes / 258) {
            // Length 258 is symbol 285, the code 11000101; distance 1 is the code 00000.
            bits.appendCode(0b1100_0101, count: 8)
            bits.appendCode(0, count: 5)
        }
        bits.appendCode(0, count: 7)
        return [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 3] + bits.bytes + [UInt8](repeating: 0, count: 8)
    }

    private struct BitWriter {
        private(set) var bytes: [UInt8] = []
        private var used = 8

        mutating func append(_ value: Int, count: Int) {
            for bit in 0..<count { append(bit: UInt8(value >> bit & 1)) }
        }

        mutating func appendCode(_ code: Int, count: Int) {
            for bit in (0..<count).reversed() { append(bit: UInt8(code >> bit & 1)) }
        }

        private mutating func append(bit: UInt8) {
            if used == 8 {
                bytes.append(0)
                used = 0
            }
            bytes[bytes.count - 1] |= bit << UInt8(used)
            used += 1
        }
    }
}

/// A listening socket that takes no connection: its backlog is full.
final class FullSocket {
    let port: Int
    private let listener: Int32
    private var fillers: [Int32] = []

    init() throws {
        listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let descriptor = listener
        let isBound = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, size) == 0 && listen(descriptor, 0) == 0 && getsockname(descriptor, $0, &size) == 0
            }
        }
        guard isBound else { throw POSIXError(.EADDRNOTAVAIL) }
        port = Int(UInt16(bigEndian: address.sin_port))
        for _ in 0..<4 {
            let filler = socket(
                AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue), 0)
            withUnsafePointer(to: &address) { pointer in
                pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { _ = connect(filler, $0, size) }
            }
            fillers.append(filler)
        }
    }

    deinit {
        for descriptor in fillers + [listener] { close(descriptor) }
    }
}
