/// A piece of a Python script.
struct PythonToken: Sendable, Hashable {
    enum Kind: Sendable, Hashable {
        case name, number, comment, `operator`
        /// A string or bytes literal with its prefix and quotes.
        case string
        /// An f-string or t-string with all its replacement fields.
        case formattedString
        /// The end of a logical line.
        case newline
        /// A byte that begins nothing.
        case unknown
    }

    var kind: Kind
    var range: Range<Int>
}
