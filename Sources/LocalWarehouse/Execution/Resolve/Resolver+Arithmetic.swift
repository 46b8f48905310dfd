internal import AirlockCore
internal import HogQL

extension Resolver {
    func arithmetic(
        _ symbol: ArithmeticOperator, _ left: Node, _ right: Node, _ range: SourceRange
    ) throws(AirlockError) -> Node {
        if let moved = try moved(symbol, left, right, range) { return moved }
        if left.type.isWide || right.type.isWide {
            return try WideIntegers.arithmetic(symbol, left, right, self, range)
        }
        guard left.type.isNumeric || left.type.isNull, right.type.isNumeric || right.type.isNull else {
            let wrong = left.type.isNumeric ? right : left
            throw invalid(
                "'\(symbol.rawValue)' needs numbers, not \(typeName(wrong.type))", range,
                hint: wrong.type.isString
                    ? "Convert it: toFloat(x). A property counts once it is defined as Numeric." : nil)
        }
        if left.type.isNull || right.type.isNull { return .null }
        switch symbol {
        case .divide: return try bind("divide", [left, right], range)
        case .modulo: return try bind("modulo", [left, right], range)
        case .add: return Self.number("+", left, right)
        case .subtract: return Self.number("-", left, right)
        case .multiply: return Self.number("*", left, right)
        }
    }

    static func number(_ symbol: Character, _ left: Node, _ right: Node) -> Node {
        let type = ClickHouseType.arithmetic(symbol, left.type, right.type)
        let isFloat = type.isFloat
        let call = ScalarCall(String(symbol), sql: { "(\($0[0]) \(symbol) \($0[1]))" }) { values in
            if isFloat {
                let (a, b) = (values[0].doubleValue ?? .nan, values[1].doubleValue ?? .nan)
                return .double(symbol == "+" ? a + b : symbol == "-" ? a - b : a * b)
            }
            let (a, b) = (values[0].intValue ?? 0, values[1].intValue ?? 0)
            let (result, overflow) =
                symbol == "+"
                ? a.addingReportingOverflow(b)
                : symbol == "-" ? a.subtractingReportingOverflow(b) : a.multipliedReportingOverflow(by: b)
            guard !overflow else { throw ExecutionFault("an integer is out of range") }
            return .int(result)
        }
        return .call(call, type, [left, right])
    }

    /// Dates and times with intervals and numbers; `nil` when neither side is one.
    private func moved(
        _ symbol: ArithmeticOperator, _ left: Node, _ right: Node, _ range: SourceRange
    ) throws(AirlockError) -> Node? {
        guard symbol == .add || symbol == .subtract else { return nil }
        if symbol == .add, right.type.isDateOrTime, !left.type.isDateOrTime {
            return try moved(symbol, right, left, range)
        }
        guard left.type.isDateOrTime else { return nil }
        let sign: Int64 = symbol == .add ? 1 : -1
        if case .interval(let kind) = right.type.inner {
            return DateShiftFunctions.adding(kind, left, right, sign: sign, calendar)
        }
        if right.type.isInteger {
            // A day for a Date, a second for a DateTime.
            return DateShiftFunctions.adding(
                left.type.inner == .date ? .day : .second, left, right, sign: sign, calendar)
        }
        guard symbol == .subtract, right.type.isDateOrTime else { return nil }
        guard left.type.inner == right.type.inner || (left.type.isTime && right.type.isTime) else {
            throw unsupported(
                "subtracting \(typeName(right.type)) from \(typeName(left.type))", range, hint: "Use dateDiff.")
        }
        if left.type.inner == .date {
            return Self.difference(left, right, .int32)
        }
        guard case .dateTime = left.type.inner, case .dateTime = right.type.inner else {
            throw unsupported(
                "the Decimal that subtracting such times gives", range, hint: "Use dateDiff('second', a, b).")
        }
        return Self.difference(left, right, .int32, divisor: ProjectCalendar.second)
    }

    private static func difference(
        _ left: Node, _ right: Node, _ type: ClickHouseType, divisor: Int64 = 1
    ) -> Node {
        let call = ScalarCall("difference \(divisor)", sql: { "((\($0[0]) - \($0[1])) / \(divisor))" }) { values in
            .int(((values[0].intValue ?? 0) &- (values[1].intValue ?? 0)) / divisor)
        }
        return .call(call, type.nullable(if: left.isNullable || right.isNullable), [left, right])
    }
}
