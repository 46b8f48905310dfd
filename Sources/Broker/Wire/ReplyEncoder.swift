internal import AirlockCore
internal import DriverKit

/// Writes frames for the guest straight into bytes, once.
enum ReplyEncoder {
    /// A frame around whatever `write` appends; `nil` when that is more than a frame's length can say.
    static func frame(_ write: (inout [UInt8]) -> Bool) -> [UInt8]? {
        var bytes: [UInt8] = [0, 0, 0, 0]
        guard write(&bytes), let length = UInt32(exactly: bytes.count - 4) else { return nil }
        for index in 0..<4 { bytes[index] = UInt8(truncatingIfNeeded: length >> UInt32(24 - 8 * index)) }
        return bytes
    }

    /// The answer to a query: its first `rows` rows.
    ///
    /// - Returns: `nil` as soon as it would take more than `maxBytes`, so that a huge reply is never built.
    static func table(
        _ id: RequestID, _ reply: QueryReply, rows: Int, layout: TableLayout, cutBy: CutBy?, maxBytes: Int
    ) -> [UInt8]? {
        frame { bytes in
            appendHead(id, "result", to: &bytes)
            bytes.append(contentsOf: "{\"columns\":".utf8)
            JSONValue.array(reply.table.columns.map(JSONValue.string)).appendJSON(to: &bytes)
            bytes.append(contentsOf: ",\"types\":".utf8)
            JSONValue.array(reply.table.types.map(JSONValue.string)).appendJSON(to: &bytes)
            let rows = reply.table.rows.prefix(rows)
            switch layout {
            case .rows: guard append(rows, to: &bytes, maxBytes) else { return false }
            case .columns:
                guard append(rows, columns: reply.table.columns.count, to: &bytes, maxBytes) else { return false }
            }
            bytes.append(contentsOf: ",\"complete\":\(cutBy == nil)".utf8)
            if let cutBy { bytes.append(contentsOf: ",\"cut_by\":\"\(cutBy.rawValue)\"".utf8) }
            bytes.append(contentsOf: ",\"age_ms\":\(wholeMilliseconds(reply.age))}}".utf8)
            return bytes.count <= maxBytes
        }
    }

    private static func append(_ rows: ArraySlice<[JSONValue]>, to bytes: inout [UInt8], _ maxBytes: Int) -> Bool {
        bytes.append(contentsOf: ",\"rows\":[".utf8)
        for (index, row) in rows.enumerated() {
            if index > 0 { bytes.append(UInt8(ascii: ",")) }
            JSONValue.array(row).appendJSON(to: &bytes)
            if bytes.count > maxBytes { return false }
        }
        bytes.append(UInt8(ascii: "]"))
        return true
    }

    private static func append(
        _ rows: ArraySlice<[JSONValue]>, columns: Int, to bytes: inout [UInt8], _ maxBytes: Int
    ) -> Bool {
        bytes.append(contentsOf: ",\"count\":\(rows.count),\"data\":[".utf8)
        for column in 0..<columns {
            if column > 0 { bytes.append(UInt8(ascii: ",")) }
            guard ColumnEncoder(rows: rows, column: column, maxBytes: maxBytes).append(to: &bytes) else { return false }
        }
        bytes.append(UInt8(ascii: "]"))
        return true
    }

    static func value(_ id: RequestID, _ value: JSONValue, maxBytes: Int) -> [UInt8]? {
        frame { bytes in
            appendHead(id, "result", to: &bytes)
            value.appendJSON(to: &bytes)
            bytes.append(UInt8(ascii: "}"))
            return bytes.count <= maxBytes
        }
    }

    /// What lies beneath an error, and the host's files, are the host's alone.
    static func forScript(_ error: AirlockError) -> AirlockError {
        if error.code == .fileFailed || error.code == .internalError {
            return AirlockError(error.code, "the host failed to answer the call")
        }
        var shown = error
        shown.cause = nil
        if case .file = shown.location { shown.location = nil }
        return shown
    }

    /// An error reply; its `data` is the error, as far as a script may know it.
    static func error(_ id: RequestID, _ failure: AirlockError) -> [UInt8] {
        let error = forScript(failure)
        let member: JSONValue = [
            "code": .int(jsonRPCCode(error.code)), "message": .string(error.message), "data": error.jsonValue,
        ]
        let encoded = frame { bytes in
            appendHead(id, "error", to: &bytes)
            member.appendJSON(to: &bytes)
            bytes.append(UInt8(ascii: "}"))
            return true
        }
        return encoded ?? []
    }

    private static func appendHead(_ id: RequestID, _ member: String, to bytes: inout [UInt8]) {
        bytes.append(contentsOf: "{\"jsonrpc\":\"2.0\",\"id\":".utf8)
        id.jsonValue.appendJSON(to: &bytes)
        bytes.append(contentsOf: ",\"\(member)\":".utf8)
    }

    /// JSON-RPC 2.0 §5.1: two codes of its own apply, the rest is the implementation's range.
    private static func jsonRPCCode(_ code: AirlockError.Code) -> Int {
        switch code {
        case .unknownMethod: -32601
        case .invalidArgument: -32602
        default: -32000
        }
    }

    private static func wholeMilliseconds(_ duration: Duration) -> Int64 {
        let (seconds, attoseconds) = duration.components
        let (scaled, overflow) = seconds.multipliedReportingOverflow(by: 1000)
        return overflow ? Int64.max : max(0, scaled &+ attoseconds / 1_000_000_000_000_000)
    }
}
