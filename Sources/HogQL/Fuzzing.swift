internal import AirlockCore

/// What must hold for any bytes at all; a fuzz target calls it with its input.
package enum QueryFuzzing {
    /// Reads `bytes` as a query, and does everything with it that can be done.
    ///
    /// - Returns: what is wrong; `nil` when all is well. A text that is no query is well, if its error says where.
    package static func complaint(about bytes: some Collection<UInt8>) -> String? {
        let text = String(decoding: bytes, as: UTF8.self)
        do throws(AirlockError) {
            let statement = try parseSelect(text)
            _ = Analysis(statement).json(in: text)
            _ = statement.json(in: text)
            return complaint(aboutPrinting: statement)
        } catch {
            guard case .query(let line, let column)? = error.location, line > 0, column > 0 else {
                return "the error has no place: \(error.message)"
            }
            return excerpt(of: text, at: error.location) == nil ? "the error's place is not in the text" : nil
        }
    }

    private static func complaint(aboutPrinting statement: QueryStatement) -> String? {
        let printed = QueryPrinter.text(of: statement)
        do throws(AirlockError) {
            let again = QueryPrinter.text(of: try parseSelect(printed))
            return again == printed ? nil : "printed as \(printed)\nand then as \(again)"
        } catch {
            // Parentheses that the printer adds may cross the bounds of depth and length.
            return error.isOfSize ? nil : "printed as \(printed)\nwhich fails: \(error.message)"
        }
    }

    /// How many steps parsing takes; it grows with the text's length, and with nothing else.
    package static func parsingSteps(for text: String) -> Int {
        guard var parser = try? Parser(text) else { return 0 }
        _ = try? parser.reading { (parser) throws(SyntaxFailure) in try parser.wholeStatement() }
        return parser.steps
    }
}

extension AirlockError {
    /// Whether a bound of depth or length was crossed.
    fileprivate var isOfSize: Bool {
        [Parser.tooDeepHint, Parser.tooHighHint, Lexer.tooLongHint, Lexer.tooDeepHint].contains(hint)
    }
}
