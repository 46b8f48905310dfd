import AirlockCore

/// What an error has to keep to, however hostile the text that it speaks of: it has a place, and a size.
enum ErrorRules {
    /// Of one sentence.
    static let maxSentenceBytes = 2048
    static let maxProblems = 101

    /// - Parameter lines: how many lines the text at fault has.
    static func check(_ error: AirlockError, lines: Int) throws(Complaint) {
        try sentence(error.message)
        if let hint = error.hint { try sentence(hint) }
        try check(error.problems, lines: lines)
        switch error.location {
        case .file(_, let line, let column): try place(line, column, lines)
        case .query(let line, let column): try place(line, column, lines)
        case .script(let line): try place(line, nil, lines)
        default: break
        }
    }

    static func check(_ problems: [Problem], lines: Int) throws(Complaint) {
        try hold(problems.count <= maxProblems, "\(problems.count) problems at once")
        for problem in problems {
            try sentence(problem.message)
            try hold(!problem.code.isEmpty, "a problem without a code")
            try hold(
                problem.pointer.isEmpty || problem.pointer.utf8.first == UInt8(ascii: "/"),
                "no JSON pointer: \(problem.pointer)")
            try place(problem.line, problem.column, lines)
        }
    }

    static func sentence(_ text: String) throws(Complaint) {
        try hold(!text.isEmpty, "an empty sentence")
        try hold(text.utf8.count <= maxSentenceBytes, "a sentence of \(text.utf8.count) bytes: \(text.prefix(200))…")
    }

    private static func place(_ line: Int?, _ column: Int?, _ lines: Int) throws(Complaint) {
        guard let line else { return try hold(column == nil, "a column without a line") }
        try hold((1...max(1, lines)).contains(line), "line \(line) of \(lines)")
        try hold(column ?? 1 >= 1, "column \(column ?? 1)")
    }
}
