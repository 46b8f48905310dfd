/// The kinds of nodes in the JSON form of a tree: the value of a node's `kind`.
///
/// A node is an object with its `kind`, the place where it begins (`line` and `column`, from 1; left out for what was
/// put in for a placeholder), and the members named here. What is absent, false or an empty list is left out.
public enum NodeKind: String, Sendable, CaseIterable {
    // MARK: Queries

    /// One SELECT: `with`, `recursive`, `distinct`, `columns`, `from`, `array_join`, `prewhere`, `where`, `group_by`,
    /// `having`, `qualify`, `windows`, `order_by`, `limit_by`, `limit`.
    case select
    /// Queries joined by UNION and its kin: `with`, `first`, `rest` (each with `operator` and `query`), `limit`.
    case set

    // MARK: Tables

    /// `path`, `alias`, `column_names`, `final`, `sample`.
    case table
    /// `name`, `arguments`, and the members of a table.
    case tableFunction = "table_function"
    /// `query`, and the members of a table.
    case tableQuery = "table_query"
    /// VALUES: `rows`, and the members of a table.
    case values
    /// `{name}` in a table's place: `content`, and the members of a table.
    case tablePlaceholder = "table_placeholder"
    /// `table`, `aggregates`, `for`, `group_by`.
    case pivot
    /// `table`, `include_nulls`, `for`.
    case unpivot

    // MARK: Expressions

    /// `value`; `infinity`, `-infinity` and `nan` are in `special`.
    case constant
    /// A path: `path`.
    case field
    /// `*`, `t.*`, COLUMNS: `of`, `matching` or `columns`; `excluding`.
    case columns
    /// `#1`: `index`.
    case positional
    /// `name`, `parameters`, `arguments`, `distinct`, `filter`, `order_by`, `within_group`.
    case call
    /// A function over a window: `name`, `parameters`, `arguments`, and `window` or `over` with a window's name.
    case window
    /// The call of a value: `base`, `arguments`.
    case callValue = "call_value"
    /// `value`, `name`.
    case alias
    /// `-x`: `value`.
    case negate
    /// `operator`, `left`, `right`.
    case arithmetic
    /// `a || b`: `operands`.
    case concat
    /// `operator`, `left`, `right`.
    case compare
    /// `value`, `negated`.
    case isNull = "is_null"
    /// `left`, `right`, `negated`.
    case isDistinct = "is_distinct"
    /// `operands`.
    case and
    /// `operands`.
    case or
    /// `value`.
    case not
    /// `value`, `low`, `high`, `negated`.
    case between
    /// `a ?? b`: `left`, `right`.
    case coalesce
    /// `condition`, `then`, `else`.
    case ternary
    /// CASE: `operand`, `branches` (each with `when` and `then`), `else`.
    case caseWhen = "case"
    /// `value`, `type`, `optional`.
    case cast
    /// `value`, `unit`.
    case interval
    /// `elements`.
    case tuple
    /// `elements`.
    case array
    /// `entries`, each with `key` and `value`.
    case dictionary
    /// `t.1`: `base`, `index`, `null_safe`.
    case tupleAccess = "tuple_access"
    /// `a[i]`: `base`, `key`, `null_safe`.
    case arrayAccess = "array_access"
    /// `f(x).name`: `base`, `name`, `null_safe`.
    case member
    /// `base`, `from`, `to`.
    case slice
    /// `parameters`, `body`.
    case lambda
    /// An f-string: `parts`, each a string or a node.
    case template
    /// `query`.
    case subquery
    /// `content`: what stands between the braces.
    case placeholder
}
