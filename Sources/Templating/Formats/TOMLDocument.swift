package import AirlockCore

/// A TOML 1.0 text as a JSON value, its keys in the order of the file and each with its place.
///
/// Dates and times become text (RFC 3339 where they have an offset); `inf` and `nan`, which JSON does not have, are
/// refused. Integers may have any size, decimals any precision.
///
/// Why not a library: the one there is for Swift wraps a C++ parser whose assertions abort the process on broken keys,
/// whose texts end at a NUL, and which has forgotten order and places by the time its tables are seen.
package struct TOMLDocument: Sendable {
    package let root: JSONObject
    /// What is wrong, with its place in the text; the root is empty then.
    package let problems: [Problem]

    private let tree: TOMLTree
    private let lines: LineIndex

    package init(_ text: String) {
        let bytes = Array(text.utf8)
        lines = LineIndex(bytes)
        var parser = TOMLParser(bytes)
        do throws(TOMLFault) {
            try parser.parse()
            root = parser.tree.object(0)
            problems = []
        } catch {
            let place = lines.position(of: error.offset)
            root = [:]
            problems = [Problem("toml", error.reason, line: place.line, column: place.column)]
        }
        tree = parser.tree
    }

    /// Where the value at `pointer`, or the nearest one around it, is written: its key, or itself in an array.
    package func place(of pointer: String) -> SourcePosition? {
        tree.offset(of: JSONPointer.tokens(of: pointer)).map(lines.position)
    }
}

/// Why a text is not TOML, or not TOML that can be read here.
struct TOMLFault: Error {
    var reason: String
    /// Bytes before the place.
    var offset: Int
}
