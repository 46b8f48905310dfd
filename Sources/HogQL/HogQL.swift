public import AirlockCore

/// Reads a query.
///
/// - Parameter text: HogQL; at most 256 KiB.
/// - Throws: `invalid_query` or, for what is understood and refused on purpose, `unsupported_query`, with the place in
///   the text and the likely remedy.
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

/// Where a byte of a query stands: line and column from 1. Whatever `Character.isNewline` says ends a line, CRLF as one;
/// columns are counted in characters.
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
