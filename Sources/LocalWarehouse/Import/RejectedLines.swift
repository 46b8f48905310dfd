internal import AirlockCore
internal import Glibc

/// Keeps aside what could not be imported: a JSON object a record, with its line number, the reason and its text.
final class RejectedLines {
    /// Of a record beyond the bound, this much is kept.
    static let keptBytesOfLongLine = 1 << 20
    /// How many of the first are quoted in the report.
    static let quotedCount = 5
    private static let quotedCharacters = 120

    private(set) var count = 0
    private(set) var first: [RejectedRecord] = []
    private let base: String
    private var file: TemporaryFile?
    private var published: String?
    private var pending: [UInt8] = []

    /// - Parameter target: the warehouse; the records go beside it.
    init(target: String) { base = target }

    func add(line: Int, reason: String, text: [UInt8], isCut: Bool) throws(AirlockError) {
        count += 1
        if first.count < Self.quotedCount {
            first.append(RejectedRecord(line: line, reason: reason, quote: Self.quote(text)))
        }
        var record: JSONObject = ["line": .int(line), "reason": .string(reason)]
        if let valid = String(validating: text, as: UTF8.self) {
            record["text"] = .string(valid)
        } else {
            record["text"] = .string(String(decoding: text, as: UTF8.self))
            record["bytes_base64"] = .string(Base64.encoded(text))
        }
        if isCut { record["cut"] = true }
        JSONValue.object(record).appendJSON(to: &pending)
        pending.append(0x0A)
        if pending.count > 1 << 18 { try flush() }
    }

    /// Gives the file its final name: the first of `X.rejected.jsonl`, `X.rejected-2.jsonl` … that is free, so that what
    /// an earlier import kept aside stays.
    ///
    /// - Returns: its path; `nil` when nothing was rejected.
    func publish() throws(AirlockError) -> String? {
        try flush()
        published = try file?.publish { number in
            number == 1 ? "\(base).rejected.jsonl" : "\(base).rejected-\(number).jsonl"
        }
        file = nil
        return published
    }

    /// Takes a published file back, when the import fails after all.
    func withdraw() {
        if let published { unlink(published) }
        file = nil
    }

    private func flush() throws(AirlockError) {
        guard !pending.isEmpty else { return }
        if file == nil { file = try TemporaryFile(beside: base + ".rejected.jsonl") }
        try file?.write(pending)
        pending.removeAll(keepingCapacity: true)
    }

    /// The beginning, with everything escaped that would disturb a terminal.
    static func quote(_ text: [UInt8]) -> String {
        var quote = ""
        for scalar in String(decoding: text.prefix(quotedCharacters * 4), as: UTF8.self).unicodeScalars.prefix(
            quotedCharacters)
        {
            let category = scalar.properties.generalCategory
            switch category {
            case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate, .unassigned, .privateUse:
                quote += scalar == "\t" ? "\\t" : "\\u{\(String(scalar.value, radix: 16))}"
            default: quote.unicodeScalars.append(scalar)
            }
        }
        return quote.unicodeScalars.count < text.count && text.count > quotedCharacters ? quote + "…" : quote
    }
}
