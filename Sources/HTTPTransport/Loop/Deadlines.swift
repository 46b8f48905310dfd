/// A transfer's deadlines on the monotonic clock; `.max` where none is running.
struct Deadlines {
    var total = UInt64.max
    var firstByte = UInt64.max

    var next: UInt64 { min(total, firstByte) }

    /// What has passed. The first byte's comes before the total, as the narrower of the two.
    func passed(at now: UInt64) -> HTTPError.Phase? {
        if firstByte <= now { return .firstByte }
        return total <= now ? .total : nil
    }
}
