import AirlockCore
import DriverKit

@testable import Broker

/// A frame around any bytes.
func frame(_ body: [UInt8]) -> [UInt8] {
    let length = UInt32(body.count)
    return (0..<4).map { UInt8(truncatingIfNeeded: length >> UInt32(24 - 8 * $0)) } + body
}

func frame(_ text: String) -> [UInt8] { frame(Array(text.utf8)) }

func request(_ id: Int, _ method: String = "list_objects", _ params: JSONObject = [:]) -> [UInt8] {
    let message: JSONValue = [
        "jsonrpc": "2.0", "id": .int(id), "method": .string(method), "params": .object(params),
    ]
    return frame(message.jsonBytes)
}

func notification(_ method: String, _ params: JSONObject) -> [UInt8] {
    let message: JSONValue = ["jsonrpc": "2.0", "method": .string(method), "params": .object(params)]
    return frame(message.jsonBytes)
}

/// The messages in a stream of whole frames; what follows the start is left out.
func messages(_ bytes: [UInt8]) throws -> [JSONValue] {
    var found: [JSONValue] = []
    var rest = bytes[...]
    while !rest.isEmpty {
        let length = rest.prefix(4).reduce(0) { $0 << 8 | Int($1) }
        guard rest.count >= 4 + length, length > 0 else { throw Violation("the host sent a broken frame") }
        let message = try JSONValue(json: Array(rest.dropFirst(4).prefix(length)))
        let params = message["params"]
        let more = (params?["script_bytes"]?.intValue ?? 0) + (params?["code_bytes"]?.intValue ?? 0)
        guard rest.count >= 4 + length + more else { throw Violation("the host sent less than it said") }
        rest = rest.dropFirst(4 + length + more)
        found.append(message)
    }
    return found
}

extension BrokerState {
    /// A run with a driver of one reading and one writing further method.
    init(_ limits: BrokerLimits = BrokerLimits(), _ grants: Grants = Grants(), awaitsCode: Bool = false) {
        self.init(
            limits: limits, grants: grants,
            methods: [.init(name: "get_events", writes: false), .init(name: "capture", writes: true)],
            awaitsCode: awaitsCode)
    }

    mutating func feed(_ bytes: [UInt8], now: Duration = .zero) -> [BrokerAction] {
        bytes.withUnsafeBytes { received($0, now: now) }
    }
}

extension [BrokerAction] {
    var calls: [BrokerCall] { compactMap { if case .start(let call) = $0 { call } else { nil } } }
    var sent: [JSONValue] {
        compactMap { action -> JSONValue? in
            guard case .send(let bytes) = action else { return nil }
            return try? messages(bytes).first
        }
    }
    var ending: RunStatus? { compactMap { if case .end(let status, _) = $0 { status } else { nil } }.first }
    var reason: String? { compactMap { if case .end(_, let reason) = $0 { reason } else { nil } }.first }
    var errorCodes: [String] { sent.compactMap { $0["error"]?["data"]?["code"]?.stringValue } }
}

func answer(_ call: BrokerCall, _ value: JSONValue = .array([]), rows: Int = 0) -> CallAnswer {
    .reply(frame: ReplyEncoder.value(call.id, value, maxBytes: .max) ?? [], rows: rows, age: .zero)
}

extension BrokerLimits {
    static func with(_ change: (inout BrokerLimits) -> Void) -> BrokerLimits {
        var limits = BrokerLimits()
        change(&limits)
        return limits
    }
}
