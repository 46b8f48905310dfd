@testable import LinearRegex

/// Patterns: a byte for the dialect, the pattern, a zero byte, the text. All ways of asking agree, and no text takes more
/// steps than its length times that of the program.
enum PatternFuzz: FuzzTarget {
    static let name = "pattern"

    static func check(_ bytes: [UInt8]) throws(Complaint) {
        let parts = parts(of: bytes, atMost: 2)
        guard let first = parts.first?.first else { return }
        let dialects = LinearRegex.Dialect.allCases
        let pattern = String(decoding: parts[0].dropFirst(), as: UTF8.self)
        let regex: LinearRegex
        do throws(PatternError) {
            regex = try LinearRegex(pattern, dialect: dialects[Int(first) % dialects.count])
        } catch {
            try hold((0...pattern.unicodeScalars.count).contains(error.offset), "offset \(error.offset)")
            return try hold(
                (1...300).contains(error.reason.utf8.count), "a reason of \(error.reason.utf8.count) bytes")
        }
        // The last instruction is the match itself.
        try hold(regex.program.instructions.count <= Program.maxInstructions + 1, "too large a program")
        let text = parts.count > 1 ? Array(parts[1]) : []
        // For each character, each instruction is reached once and looked at once.
        let steps = (text.count + 2) * (2 * regex.program.instructions.count + 2) + (regex.literal?.bytes.count ?? 0)
        try text.withUnsafeBufferPointer { (buffer) throws(Complaint) in
            var left = steps
            let found = regex.contains(utf8: buffer, stepsLeft: &left)
            try hold(found != nil && left >= 0, "more than \(steps) steps")
            try hold(regex.contains(utf8: buffer) == found, "a budget changes the answer")
            var one = 1
            let hasty = regex.contains(utf8: buffer, stepsLeft: &one)
            try hold(hasty == nil || hasty == found, "a small budget changes the answer")
            let first = regex.firstMatch(utf8: buffer)
            try hold((first != nil) == found, "contains says \(found == true), firstMatch the opposite")
            var end = 0
            let all = regex.matches(utf8: buffer, limit: 50)
            try hold(all.first == first, "the first of all matches is not the first match")
            for match in all {
                try hold(match.range.lowerBound >= end && match.range.upperBound <= text.count, "a match out of place")
                try hold(match.ranges.count == regex.captureCount + 1 || regex.literal != nil, "a group is missing")
                end = match.range.upperBound
                for group in match.ranges.compactMap({ $0 }) {
                    try hold(group.clamped(to: match.range) == group, "a group outside of its match")
                }
            }
        }
    }
}
