internal import AirlockCore

/// The `id` of a JSON-RPC request.
enum RequestID: Hashable {
    /// From 0 to 2^53 - 1, so that every JSON reader holds it exactly.
    case integer(Int)
    /// At most ``maxStringBytes`` bytes; equal by code points.
    case string([UInt8])

    static let maxStringBytes = 64
    static let maxInteger = (1 << 53) - 1

    init(_ value: JSONValue) throws(Violation) {
        switch value {
        case .number(let number) where number.isWrittenAsInteger:
            guard let integer = number.int, (0...RequestID.maxInteger).contains(integer) else {
                throw Violation("an id outside 0 to 2^53 - 1")
            }
            self = .integer(integer)
        case .string(let string):
            guard string.utf8.count <= RequestID.maxStringBytes else {
                throw Violation("an id of more than \(RequestID.maxStringBytes) bytes")
            }
            self = .string(Array(string.utf8))
        default: throw Violation("an id that is neither an integer nor a string")
        }
    }

    var jsonValue: JSONValue {
        switch self {
        case .integer(let integer): .int(integer)
        case .string(let bytes): .string(String(decoding: bytes, as: UTF8.self))
        }
    }
}

/// One frame of the guest, in the shape of JSON-RPC 2.0; batches and replies are not admitted.
enum GuestMessage {
    case request(RequestID, method: String, params: JSONObject)
    case notification(method: String, params: JSONObject)

    /// Containers inside each other, the envelope included.
    static let maxDepth = 64
    static let maxMethodBytes = 128

    init(frame: [UInt8]) throws(Violation) {
        let value: JSONValue
        do throws(JSONSyntaxError) {
            value = try JSONValue(json: frame, maxDepth: GuestMessage.maxDepth)
        } catch {
            throw Violation("a frame that is not JSON: \(error.reason), at byte \(error.offset)")
        }
        guard let members = value.objectValue else { throw Violation("a frame that is not a JSON object") }
        for (key, _) in members {
            switch key {
            case "jsonrpc", "id", "method", "params": continue
            // `result` and `error` would be a reply, and nothing was asked of the guest.
            default: throw Violation("a message with a member other than jsonrpc, id, method and params")
            }
        }
        guard members["jsonrpc"]?.stringValue == "2.0" else {
            throw Violation("a message whose jsonrpc is not \"2.0\"")
        }
        guard let method = members["method"]?.stringValue, (1...GuestMessage.maxMethodBytes).contains(method.utf8.count)
        else { throw Violation("a message without a method of 1 to \(GuestMessage.maxMethodBytes) bytes") }
        guard let params = (members["params"] ?? .object(JSONObject())).objectValue else {
            throw Violation("a message whose params are not an object")
        }
        if let id = members["id"] {
            self = .request(try RequestID(id), method: method, params: params)
        } else {
            self = .notification(method: method, params: params)
        }
    }
}
