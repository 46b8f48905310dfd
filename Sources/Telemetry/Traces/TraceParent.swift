/// A span's place in a trace as `traceparent` carries it (W3C Trace Context §3.2).
public struct TraceParent: Sendable, Hashable {
    /// Not all zeros.
    public var traceID: TraceID
    /// Not zero.
    public var spanID: UInt64
    /// Whether whoever began the trace records it.
    public var isSampled: Bool

    public init(traceID: TraceID, spanID: UInt64, isSampled: Bool) {
        self.traceID = traceID
        self.spanID = spanID
        self.isSampled = isSampled
    }

    /// Reads the header field, strictly: what does not fit the letter is as if it were not there.
    ///
    /// - Returns: `nil` for capital letters, wrong lengths, zero ids, version `ff`, and anything behind the flags of
    ///   version `00`. Of a later version what is known of `00` is read, as §3.2.4 asks.
    public init?(_ header: String) {
        let bytes = Array(header.utf8)
        guard bytes.count >= 55, bytes.count <= 512, bytes[2] == 0x2D, bytes[35] == 0x2D, bytes[52] == 0x2D,
            let version = Self.number(bytes[0..<2]), version != 0xFF,
            version == 0 ? bytes.count == 55 : (bytes.count == 55 || bytes[55] == 0x2D),
            let high = Self.number(bytes[3..<19]), let low = Self.number(bytes[19..<35]),
            let span = Self.number(bytes[36..<52]), let flags = Self.number(bytes[53..<55]), high | low != 0, span != 0
        else { return nil }
        self.init(traceID: TraceID(high: high, low: low), spanID: span, isSampled: flags & 1 == 1)
    }

    /// The header field, of version `00`.
    public var header: String { "00-\(traceID)-\(Self.hex(spanID))-\(isSampled ? "01" : "00")" }

    /// Lower-case hexadecimal digits, at most sixteen.
    private static func number(_ digits: ArraySlice<UInt8>) -> UInt64? {
        var value: UInt64 = 0
        for digit in digits {
            switch digit {
            case 0x30...0x39: value = value << 4 | UInt64(digit - 0x30)
            case 0x61...0x66: value = value << 4 | UInt64(digit - 0x57)
            default: return nil
            }
        }
        return value
    }

    static func hex(_ value: UInt64) -> String {
        let digits = String(value, radix: 16)
        return String(repeating: "0", count: 16 - digits.utf8.count) + digits
    }
}

/// 128 bits that name a trace.
public struct TraceID: Sendable, Hashable, CustomStringConvertible {
    var high: UInt64
    var low: UInt64

    /// 32 hexadecimal digits.
    public var description: String { TraceParent.hex(high) + TraceParent.hex(low) }
}
