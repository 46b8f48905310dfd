public import AirlockCore

/// An expression with its place in the text.
public struct QueryExpression: Sendable, Hashable {
    public var kind: Kind
    public var range: SourceRange

    public init(_ kind: Kind, range: SourceRange = .none) {
        self.kind = kind
        self.range = range
    }

    /// What an expression is. Each case keeps the form that was written (`a ?? b` is not yet `ifNull(a, b)`), so that
    /// printing gives back what was read.
    public indirect enum Kind: Sendable, Hashable {
        case constant(Constant)
        /// A path of at least one name: `event`, `e.properties.$browser`. Names reached by `['…']`, by a number or by
        /// `?.` are ``arrayAccess``, ``tupleAccess`` and ``member`` nodes around it; see ``QueryExpression/path``.
        case field([Identifier])
        /// `*`, `t.*`, `* EXCLUDE (…)`, `COLUMNS('…')`, `COLUMNS(a, b)`.
        case columns(ColumnSelection)
        /// `#1`: the first column of the select list.
        case positional(Int)
        case call(FunctionCall)
        case window(WindowCall)
        /// A call of a value: `(x -> x + 1)(2)`, `f(a)(b)(c)`.
        case callValue(QueryExpression, [QueryExpression])
        case alias(QueryExpression, Identifier)
        /// `-x` of anything but a number; HogQL reads it as `0 - x`.
        case negate(QueryExpression)
        case arithmetic(ArithmeticOperator, QueryExpression, QueryExpression)
        /// `a || b || c`: `concat(a, b, c)`; at least two.
        case concat([QueryExpression])
        case compare(ComparisonOperator, QueryExpression, QueryExpression)
        /// `x IS NULL`, `x IS NOT NULL`.
        case isNull(QueryExpression, negated: Bool)
        /// `a IS DISTINCT FROM b`; negated, `a IS NOT DISTINCT FROM b` and `a <=> b`.
        case isDistinctFrom(QueryExpression, QueryExpression, negated: Bool)
        /// At least two.
        case and([QueryExpression])
        /// At least two.
        case or([QueryExpression])
        case not(QueryExpression)
        case between(QueryExpression, low: QueryExpression, high: QueryExpression, negated: Bool)
        /// `a ?? b`: `ifNull(a, b)`.
        case coalesce(QueryExpression, QueryExpression)
        /// `c ? a : b`: `if(c, a, b)`.
        case ternary(QueryExpression, then: QueryExpression, else: QueryExpression)
        case caseWhen(CaseExpression)
        /// `CAST(x AS T)` and `x::T`; optional, `TRY_CAST(x AS T)`: NULL where the value does not fit.
        case cast(QueryExpression, TypeName, optional: Bool)
        /// `INTERVAL 7 DAY`, `INTERVAL '7 day'`: `toIntervalDay(7)`.
        case interval(QueryExpression, IntervalUnit)
        /// `(a, b)`; `(a,)` is a tuple of one.
        case tuple([QueryExpression])
        case array([QueryExpression])
        case dictionary([DictionaryEntry])
        /// `t.1`; with `nullSafe`, `t?.1`. Counted from 1.
        case tupleAccess(QueryExpression, Int, nullSafe: Bool)
        /// `a[i]`, `a['key']`; with `nullSafe`, `a?.[i]`.
        case arrayAccess(QueryExpression, QueryExpression, nullSafe: Bool)
        /// `f(x).name`, `a?.name`: the same as `arrayAccess` with the name as a string.
        case member(QueryExpression, Identifier, nullSafe: Bool)
        /// `a[low:high]`.
        case slice(QueryExpression, from: QueryExpression?, to: QueryExpression?)
        case lambda([Identifier], QueryExpression)
        /// `f'text {x}'`: `concat('text ', x)`.
        case template([TemplatePart])
        case subquery(QueryStatement)
        /// `{name}`: what stands between the braces, mostly a ``field``.
        case placeholder(QueryExpression)
    }
}

/// A literal.
public enum Constant: Sendable, Hashable {
    case null
    case bool(Bool)
    /// Exact. `1` and `1.0` differ by `JSONNumber.isWrittenAsInteger`.
    case number(JSONNumber)
    case string(String)
    case infinity(negative: Bool)
    case nan
}

/// A function call with everything that may stand in it.
public struct FunctionCall: Sendable, Hashable {
    public var name: Identifier
    /// `0.9` in `quantile(0.9)(x)`; `nil` without the first pair of parentheses.
    public var parameters: [QueryExpression]?
    /// `count(*)` holds one ``ColumnSelection``.
    public var arguments: [QueryExpression]
    public var distinct: Bool
    /// `FILTER (WHERE …)`
    public var filter: QueryExpression?
    /// `f(x ORDER BY y)`
    public var orderBy: [OrderItem]
    /// `f(0.5) WITHIN GROUP (ORDER BY y)`: what stands in the parentheses is then in ``parameters``.
    public var withinGroup: [OrderItem]

    public init(
        name: Identifier, parameters: [QueryExpression]? = nil, arguments: [QueryExpression], distinct: Bool = false,
        filter: QueryExpression? = nil, orderBy: [OrderItem] = [], withinGroup: [OrderItem] = []
    ) {
        self.name = name
        self.parameters = parameters
        self.arguments = arguments
        self.distinct = distinct
        self.filter = filter
        self.orderBy = orderBy
        self.withinGroup = withinGroup
    }
}

/// A function over a window.
public struct WindowCall: Sendable, Hashable {
    public enum Over: Sendable, Hashable {
        /// `OVER w`
        case named(Identifier)
        /// `OVER (…)`
        case inline(WindowDefinition)
    }

    public var name: Identifier
    public var parameters: [QueryExpression]?
    public var arguments: [QueryExpression]
    public var over: Over

    public init(name: Identifier, parameters: [QueryExpression]?, arguments: [QueryExpression], over: Over) {
        self.name = name
        self.parameters = parameters
        self.arguments = arguments
        self.over = over
    }
}

/// `CASE [operand] WHEN … THEN … [ELSE …] END`
public struct CaseExpression: Sendable, Hashable {
    public struct Branch: Sendable, Hashable {
        public var when: QueryExpression
        public var then: QueryExpression

        public init(when: QueryExpression, then: QueryExpression) {
            self.when = when
            self.then = then
        }
    }

    public var operand: QueryExpression?
    /// At least one.
    public var branches: [Branch]
    public var otherwise: QueryExpression?

    public init(operand: QueryExpression?, branches: [Branch], otherwise: QueryExpression?) {
        self.operand = operand
        self.branches = branches
        self.otherwise = otherwise
    }
}

/// `key: value` in `{…}`.
public struct DictionaryEntry: Sendable, Hashable {
    public var key: QueryExpression
    public var value: QueryExpression

    public init(key: QueryExpression, value: QueryExpression) {
        self.key = key
        self.value = value
    }
}

/// A piece of `f'…'`.
public enum TemplatePart: Sendable, Hashable {
    case text(String)
    case expression(QueryExpression)
}

/// A set of columns in a select list or in `count(*)`.
public struct ColumnSelection: Sendable, Hashable {
    public enum Kind: Sendable, Hashable {
        /// `*`, or `t.*` with a path before it.
        case all(of: [Identifier])
        /// `COLUMNS('regular expression')`
        case matching(String)
        /// `COLUMNS(a, b)`
        case listed([QueryExpression])
    }

    public var kind: Kind
    /// `EXCLUDE (a, t.b)`: paths.
    public var excluding: [[Identifier]]

    public init(_ kind: Kind, excluding: [[Identifier]] = []) {
        self.kind = kind
        self.excluding = excluding
    }
}

/// A ClickHouse type with its arguments: `Array(Nullable(String))`, `Decimal(10, 2)`.
public struct TypeName: Sendable, Hashable {
    public enum Argument: Sendable, Hashable {
        case type(TypeName)
        /// `id UInt8` in `Tuple(id UInt8)`.
        case named(Identifier, TypeName)
        /// `10` in `Decimal(10, 2)`, `'a' = 1` in an enumeration.
        case expression(QueryExpression)
    }

    public var name: Identifier
    /// `nil` without parentheses.
    public var arguments: [Argument]?

    public init(name: Identifier, arguments: [Argument]? = nil) {
        self.name = name
        self.arguments = arguments
    }
}
