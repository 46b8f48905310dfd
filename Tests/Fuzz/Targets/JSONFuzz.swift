import AirlockCore

/// JSON texts: what is read is written as a text that reads the same.
enum JSONFuzz: FuzzTarget {
    static let name = "json"

    static func check(_ bytes: [UInt8]) throws(Complaint) {
        let value: JSONValue
        do throws(JSONSyntaxError) {
            value = try JSONValue(json: bytes)
        } catch {
            return try check(error, in: bytes)
        }
        let compact = value.jsonBytes
        try hold(reread(compact, "the compact text") == value, "the compact text says something else")
        try hold(
            reread(Array(value.prettyJSON.utf8), "the pretty text") == value, "the pretty text says something else")
        let canonical = value.canonicalJSONBytes
        let again = try reread(canonical, "the canonical text")
        try hold(again == value, "the canonical text says something else")
        try hold(again.hashValue == value.hashValue, "equal values of different hashes")
        try hold(again.canonicalJSONBytes == canonical, "the canonical text is not canonical")
        try hold(String(validating: compact, as: UTF8.self) != nil, "a text that is not UTF-8")
        try checkNumbers(value)
    }

    private static func reread(_ text: [UInt8], _ what: String) throws(Complaint) -> JSONValue {
        do throws(JSONSyntaxError) {
            return try JSONValue(json: text)
        } catch {
            throw Complaint("\(what) cannot be read: \(error.reason) at byte \(error.offset)")
        }
    }

    static func check(_ error: JSONSyntaxError, in bytes: [UInt8]) throws(Complaint) {
        let before = bytes.prefix(error.offset)
        try hold((0...bytes.count).contains(error.offset), "byte \(error.offset) of \(bytes.count)")
        try hold(error.line == before.count { $0 == 0x0A } + 1, "line \(error.line)")
        try hold(
            error.column == before.count - (before.lastIndex(of: 0x0A) ?? -1), "column \(error.column)")
        try hold((1...200).contains(error.reason.utf8.count), "a reason of \(error.reason.utf8.count) bytes")
    }

    /// The narrower views of a number agree with the number itself.
    private static func checkNumbers(_ value: JSONValue) throws(Complaint) {
        switch value {
        case .number(let number):
            if let whole = number.int64 {
                try hold(number.isInteger && JSONNumber(whole) == number, "\(number.text) is not \(whole)")
            }
            try hold(JSONNumber(text: number.text) == number, "the text of \(number.text)")
            try hold(!(number < number) && number <= number, "\(number.text) is less than itself")
        case .array(let elements):
            for element in elements { try checkNumbers(element) }
        case .object(let members):
            for (name, member) in members {
                try hold(members[name] == member, "a member that is not found by its name")
                try checkNumbers(member)
            }
        default: break
        }
    }
}
