/// The candidate that a mistyped name most likely meant.
///
/// The distance is optimal string alignment (Damerau–Levenshtein without overlapping edits), case folded; a candidate
/// farther than a third of the name's length, at least one edit, is not offered. A name of more than 64 characters has
/// none, and of very many candidates the first 1,000 are looked at: names come from hostile texts.
///
/// - Returns: the nearest candidate, the alphabetically first of equally near ones; `nil` when none is near.
public func nearestName(to name: String, in candidates: some Sequence<String>) -> String? {
    guard name.utf8.count <= 256 else { return nil }
    let wanted = Array(name.lowercased().unicodeScalars)
    guard wanted.count <= 64 else { return nil }
    let limit = max(1, wanted.count / 3)
    var best: (distance: Int, name: String)?
    for candidate in candidates.prefix(1000) where candidate.utf8.count <= 512 {
        let scalars = Array(candidate.lowercased().unicodeScalars)
        guard abs(scalars.count - wanted.count) <= limit else { continue }
        guard let distance = alignmentDistance(wanted, scalars, limit: limit) else { continue }
        if let best, (best.distance, best.name) <= (distance, candidate) { continue }
        best = (distance, candidate)
    }
    return best?.name
}

/// - Returns: `nil` when it is more than `limit`.
private func alignmentDistance(_ left: [Unicode.Scalar], _ right: [Unicode.Scalar], limit: Int) -> Int? {
    var beforeLast = [Int](repeating: 0, count: right.count + 1)
    var last = Array(0...right.count)
    for row in 0..<left.count {
        var current = [row + 1] + [Int](repeating: 0, count: right.count)
        for column in 0..<right.count {
            let substitution = last[column] + (left[row] == right[column] ? 0 : 1)
            current[column + 1] = min(substitution, last[column + 1] + 1, current[column] + 1)
            let swapped =
                row > 0 && column > 0 && left[row] == right[column - 1] && left[row - 1] == right[column]
            if swapped { current[column + 1] = min(current[column + 1], beforeLast[column - 1] + 1) }
        }
        // A later row can be reached from the last two only, and costs no less than they do.
        if min(last.min() ?? 0, current.min() ?? 0) > limit { return nil }
        (beforeLast, last) = (last, current)
    }
    return last[right.count] <= limit ? last[right.count] : nil
}
