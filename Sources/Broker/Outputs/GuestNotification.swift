internal import AirlockCore

/// Why a notification is not taken: a sentence that holds none of the values sent.
struct InvalidNotification: Error, Equatable {
    var message: String

    init(_ message: String) { self.message = message }
}

/// A notification that was checked: types, sizes, names.
enum GuestNotification: Equatable {
    case progress(Progress)
    case log(LogLine.Level, String)
    case output(RunOutput)
    case result(JSONValue)
    case exception(ScriptException, claimsUpstream: Bool)

    static let methods = [
        "progress", "log", "table", "chart", "markdown", "artifact", "metric", "result", "exception",
    ]

    init(method: String, params: JSONObject) throws(InvalidNotification) {
        let fields = NotificationFields(method: method, params: params)
        switch method {
        case "progress": self = .progress(try Progress(fields))
        case "log":
            let level = try fields.name("level", LogLine.Level.self)
            self = .log(level, try fields.cutText("message", maxBytes: NotificationFields.maxMessageBytes))
        case "table": self = .output(.table(title: try fields.title(), try Table(fields)))
        case "chart": self = .output(.chart(try Chart(fields)))
        case "markdown": self = .output(.markdown(try fields.text("text", maxBytes: .max)))
        case "artifact": self = .output(.artifact(try Artifact(fields)))
        case "metric": self = .output(try GuestNotification.metric(fields))
        case "result":
            guard let value = params["value"] else { throw InvalidNotification("result needs 'value'") }
            self = .result(value)
        case "exception":
            self = .exception(try ScriptException(fields), claimsUpstream: params["upstream"]?.boolValue ?? false)
        default:
            let nearest = nearestName(to: method, in: GuestNotification.methods)
            throw InvalidNotification(
                "there is no notification '\(method)'" + (nearest.map { "; did you mean '\($0)'?" } ?? ""))
        }
    }

    private static func metric(_ fields: NotificationFields) throws(InvalidNotification) -> RunOutput {
        let name = try fields.text("name", maxBytes: NotificationFields.maxNameBytes)
        guard !name.isEmpty else { throw InvalidNotification("metric needs a 'name' that is not empty") }
        let unit = try fields.optionalText("unit", maxBytes: NotificationFields.maxNameBytes)
        switch fields.params["value"] ?? .null {
        case .array, .object: throw InvalidNotification("'value' of metric has to be a number, a text or null")
        case let value: return .metric(name: name, value: value, unit: unit)
        }
    }
}

extension Progress {
    fileprivate init(_ fields: NotificationFields) throws(InvalidNotification) {
        var fraction: Double?
        if let value = fields.params["fraction"], !value.isNull {
            guard let number = value.doubleValue, (0...1).contains(number) else {
                throw InvalidNotification("'fraction' of progress has to be a number from 0 to 1, or null")
            }
            fraction = number
        }
        let message = try fields.optionalCutText("message", maxBytes: NotificationFields.maxTitleBytes)
        self.init(fraction: fraction, message: message)
    }
}

extension ScriptException {
    fileprivate init(_ fields: NotificationFields) throws(InvalidNotification) {
        var line: Int?
        if let value = fields.params["line"], !value.isNull {
            guard let number = value.intValue, number >= 1 else {
                throw InvalidNotification("'line' of exception has to be an integer of at least 1, or null")
            }
            line = number
        }
        self.init(
            type: try fields.cutText("type", maxBytes: NotificationFields.maxNameBytes),
            message: try fields.cutText("message", maxBytes: NotificationFields.maxExceptionBytes), line: line)
    }
}
