internal import AirlockCore

/// Functions on arrays of numbers.
enum ArrayNumberFunctions {
    static let all: [String: FunctionBinding.Bind] = [
        "arraySum": fold, "arrayAvg": fold, "arrayProduct": fold, "arrayMin": extreme, "arrayMax": extreme,
        "arrayCumSum": cumulative, "arrayDifference": difference, "arrayCumSumNonNegative": cumulativeNonNegative,
        "arrayAUC": areaUnderCurve, "arrayROCAUC": areaUnderCurve,
    ]

    static func cumulativeNonNegative(_ values: [Value], _ type: ClickHouseType) throws -> Value {
        var sum = type.isFloat ? Value.double(0) : .int(0)
        return .array(
            try values.map { value in
                sum = try folded("arraySum", [sum, value], isFloat: type.isFloat)
                if (sum.doubleValue ?? 0) < 0 { sum = type.isFloat ? .double(0) : .int(0) }
                return sum
            })
    }

    private static let cumulativeNonNegative: FunctionBinding.Bind = { call throws(AirlockError) in
        try call.count(1)
        let element = try call.element(0)
        guard element.isNumeric, !element.isNullable else { throw call.fail("needs numbers, not \(call.type(0))") }
        let type = foldedType("arraySum", element)
        return call.call(.array(type)) { try cumulativeNonNegative($0[0].elements, type) }
    }

    /// Of scores and labels; pairs of one score count half.
    private static let areaUnderCurve: FunctionBinding.Bind = { call throws(AirlockError) in
        try call.count(2)
        let (score, label) = (try call.element(0), try call.element(1))
        guard score.isNumeric, label.isNumeric, !score.isNullable, !label.isNullable else {
            throw call.fail("needs arrays of scores and labels")
        }
        return call.call(.float, key: "arrayAUC", mayMakeNaN: true) { values in
            let scores = values[0].elements.map { $0.doubleValue ?? 0 }
            let labels = values[1].elements.map { ($0.doubleValue ?? 0) > 0 }
            guard scores.count == labels.count else { throw ExecutionFault("arrayAUC needs arrays of one length") }
            let order = scores.indices.sorted { scores[$0] > scores[$1] }
            var (area, positives, lastPositives, negatives, lastNegatives) = (0.0, 0.0, 0.0, 0.0, 0.0)
            var lastScore: Double?
            for index in order {
                if let lastScore, lastScore != scores[index] {
                    area += (negatives - lastNegatives) * (positives + lastPositives) / 2
                    (lastPositives, lastNegatives) = (positives, negatives)
                }
                lastScore = scores[index]
                if labels[index] { positives += 1 } else { negatives += 1 }
            }
            area += (negatives - lastNegatives) * (positives + lastPositives) / 2
            guard positives > 0, negatives > 0 else { return .double(area) }
            return .double(area / (positives * negatives))
        }
    }

    /// Sum, mean or product of numbers; NULLs are passed over.
    static func folded(_ name: String, _ values: [Value], isFloat: Bool) throws -> Value {
        if name == "arraySum", !isFloat {
            var sum: Int64 = 0
            for value in values {
                let (next, overflow) = sum.addingReportingOverflow(value.intValue ?? 0)
                guard !overflow else { throw ExecutionFault("an integer is out of range") }
                sum = next
            }
            return .int(sum)
        }
        let numbers = values.compactMap(\.doubleValue)
        switch name {
        case "arraySum": return .double(numbers.reduce(0, +))
        case "arrayAvg": return .double(numbers.reduce(0, +) / Double(numbers.count))
        default: return .double(numbers.reduce(1, *))
        }
    }

    static func foldedType(_ name: String, _ element: ClickHouseType) -> ClickHouseType {
        guard name == "arraySum", let shape = element.integerShape else { return .float }
        return shape.signed ? .int64 : .uint64
    }

    private static let fold: FunctionBinding.Bind = { call throws(AirlockError) in
        try call.count(1)
        let element = try call.element(0)
        guard element.isNumeric || element == .nothing else { throw call.fail("needs numbers, not \(call.type(0))") }
        let name = call.name
        return call.call(foldedType(name, element), mayMakeNaN: true) {
            try folded(name, $0[0].elements, isFloat: element.isFloat)
        }
    }

    private static let extreme: FunctionBinding.Bind = { call throws(AirlockError) in
        try call.count(1)
        let element = try call.element(0)
        let descending = call.name == "arrayMax"
        return call.call(element) { values in
            ArrayFunctions.sorted(values[0].elements, element, descending: descending).first ?? element.defaultValue
        }
    }

    private static let cumulative: FunctionBinding.Bind = { call throws(AirlockError) in
        try call.count(1)
        let element = try call.element(0)
        guard element.isNumeric else { throw call.fail("needs numbers, not \(call.type(0))") }
        let type = foldedType("arraySum", element)
        return call.call(.array(type)) { values in
            var result: [Value] = []
            var sum = type.isFloat ? Value.double(0) : .int(0)
            for value in values[0].elements {
                sum = try folded("arraySum", [sum, value], isFloat: type.isFloat)
                result.append(sum)
            }
            return .array(result)
        }
    }

    private static let difference: FunctionBinding.Bind = { call throws(AirlockError) in
        try call.count(1)
        let element = try call.element(0)
        guard element.isNumeric else { throw call.fail("needs numbers, not \(call.type(0))") }
        let type = ClickHouseType.arithmetic("-", element.inner, element.inner)
        return call.call(.array(type)) { values in
            let elements = values[0].elements
            return .array(
                elements.indices.map { index in
                    if index == 0 { return type.isFloat ? .double(0) : .int(0) }
                    let before = elements[index - 1]
                    if case .int(let a) = elements[index], case .int(let b) = before { return .int(a &- b) }
                    return .double((elements[index].doubleValue ?? .nan) - (before.doubleValue ?? .nan))
                })
        }
    }
}
