public import AirlockCore

/// Reads a query.
///
/// - Parameter text: HogQL; at most 256 KiB.
/// - Throws: `invalid_query` or, for what is understood and refused on purpose, `unsupported_query`, with the place in
///   the text and the likely remedy. ``excerpt(of:at:)`` shows that place.
public func parseSelect(_ text: String) throws(AirlockError) -> QueryStatement {
    do throws(SyntaxFailure) {
        return try Parser.reading(text) { (parser) throws(SyntaxFailure) in try parser.wholeStatement() }
    } catch {
        throw error.airlockError(in: text)
    }
}

/// Reads an expression, as it stands in a select list or behind WHERE.
///
/// - Throws: as ``parseSelect(_:)``.
public func parseExpression(_ text: String) throws(AirlockError) -> QueryExpression {
    do throws(SyntaxFailure) {
        return try Parser.reading(text) { (parser) throws(SyntaxFailure) in try parser.wholeExpression() }
    } catch {
        throw error.airlockError(in: text)
    }
}

/// The line of `text` an error speaks of, with a caret under the place.
///
/// - Parameter location: ``AirlockError/location``; anything but a place in a query gives `nil`.
public func excerpt(of text: String, at location: AirlockError.Location?) -> String? {
    guard case .query(let line, let column)? = location, line > 0, column > 0 else { return nil }
    let lines = text.split(omittingEmptySubsequences: false) { $0.isNewline }
    guard line <= lines.count else { return nil }
    let characters = Array(lines[line - 1].map { $0 == "\t" ? " " : $0 })
    let place = min(column - 1, characters.count)
    // A long line is cut around the place.
    let first = place > 60 ? place - 50 : 0
    let last = min(characters.count, first + 110)
    let (before, after) = (first > 0 ? "…" : "", last < characters.count ? "…" : "")
    let number = "\(line) | "
    let indent = String(repeating: " ", count: number.count + before.count + place - first)
    return "\(number)\(before)\(String(characters[first..<last]))\(after)\n\(indent)^"
}

/// Where a byte of a query stands: line and column from 1, columns counted in characters.
public func location(of offset: Int, in text: String) -> AirlockError.Location {
    let bytes = text.utf8
    let place = bytes.index(bytes.startIndex, offsetBy: min(max(offset, 0), bytes.count))
    var (line, column) = (1, 1)
    var index = text.startIndex
    while index < place {
        if text[index].isNewline { (line, column) = (line + 1, 0) }
        text.formIndex(after: &index)
        if index <= place { column += 1 }
    }
    return .query(line: line, column: column)
}

extension SyntaxFailure {
    func airlockError(in text: String) -> AirlockError {
        AirlockError(
            isUnsupported ? .unsupportedQuery : .invalidQuery, message, at: location(of: offset, in: text),
            hint: hint)
    }
}
