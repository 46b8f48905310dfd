import AirlockCore
import Templating

/// One line of a batch: a run to be made.
struct BatchEntry: Sendable {
    enum Script: Sendable, Hashable {
        /// A name in the catalogue, or a path.
        case template(String)
        /// The path of a script that need not be a template.
        case script(String)
    }

    static let members = ["id", "template", "script", "vars", "limits"]
    /// An id is a name for people and programs to find a result by, not a place for data.
    static let maxIDBytes = 256

    /// From 1.
    var line: Int
    /// A text or a whole number.
    var id: JSONValue
    var script: Script
    var values: JSONObject
    var limits: TemplateLimits
}

/// Why lines are no runs that can be made.
struct BatchFault: Error {
    var problems: [Problem]
}

extension BatchEntry {
    /// - Parameter limits: the caller's, which the line's own take the place of.
    /// - Throws: all that is wrong with the line.
    init(_ bytes: [UInt8], line: Int, over limits: TemplateLimits) throws(BatchFault) {
        var reading = BatchLineReading(line: line)
        let object = try reading.object(bytes)
        let id = reading.id(object)
        let script = reading.script(object)
        let values = reading.object(object["vars"], "vars")
        let own = reading.limits(object["limits"], over: limits)
        reading.refuseUnknown(object)
        guard reading.problems.isEmpty, let id, let script else { throw BatchFault(problems: reading.problems) }
        self.init(line: line, id: id, script: script, values: values, limits: own)
    }
}

/// Takes one line apart and collects what is wrong with it.
private struct BatchLineReading {
    let line: Int
    var problems: [Problem] = []

    mutating func refuse(_ code: String, _ message: String, _ pointer: String = "", suggested: JSONValue? = nil) {
        problems.append(Problem(code, message, pointer: pointer, suggested: suggested, line: line))
    }

    func object(_ bytes: [UInt8]) throws(BatchFault) -> JSONObject {
        let problem: Problem
        do throws(JSONSyntaxError) {
            let value = try JSONValue(json: bytes, maxDepth: 64)
            if let object = value.objectValue { return object }
            problem = Problem("type", "a run is a JSON object, and this is of type \(value.typeName)", line: line)
        } catch {
            problem = Problem("json", "not JSON: \(error.reason)", line: line, column: error.column)
        }
        throw BatchFault(problems: [problem])
    }

    mutating func id(_ object: JSONObject) -> JSONValue? {
        switch object["id"] {
        case nil: refuse("missing", "a run needs an \"id\" of its own, by which its result is found", "/id")
        case .string(let text)? where !text.isEmpty && text.utf8.count <= BatchEntry.maxIDBytes: return .string(text)
        case .number(let number)? where number.int != nil: return .int(number.int ?? 0)
        default: refuse("type", "an id is a text of 1 to \(BatchEntry.maxIDBytes) bytes or a whole number", "/id")
        }
        return nil
    }

    mutating func script(_ object: JSONObject) -> BatchEntry.Script? {
        switch (object["template"], object["script"]) {
        case (.string(let name)?, nil) where !name.isEmpty: return .template(name)
        case (nil, .string("-")?):
            refuse("standard_input", "a script of a batch is a file; '-' is none", "/script")
        case (nil, .string(let path)?) where !path.isEmpty: return .script(path)
        case (nil, nil):
            refuse("missing", "a run needs a \"template\" (a name or path) or a \"script\" (a path)")
        case (_?, _?): refuse("both", "a run has either a \"template\" or a \"script\"")
        case (let template, _): refuse("type", "must be a text", template == nil ? "/script" : "/template")
        }
        return nil
    }

    mutating func object(_ value: JSONValue?, _ name: String) -> JSONObject {
        guard let value else { return [:] }
        if let object = value.objectValue { return object }
        refuse("type", "must be an object", "/" + name)
        return [:]
    }

    mutating func limits(_ value: JSONValue?, over base: TemplateLimits) -> TemplateLimits {
        var limits = base
        for (name, value) in object(value, "limits") {
            guard let text = value.stringValue ?? value.numberValue?.text else {
                refuse("type", "the limit '\(name)' is a text such as \"30s\" or a number", "/limits")
                continue
            }
            do throws(AirlockError) { try limits.set(name, toText: text) } catch {
                refuse("limit", error.message, "/limits")
            }
        }
        return limits
    }

    mutating func refuseUnknown(_ object: JSONObject) {
        for name in object.keys where !BatchEntry.members.contains(name) {
            guard problems.count <= AirlockError.maxProblems else { return }
            let nearest = nearestName(to: name, in: BatchEntry.members)
            refuse(
                "unknown_member",
                "a run has no member '\(name)'"
                    + (nearest.map { "; the nearest is '\($0)'" }
                        ?? "; it has \(BatchEntry.members.joined(separator: ", "))"),
                suggested: nearest.map(JSONValue.string))
        }
    }
}
