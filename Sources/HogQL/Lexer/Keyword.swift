/// The words with a meaning of their own. Nearly all of them are usable as names too.
enum Keyword: String, Sendable, CaseIterable {
    case all
    case and
    case anti
    case `any`
    case array
    case `as`
    case asc
    case ascending
    case asof
    case between
    case both
    case by
    case `case`
    case cast
    case `catch`
    case cohort
    case collate
    case columns
    case cross
    case cube
    case current
    case date
    case day
    case desc
    case descending
    case distinct
    case `else`
    case end
    case except
    case exclude
    case extract
    case fill
    case filter
    case final
    case finally
    case first
    case fn
    case following
    case `for`
    case from
    case full
    case fun
    case group
    case grouping
    case having
    case hour
    case id
    case `if`
    case ignore
    case ilike
    case `in`
    case include
    case inf
    case infinity
    case inner
    case interpolate
    case intersect
    case interval
    case `is`
    case join
    case key
    case lambda
    case last
    case leading
    case left
    case `let`
    case like
    case limit
    case local
    case materialized
    case minute
    case month
    case name
    case nan
    case natural
    case not
    case null
    case nulls
    case offset
    case on
    case or
    case order
    case outer
    case over
    case partition
    case pivot
    case positional
    case preceding
    case prewhere
    case qualify
    case quarter
    case range
    case recursive
    case replace
    case `return`
    case right
    case rollup
    case row
    case rows
    case sample
    case second
    case select
    case semi
    case sets
    case settings
    case step
    case substring
    case then
    case `throw`
    case ties
    case time
    case timestamp
    case to
    case top
    case totals
    case trailing
    case trim
    case truncate
    case `try`
    case tryCast = "try_cast"
    case unbounded
    case union
    case unpivot
    case using
    case values
    case week
    case when
    case `where`
    case `while`
    case window
    case with
    case within
    case year
    case yyyy
    case zone

    /// Words that are a name nowhere unless quoted.
    var isReserved: Bool {
        switch self {
        case .`catch`, .except, .finally, .fn, .fun, .inf, .infinity, .intersect, .`let`, .materialized, .nan, .null,
            .`throw`, .`try`, .`while`, .within:
            true
        default: false
        }
    }

    /// Words that may be a column's alias without AS.
    var isImplicitColumnAlias: Bool {
        switch self {
        case .asc, .ascending, .cohort, .date, .descending, .final, .id, .`return`, .top, .totals: true
        default: false
        }
    }

    /// Of those, the ones that read as a member behind `2.`, where PostHog has them so.
    var isTypeLikeAlias: Bool { isImplicitColumnAlias && ![.asc, .ascending, .descending].contains(self) }

    /// Words that may be a table's alias without AS.
    var isImplicitTableAlias: Bool {
        switch self {
        case .date, .first, .id, .key: true
        default: false
        }
    }

    /// Words that may follow `::`.
    var isCastType: Bool { intervalUnit != nil || [.date, .time, .timestamp, .interval].contains(self) }

    var intervalUnit: IntervalUnit? {
        switch self {
        case .second: .second
        case .minute: .minute
        case .hour: .hour
        case .day: .day
        case .week: .week
        case .month: .month
        case .quarter: .quarter
        case .year, .yyyy: .year
        default: nil
        }
    }

    /// Words that begin a clause, in the order in which clauses stand.
    static let clauses: [Keyword] = [
        .select, .from, .array, .prewhere, .`where`, .group, .having, .qualify, .window, .order, .limit, .offset,
    ]
}

extension Keyword {
    /// - Parameter word: ASCII letters and underscores, in any case.
    init?(_ word: ArraySlice<UInt8>) {
        guard word.count >= 2, word.count <= 12, let found = Self.table[Self.key(word)],
            zip(found.rawValue.utf8, word).allSatisfy({ $0 == $1 | 0x20 || ($0 == 0x5F && $1 == 0x5F) })
        else { return nil }
        self = found
    }

    private static let table: [UInt64: Keyword] = {
        var table: [UInt64: Keyword] = [:]
        for keyword in allCases { table[key(ArraySlice(keyword.rawValue.utf8))] = keyword }
        return table
    }()

    /// Distinct for all keywords: the first eight letters and the length; `init` compares the rest.
    private static func key(_ word: ArraySlice<UInt8>) -> UInt64 {
        var key: UInt64 = 0
        for byte in word.prefix(8) { key = key << 8 | UInt64(byte | 0x20) }
        return key &* 31 &+ UInt64(word.count)
    }
}
