internal import AirlockCore

extension BrokerState {
    /// No notification like the others: it is the guest's, neither counted nor recorded.
    static let codeMethod = "compiled"

    /// - Returns: `nil` where the guest has none to give.
    func code(_ params: JSONObject) throws(Violation) -> [UInt8]? {
        guard params.count == 1, let value = params["code"] else { throw Violation("a script's code of another shape") }
        if value == .null { return nil }
        // Looked at before it is decoded: four characters are three bytes.
        guard let text = value.stringValue, text.utf8.count / 4 * 3 <= ScriptStart.maxCodeBytes + 2,
            let code = decodeBase64(text), (1...ScriptStart.maxCodeBytes).contains(code.count)
        else {
            throw Violation("a script's code that is not base64 of 1 to \(ScriptStart.maxCodeBytes) bytes")
        }
        return code
    }
}
