internal import AirlockCore

/// An expression on its way into a query that a program builds: a field, a value, or what is made of them.
///
/// Text never becomes part of a query as text: a name is quoted and a value encoded when the query is printed. A string,
/// number, truth value or array written in Swift is a **value**; a column is always ``field(_:)``.
///
///     let recent = Term.field("timestamp") >= .dateTime(year: 2024, month: 5, day: 1)
///     let signups = recent && .field("event") == "signup" && .field("properties").property("plan").isNotNull
///
/// What cannot stand in a query (a name with `%`, a string with NUL, an object as a value) is kept as the term's fault
/// and thrown when the query is made, so that building reads without `try`.
public struct Term: Sendable {
    var expression: QueryExpression
    /// The first thing that was wrong.
    var fault: AirlockError?

    init(_ kind: QueryExpression.Kind, of parts: [Term] = []) {
        expression = QueryExpression(kind)
        fault = parts.lazy.compactMap(\.fault).first
    }

    init(fault: AirlockError) {
        expression = QueryExpression(.constant(.null))
        self.fault = fault
    }

    /// A tree that was made elsewhere, as by ``parseExpression(_:)``.
    public init(_ expression: QueryExpression) { self.expression = expression }

    // MARK: Names

    /// A column, with the table or the fields it is reached through: `.field("e", "person", "created_at")`.
    public static func field(_ path: String...) -> Term {
        if path.isEmpty { return Term(fault: AirlockError(.invalidQuery, "a field has no name")) }
        return named(path) { Term(.field($0)) }
    }

    /// A property of a column of properties, by any name: `properties['any name']`.
    public func property(_ name: String) -> Term {
        let key = Term.value(.string(name))
        return Term(.arrayAccess(expression, key.expression, nullSafe: false), of: [self, key])
    }

    /// `*`
    public static var all: Term { Term(.columns(ColumnSelection(.all(of: [])))) }

    /// `{name}`: a value that is bound when the query runs.
    public static func placeholder(_ name: String) -> Term {
        named([name]) { Term(.placeholder(QueryExpression(.field($0)))) }
    }

    /// A function: `.call("uniq", .field("person_id"))`.
    public static func call(_ function: String, _ arguments: Term...) -> Term {
        named([function]) { name in
            Term(.call(FunctionCall(name: name[0], arguments: arguments.map(\.expression))), of: arguments)
        }
    }

    /// A function with parameters: `.call("quantile", parameters: [0.9], .field("duration"))`.
    public static func call(_ function: String, parameters: [Term], _ arguments: Term...) -> Term {
        named([function]) { name in
            let call = FunctionCall(
                name: name[0], parameters: parameters.map(\.expression), arguments: arguments.map(\.expression))
            return Term(.call(call), of: parameters + arguments)
        }
    }

    /// `count()`
    public static var count: Term { .call("count") }

    /// The term under another name.
    public func named(_ alias: String) -> Term {
        Term.named([alias]) { Term(.alias(expression, $0[0]), of: [self]) }
    }

    static func named(_ names: [String], _ make: ([Identifier]) -> Term) -> Term {
        do throws(AirlockError) {
            return make(try Literal.checked(names))
        } catch {
            return Term(fault: error)
        }
    }
}
