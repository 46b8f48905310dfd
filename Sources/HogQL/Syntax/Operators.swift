/// `*`, `/`, `%`, `+`, `-`.
public enum ArithmeticOperator: String, Sendable, Hashable, CaseIterable {
    case multiply = "*"
    case divide = "/"
    case modulo = "%"
    case add = "+"
    case subtract = "-"
}

/// Comparisons; the raw value is how the printer writes them.
public enum ComparisonOperator: String, Sendable, Hashable, CaseIterable {
    /// `=` and `==`
    case equal = "="
    /// `!=` and `<>`
    case notEqual = "!="
    case less = "<"
    case lessOrEqual = "<="
    case greater = ">"
    case greaterOrEqual = ">="
    case like = "LIKE"
    case notLike = "NOT LIKE"
    case ilike = "ILIKE"
    case notIlike = "NOT ILIKE"
    case isIn = "IN"
    case notIn = "NOT IN"
    case inCohort = "IN COHORT"
    case notInCohort = "NOT IN COHORT"
    /// `~` and `=~`
    case matches = "~"
    case notMatches = "!~"
    /// `~*` and `=~*`: without regard to case.
    case matchesIgnoringCase = "~*"
    case notMatchesIgnoringCase = "!~*"
}

/// The units of `INTERVAL`.
public enum IntervalUnit: String, Sendable, Hashable, CaseIterable {
    case second, minute, hour, day, week, month, quarter, year

    /// The function the interval stands for: `toIntervalDay`.
    public var function: String {
        switch self {
        case .second: "toIntervalSecond"
        case .minute: "toIntervalMinute"
        case .hour: "toIntervalHour"
        case .day: "toIntervalDay"
        case .week: "toIntervalWeek"
        case .month: "toIntervalMonth"
        case .quarter: "toIntervalQuarter"
        case .year: "toIntervalYear"
        }
    }
}

/// `UNION ALL` and its kin.
public enum SetOperator: String, Sendable, Hashable, CaseIterable {
    case unionAll = "UNION ALL"
    case unionDistinct = "UNION DISTINCT"
    case intersect = "INTERSECT"
    case intersectAll = "INTERSECT ALL"
    case intersectDistinct = "INTERSECT DISTINCT"
    case except = "EXCEPT"
    case exceptAll = "EXCEPT ALL"
}
