public import AirlockCore

extension Term {
    /// A JSON value: null, a truth value, a number, a string, or an array of them.
    ///
    /// An object, a string with NUL, a number beyond `Double` and more than 32 levels are faults.
    public static func value(_ value: JSONValue) -> Term {
        do throws(AirlockError) {
            return Term(try QueryExpression(json: value))
        } catch {
            return Term(fault: error)
        }
    }

    /// A point in time as the project's clock shows it: `toDateTime('2024-05-01 13:00:00.000000')`.
    ///
    /// A date that does not exist is a fault.
    public static func dateTime(
        year: Int, month: Int, day: Int, hour: Int = 0, minute: Int = 0, second: Int = 0, microsecond: Int = 0
    ) -> Term {
        do throws(AirlockError) {
            let text = try Literal.dateTimeText(
                year: year, month: month, day: day, hour: hour, minute: minute, second: second,
                microsecond: microsecond)
            return .call("toDateTime", .value(.string(text)))
        } catch {
            return Term(fault: error)
        }
    }

    /// A moment, whatever the project's time zone: `fromUnixTimestamp64Micro(1714568400000000)`.
    public static func moment(microsecondsSince1970 microseconds: Int64) -> Term {
        .call("fromUnixTimestamp64Micro", .value(.int(microseconds)))
    }

    /// A calendar day: `toDate('2024-05-01')`. A day that does not exist is a fault.
    public static func date(year: Int, month: Int, day: Int) -> Term {
        do throws(AirlockError) {
            return .call("toDate", .value(.string(try Literal.dateText(year: year, month: month, day: day))))
        } catch {
            return Term(fault: error)
        }
    }

    /// A span of time, as in `now() - .interval(7, .day)`.
    public static func interval(_ count: Int, _ unit: IntervalUnit) -> Term {
        Term(.interval(Term.value(.int(count)).expression, unit))
    }

    /// `(a, b)`
    public static func tuple(_ elements: [Term]) -> Term { Term(.tuple(elements.map(\.expression)), of: elements) }

    /// A query that gives one value, or a list for ``isIn(_:)``.
    public static func query(_ query: SelectBuilder) -> Term {
        var term = Term(.subquery(.select(query.query)))
        term.fault = query.fault
        return term
    }
}

extension Term: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral, ExpressibleByFloatLiteral,
    ExpressibleByBooleanLiteral, ExpressibleByArrayLiteral
{
    public init(stringLiteral value: String) { self = .value(.string(value)) }
    public init(integerLiteral value: Int) { self = .value(.int(value)) }
    public init(floatLiteral value: Double) { self = .value(.double(value)) }
    public init(booleanLiteral value: Bool) { self = .value(.bool(value)) }
    public init(arrayLiteral elements: Term...) { self.init(.array(elements.map(\.expression)), of: elements) }
}
