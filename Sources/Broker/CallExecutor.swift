internal import AirlockCore
internal import DriverKit

/// What a driver gave for a call, after the permissions were decided on the parsed query.
enum CallOutcome: Sendable {
    case table(QueryReply)
    case value(JSONValue)
}

/// Runs one call against the driver.
struct CallExecutor: Sendable {
    let driver: any DataDriver
    let grants: Grants

    func run(_ call: BrokerCall) async throws(AirlockError) -> CallOutcome {
        switch call.work {
        case .listObjects:
            return .value(.array(try await driver.listObjects().map(\.jsonValue)))
        case .fields(let object):
            let fields = try await driver.fields(of: object).map { field in
                var field = field
                if !grants.admits(field: field.name, of: object) { field.example = nil }
                return field.jsonValue
            }
            return .value(.array(fields))
        case .query(let text, let values):
            let prepared = try await driver.prepare(text, values: values)
            try grants.check(prepared.analysis)
            return .table(try await prepared.run(call.options))
        case .other(let method, let params):
            return .value(try await driver.call(method, params: params, options: call.options))
        }
    }
}

extension DataObject {
    fileprivate var jsonValue: JSONValue {
        [
            "name": .string(name), "description": .string(description), "available": .bool(available),
            "queryable": .bool(queryable),
        ]
    }
}

extension DataField {
    fileprivate var jsonValue: JSONValue {
        var object: JSONObject = [
            "name": .string(name), "type": .string(type), "description": .string(description),
        ]
        if let example { object["example"] = example }
        return .object(object)
    }
}
