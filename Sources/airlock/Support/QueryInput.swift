import AirlockCore
import DriverKit

/// A query as the command line gives it.
struct QueryInput {
    private static let maxBytes = 1 << 20

    var text: String
    var values: JSONObject
    var options: QueryOptions

    init(text: String, values: [String], maxRows: Int, timeout: String) throws(AirlockError) {
        self.text = text
        if text == "-" {
            let bytes = try InputFile.read("-", maxBytes: Self.maxBytes)
            guard let read = String(validating: bytes, as: UTF8.self) else {
                throw AirlockError(.invalidArgument, "the query is not UTF-8", at: .file("standard input"))
            }
            self.text = read
        }
        self.values = [:]
        for pair in values {
            let (name, value) = try VariableOptions.pair(pair, option: "--value")
            self.values[name] = (try? JSONValue(json: value)) ?? .string(value)
        }
        guard maxRows > 0 else {
            throw AirlockError(.invalidArgument, "the number of rows must be above zero", at: .argument("--max-rows"))
        }
        guard let time = Duration(text: timeout), time > .zero else {
            throw AirlockError(
                .invalidArgument, "the time is not one above zero", at: .argument("--timeout"),
                hint: "As in --timeout 30s or --timeout 2m.")
        }
        options = QueryOptions(maxRows: maxRows, timeout: time)
    }
}
