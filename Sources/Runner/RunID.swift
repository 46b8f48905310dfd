import AirlockCore
import Glibc

/// Ids of runs: UUIDs of version 7, which sort by the time they were made (RFC 9562 §5.7).
enum RunID {
    static func new() -> String {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        let milliseconds = UInt64(time.tv_sec) &* 1000 &+ UInt64(time.tv_nsec) / 1_000_000
        return make(milliseconds: milliseconds, random: (.random(in: .min ... .max), .random(in: .min ... .max)))
    }

    static func make(milliseconds: UInt64, random: (UInt64, UInt64)) -> String {
        var bytes = UUIDText.timeBytes(milliseconds: milliseconds)
        for shift: UInt64 in [8, 0] { bytes.append(UInt8(truncatingIfNeeded: random.0 >> shift)) }
        for index in 0..<8 { bytes.append(UInt8(truncatingIfNeeded: random.1 >> UInt64(8 * (7 - index)))) }
        return UUIDText.text(bytes, version: 7)
    }
}
