internal import AirlockCore
internal import Logging

/// One event, ready to be written.
struct LogLine {
    var time: String
    var level: String
    var logger: String
    var message: String
    var fields: Logger.Metadata

    var json: [UInt8] {
        var object: JSONObject = [
            "time": .string(time), "level": .string(level), "logger": .string(clean(logger)),
            "message": .string(clean(message)),
        ]
        var size = JSONValue.object(object).jsonBytes.count
        for (name, value) in fields.sorted(by: { $0.key < $1.key }) {
            let field = Self.fieldName(name)
            let json = Self.value(value, of: name, depth: 0)
            size += JSONValue.object([field: json]).jsonBytes.count
            guard size <= LineLogHandler.maxLineBytes - 16 else {
                object["cut"] = true
                break
            }
            object[field] = json
        }
        return JSONValue.object(object).jsonBytes + [0x0A]
    }

    var text: [UInt8] {
        var line = "\(time) \(level) \(clean(logger)): \(clean(message))"
        for (name, value) in fields.sorted(by: { $0.key < $1.key }) {
            let json = Self.value(value, of: name, depth: 0)
            let shown: String
            // Quotes are for what would not be read back as one word.
            if let text = json.stringValue, !text.isEmpty,
                text.utf8.allSatisfy({ $0 > 0x20 && $0 != 0x22 && $0 != 0x7F })
            {
                shown = text
            } else {
                shown = json.json
            }
            let field = " \(Self.fieldName(name))=\(shown)"
            guard line.utf8.count + field.utf8.count <= LineLogHandler.maxLineBytes - 16 else {
                line += " cut=true"
                break
            }
            line += field
        }
        return Array(Self.oneLine(line).utf8) + [0x0A]
    }

    /// Control characters as `\u{1B}`: a message of several lines stays one line, and no terminal acts on it.
    private static func oneLine(_ line: String) -> String {
        line.unicodeScalars.reduce(into: "") { clean, scalar in
            if scalar.value < 0x20 || scalar.value == 0x7F {
                clean += "\\u{\(String(scalar.value, radix: 16, uppercase: true))}"
            } else {
                clean.unicodeScalars.append(scalar)
            }
        }
    }

    /// Four names are taken.
    private static func fieldName(_ name: String) -> String {
        let clean = LogText.clean(name, maxBytes: 128)
        return ["time", "level", "logger", "message", "cut"].contains(clean) ? clean + "_" : clean
    }

    private static func value(_ value: Logger.Metadata.Value, of name: String, depth: Int) -> JSONValue {
        if SecretNames.contains(name) { return "…" }
        switch value {
        case .string(let text): return .string(clean(text))
        case .stringConvertible(let value): return plain(value)
        case .array(let values):
            guard depth < LineLogHandler.maxDepth else { return "…" }
            return .array(values.prefix(64).map { Self.value($0, of: name, depth: depth + 1) })
        case .dictionary(let values):
            guard depth < LineLogHandler.maxDepth else { return "…" }
            let sorted = values.sorted { $0.key < $1.key }.prefix(64)
            return .object(
                JSONObject(
                    sorted.map {
                        (LogText.clean($0.key, maxBytes: 128), Self.value($0.value, of: $0.key, depth: depth + 1))
                    }))
        }
    }

    private static func plain(_ value: any CustomStringConvertible & Sendable) -> JSONValue {
        switch value {
        case let number as any BinaryInteger: .int(number)
        case let number as Double: .double(number)
        case let flag as Bool: .bool(flag)
        case let time as Duration: .double((time.inMilliseconds * 1000).rounded() / 1000)
        default: .string(clean(value.description))
        }
    }
}

private func clean(_ text: String) -> String { LogText.clean(text, maxBytes: LineLogHandler.maxValueBytes) }
