import AirlockCore
import HogQL

/// A tree in the words of PostHog's parser, as `record.py` describes the form.
indirect enum NormalForm {
    case node(String, [String: NormalForm?])
    case list([NormalForm])
    case string(String)
    /// As it stands: a number, `true`, `null`.
    case word(String)

    var text: String {
        switch self {
        case .node(let name, let fields):
            let written = fields.compactMap { field in field.value.map { (field.key, $0) } }.sorted { $0.0 < $1.0 }
            return "\(name)(\(written.map { "\($0)=\($1.text)" }.joined(separator: ", ")))"
        case .list(let elements): return "[\(elements.map(\.text).joined(separator: ", "))]"
        case .string(let value): return JSONValue.string(value).json
        case .word(let word): return word
        }
    }

    /// `true`, or nothing: what is false is left out.
    static func flag(_ isSet: Bool) -> NormalForm? { isSet ? .word("true") : nil }

    static func field(_ names: [String]) -> NormalForm {
        .word("Field(\(names.map { JSONValue.string($0).json }.joined(separator: ".")))")
    }

    static func call(_ name: String, _ arguments: [NormalForm]) -> NormalForm {
        .node("Call", ["name": .string(name), "args": .list(arguments)])
    }

    static func listed(_ expressions: [QueryExpression]) -> NormalForm { .list(expressions.map(NormalForm.init)) }

    /// Nothing for an empty list.
    static func some(_ expressions: [QueryExpression]) -> NormalForm? {
        expressions.isEmpty ? nil : listed(expressions)
    }

    static func number(_ number: JSONNumber) -> NormalForm {
        if let whole = number.int64, abs(whole) < 1_000_000_000_000_000 || number.isWrittenAsInteger {
            return .word(String(whole))
        }
        return .word(number.isWrittenAsInteger ? number.text : number.double.map { "\($0)" } ?? number.text)
    }
}
