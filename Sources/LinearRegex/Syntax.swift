/// A parsed pattern. Counted repetitions are not yet written out, so a tree is never larger than its text.
indirect enum Node {
    case empty
    case scalar(UInt32)
    /// A scalar that matches whatever folds to the same; holds its folded form.
    case foldedScalar(UInt32)
    /// An index into the pattern's classes.
    case set(Int)
    case assertion(Assertion)
    case group(Node, index: Int)
    case sequence([Node])
    case alternatives([Node])
    case repetition(Repetition)
}

struct Repetition {
    var body: Node
    var minimum: Int
    /// `nil`: without end.
    var maximum: Int?
    var greedy: Bool
    var bodyIsNullable: Bool
}

enum Assertion: UInt8 {
    case textStart, textEnd, lineStart, lineEnd, wordBoundary, notWordBoundary
}

/// A piece of the tree, with what is known of it before it is compiled.
struct Fragment {
    var node: Node
    /// The instructions it compiles to.
    var size: Int
    /// Whether it can match the empty text.
    var nullable: Bool

    static var empty: Fragment { Fragment(node: .empty, size: 0, nullable: true) }
}
