extension Parser {
    /// How many readings of a query are tried after the first one failed.
    static let maxFurtherReadings = 24
    /// How many keywords before the place of a failure are doubted.
    static let maxDoubts = 6

    /// Reads a text; when that fails, reads it again with one keyword after another taken for a name.
    ///
    /// Nearly all keywords are names in HogQL too, and PostHog's parser takes whichever reading fits the whole query:
    /// `SELECT a, order % b` has a column called `order`, `a, order BY b` has not. The first reading takes every keyword
    /// that may be one for a keyword. When it fails, the nearest keywords before that place become names, one at a
    /// time; one that lets the parser come further stays a name, and the search goes on from there. The number of
    /// readings is bounded, so the time stays linear. What fails in all readings is reported as the first one failed.
    static func reading<Result>(
        _ text: String, _ read: (inout Parser) throws(SyntaxFailure) -> Result
    ) throws(SyntaxFailure) -> Result {
        var parser = try Parser(text)
        return try parser.reading(read)
    }

    mutating func reading<Result>(
        _ read: (inout Parser) throws(SyntaxFailure) -> Result
    ) throws(SyntaxFailure) -> Result {
        let firstFailure: SyntaxFailure
        do throws(SyntaxFailure) {
            return try read(&self)
        } catch {
            guard !error.isUnsupported, !error.isFinal else { throw error }
            firstFailure = error
        }
        var names: [Int] = []
        var reached = index
        var left = Self.maxFurtherReadings
        search: while left > 0 {
            for doubt in doubts(before: reached, besides: names) {
                guard left > 0 else { break search }
                left -= 1
                startAgain(with: names + [doubt])
                do throws(SyntaxFailure) {
                    return try read(&self)
                } catch {
                    guard index > reached else { continue }
                    guard !error.isFinal, !error.isUnsupported else { throw error }
                    reached = index
                    names.append(doubt)
                    continue search
                }
            }
            break
        }
        throw firstFailure
    }

    /// The keywords up to `place` that may be names instead, nearest first.
    private func doubts(before place: Int, besides names: [Int]) -> [Int] {
        var found: [Int] = []
        var at = min(place, lexer.tokens.count - 1)
        let first = max(0, at - 32)
        while at >= first, found.count < Self.maxDoubts {
            if let keyword = lexer.tokens[at].writtenKeyword, !keyword.isReserved, !names.contains(at) {
                found.append(at)
            }
            at -= 1
        }
        for at in doubtful.reversed().prefix(Self.maxDoubts) where !found.contains(at) && !names.contains(at) {
            found.append(at)
        }
        return found
    }

    private mutating func startAgain(with names: [Int]) {
        let steps = steps
        var lexer = lexer
        for at in forcedNames { lexer.tokens[at].keyword = lexer.tokens[at].writtenKeyword }
        for at in names { lexer.tokens[at].keyword = nil }
        self = Parser(lexer, forcedNames: names, steps: steps)
    }
}
