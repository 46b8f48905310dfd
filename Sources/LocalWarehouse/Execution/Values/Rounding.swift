#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// ClickHouse's rounding. Floats go half to even after scaling by a power of ten, integers half away from zero.
enum Rounding {
    enum Mode: Sendable {
        case nearest, bankers, down, up, towardZero
    }

    static func round(_ value: Double, places: Int64, _ mode: Mode) -> Double {
        let rule: FloatingPointRoundingRule =
            switch mode {
            case .nearest, .bankers: .toNearestOrEven
            case .down: .down
            case .up: .up
            case .towardZero: .towardZero
            }
        if places == 0 { return value.rounded(rule) }
        let scale = pow(10, Double(min(places.magnitude, 400)))
        let scaled = places > 0 ? value * scale : value / scale
        // Beyond 2^53 there is nothing behind the point, and scaling may overflow.
        guard scaled.isFinite, scale.isFinite else { return value }
        let rounded = scaled.rounded(rule)
        return places > 0 ? rounded / scale : rounded * scale
    }

    static func round(_ value: Int64, places: Int64, _ mode: Mode) -> Int64 {
        guard places < 0 else { return value }
        guard places > -19 else { return 0 }
        var scale: Int64 = 1
        for _ in 0..<(-places) { scale &*= 10 }
        let rest = value % scale
        let base = value - rest
        let step: Bool
        switch mode {
        case .towardZero: return base
        case .down: step = rest < 0
        case .up: step = rest > 0
        case .nearest: step = rest.magnitude * 2 >= UInt64(scale)
        case .bankers:
            let twice = rest.magnitude * 2
            step = twice > UInt64(scale) || (twice == UInt64(scale) && (base / scale) % 2 != 0)
        }
        guard step else { return base }
        let (result, overflow) = base.addingReportingOverflow(value < 0 ? -scale : scale)
        return overflow ? base : result
    }
}
