extension LinearRegex {
    /// Where a pattern matched.
    public struct Match: Sendable, Hashable {
        /// Byte offsets into the UTF-8 text: first the whole match, then each group; `nil` for a group that took no
        /// part.
        public let ranges: [Range<Int>?]

        /// The whole match.
        public let range: Range<Int>

        /// Group `index`, from 1; 0 is the whole match; `nil` where there is none.
        public subscript(_ index: Int) -> Range<Int>? { ranges.indices.contains(index) ? ranges[index] : nil }

        init?(slots: [Int]) {
            guard slots.count >= 2, slots[0] >= 0, slots[0] <= slots[1] else { return nil }
            range = slots[0]..<slots[1]
            ranges = stride(from: 0, to: slots.count - 1, by: 2).map { index in
                let (low, high) = (slots[index], slots[index + 1])
                return low >= 0 && low <= high ? low..<high : nil
            }
        }

        init(range: Range<Int>) {
            self.range = range
            ranges = [range]
        }
    }

    /// The leftmost match; among those that begin at one place the one that alternation order and greediness prefer,
    /// as in Perl.
    public func firstMatch(in text: String) -> Match? {
        var text = text
        return text.withUTF8 { firstMatch(utf8: $0) }
    }

    /// The leftmost match in UTF-8 text that begins at `offset` bytes or later; `^` and `\b` still see what is before.
    public func firstMatch(utf8: UnsafeBufferPointer<UInt8>, from offset: Int = 0) -> Match? {
        guard offset >= 0, offset <= utf8.count else { return nil }
        let text = UTF8Text(bytes: utf8)
        if let literal { return literal.first(in: text, from: offset).map(Match.init(range:)) }
        return program.withMachine(over: text) { machine in
            machine.firstMatch(from: offset).flatMap(Match.init(slots:))
        }
    }

    /// All matches in order, none overlapping another; after an empty match the search goes on one character later,
    /// and an empty match does not directly follow another match.
    ///
    /// Each search is linear, but a pattern that must read to the end of the text for each short match makes the whole
    /// of them quadratic, as with any engine; `limit` bounds their number.
    public func matches(utf8: UnsafeBufferPointer<UInt8>, limit: Int = .max) -> [Match] {
        var found: [Match] = []
        var (place, lastEnd) = (0, -1)
        while found.count < limit, let match = firstMatch(utf8: utf8, from: place) {
            if !match.range.isEmpty || match.range.lowerBound != lastEnd {
                found.append(match)
                lastEnd = match.range.upperBound
            }
            place = match.range.upperBound
            if match.range.isEmpty {
                guard place < utf8.count else { break }
                place += UTF8Text(bytes: utf8).scalar(at: place).width
            }
        }
        return found
    }

    public func matches(in text: String, limit: Int = .max) -> [Match] {
        var text = text
        return text.withUTF8 { matches(utf8: $0, limit: limit) }
    }
}
