internal import AirlockCore
internal import DriverKit

/// The parameters of a call as the guest may write them.
struct CallParams {
    var work: BrokerCall.Work
    var maxRows: Int?
    var maximumAge: Duration = .zero
    var layout = TableLayout.rows

    /// Ten thousand days, in seconds: beyond it an age has no meaning and arithmetic on it could overflow.
    static let longestAge = 864_000_000.0

    /// - Throws: `invalid_argument`, naming the parameter.
    init(method: String, params: JSONObject) throws(AirlockError) {
        switch method {
        case "list_objects":
            try CallParams.refuseUnknown(params, method: method, known: [])
            work = .listObjects
        case "get_fields":
            try CallParams.refuseUnknown(params, method: method, known: ["object"])
            work = .fields(of: try CallParams.text("object", in: params, method: method))
        case "query":
            try CallParams.refuseUnknown(
                params, method: method, known: ["query", "values", "max_rows", "max_age", "layout"])
            let values = params["values"] ?? .object(JSONObject())
            guard let values = values.objectValue else {
                throw CallParams.invalid("'values' of query has to be an object")
            }
            work = .query(try CallParams.text("query", in: params, method: method), values: values)
            layout = try CallParams.layout(params)
            try readBounds(params)
        default:
            var rest = params
            for key in ["max_rows", "max_age"] { rest[key] = nil }
            work = .other(method, params: rest)
            try readBounds(params)
        }
    }

    private mutating func readBounds(_ params: JSONObject) throws(AirlockError) {
        if let value = params["max_rows"], !value.isNull {
            guard let rows = value.intValue, rows >= 1 else {
                throw CallParams.invalid("'max_rows' has to be an integer of at least 1")
            }
            maxRows = rows
        }
        if let value = params["max_age"], !value.isNull {
            guard let seconds = value.doubleValue, (0...CallParams.longestAge).contains(seconds) else {
                throw CallParams.invalid("'max_age' has to be a number of seconds, from 0 to 864000000")
            }
            maximumAge = .seconds(seconds)
        }
    }

    private static func layout(_ params: JSONObject) throws(AirlockError) -> TableLayout {
        guard let value = params["layout"], !value.isNull else { return .rows }
        guard let layout = value.stringValue.flatMap(TableLayout.init(rawValue:)) else {
            let known = TableLayout.allCases.map(\.rawValue).joined(separator: " or ")
            throw invalid("'layout' of query has to be \(known)")
        }
        return layout
    }

    private static func text(_ name: String, in params: JSONObject, method: String) throws(AirlockError) -> String {
        guard let text = params[name]?.stringValue, !text.isEmpty else {
            throw invalid("\(method) needs '\(name)', a text that is not empty")
        }
        return text
    }

    private static func refuseUnknown(
        _ params: JSONObject, method: String, known: [String]
    ) throws(AirlockError) {
        guard let unknown = params.keys.first(where: { !known.contains($0) }) else { return }
        let shown = String(unknown.prefix(64))
        let nearest = nearestName(to: unknown, in: known).map { "; did you mean '\($0)'?" } ?? ""
        throw invalid("\(method) has no parameter '\(shown)'\(nearest)")
    }

    private static func invalid(_ message: String) -> AirlockError { AirlockError(.invalidArgument, message) }
}
