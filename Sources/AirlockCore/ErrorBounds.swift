extension AirlockError {
    /// More problems than this at once help nobody; finding and printing them costs whoever is asked.
    public static let maxProblems = 100

    /// The longest sentence of an error, in bytes. Names out of hostile texts stand in such sentences.
    public static let maxSentenceBytes = 1024

    static func cut(_ sentence: String) -> String {
        guard sentence.utf8.count > maxSentenceBytes else { return sentence }
        // A scalar takes at most four bytes.
        var start = String(sentence.unicodeScalars.prefix(maxSentenceBytes / 4))
        start += "… (\(sentence.utf8.count) bytes)"
        return start
    }
}

extension [Problem] {
    /// The first problems, and where there are more, one that says so.
    public var bounded: [Problem] {
        guard count > AirlockError.maxProblems else { return self }
        return prefix(AirlockError.maxProblems) + [.more]
    }
}

extension Problem {
    /// Stands at the end of a list that was cut.
    public static let more = Problem(
        "more", "there are more problems than these \(AirlockError.maxProblems); put them right first")
}
