import AirlockCore
import Testing

@testable import Broker

@Suite struct GuestMessageTests {
    struct Case: Sendable, CustomTestStringConvertible {
        var name: String
        var body: [UInt8]
        var testDescription: String { name }

        init(_ name: String, _ body: String) { (self.name, self.body) = (name, Array(body.utf8)) }
        init(_ name: String, bytes: [UInt8]) { (self.name, body) = (name, bytes) }
    }

    static let hostile: [Case] = [
        Case("not JSON", "hello"),
        Case("a bare value", "1"),
        Case("a batch", #"[{"jsonrpc":"2.0","id":1,"method":"query"}]"#),
        Case("two values", #"{"jsonrpc":"2.0","method":"log"}{}"#),
        Case("an unfinished text", #"{"jsonrpc":"2.0","method":"lo"#),
        Case("no jsonrpc", #"{"id":1,"method":"query"}"#),
        Case("another jsonrpc", #"{"jsonrpc":"1.0","id":1,"method":"query"}"#),
        Case("jsonrpc as a number", #"{"jsonrpc":2.0,"id":1,"method":"query"}"#),
        Case("no method", #"{"jsonrpc":"2.0","id":1}"#),
        Case("an empty method", #"{"jsonrpc":"2.0","id":1,"method":""}"#),
        Case("a long method", #"{"jsonrpc":"2.0","id":1,"method":""# + String(repeating: "m", count: 129) + #""}"#),
        Case("a method that is no text", #"{"jsonrpc":"2.0","id":1,"method":["query"]}"#),
        Case("params as an array", #"{"jsonrpc":"2.0","id":1,"method":"query","params":[1]}"#),
        Case("params as null", #"{"jsonrpc":"2.0","id":1,"method":"query","params":null}"#),
        Case("a forged reply", #"{"jsonrpc":"2.0","id":1,"result":{"rows":[]}}"#),
        Case("a forged error", #"{"jsonrpc":"2.0","id":1,"error":{"code":1,"message":"ok"}}"#),
        Case("a request that is a reply too", #"{"jsonrpc":"2.0","id":1,"method":"query","result":1}"#),
        Case("an id of null", #"{"jsonrpc":"2.0","id":null,"method":"query"}"#),
        Case("a negative id", #"{"jsonrpc":"2.0","id":-1,"method":"query"}"#),
        Case("a fractional id", #"{"jsonrpc":"2.0","id":1.5,"method":"query"}"#),
        Case("an id of 1.0", #"{"jsonrpc":"2.0","id":1.0,"method":"query"}"#),
        Case("an id of 2^53", #"{"jsonrpc":"2.0","id":9007199254740992,"method":"query"}"#),
        Case("an id of 1e400", #"{"jsonrpc":"2.0","id":1e400,"method":"query"}"#),
        Case("an id of many digits", #"{"jsonrpc":"2.0","id":"# + String(repeating: "9", count: 4000) + "}"),
        Case(
            "an id of 65 bytes", #"{"jsonrpc":"2.0","id":""# + String(repeating: "i", count: 65) + #"","method":"q"}"#),
        Case("an id that is an object", #"{"jsonrpc":"2.0","id":{},"method":"query"}"#),
        Case("a member twice", #"{"jsonrpc":"2.0","id":1,"id":2,"method":"query"}"#),
        Case("a member twice, deep", #"{"jsonrpc":"2.0","id":1,"method":"q","params":{"values":{"a":1,"a":2}}}"#),
        Case("a member twice by escape", #"{"jsonrpc":"2.0","method":"log","params":{"a":1,"\u0061":2}}"#),
        Case("NaN", #"{"jsonrpc":"2.0","id":1,"method":"query","params":{"max_rows":NaN}}"#),
        Case("Infinity", #"{"jsonrpc":"2.0","id":1,"method":"query","params":{"max_rows":-Infinity}}"#),
        Case(
            "an endless number",
            #"{"jsonrpc":"2.0","id":1,"method":"q","params":{"a":"# + String(repeating: "1", count: 5000) + "}}"),
        Case("a recursion bomb", String(repeating: "[", count: 1_000_000)),
        Case("an object recursion bomb", String(repeating: #"{"a":"#, count: 200_000)),
        Case(
            "65 levels",
            #"{"jsonrpc":"2.0","method":"result","params":{"value":"# + String(repeating: "[", count: 63)
                + String(repeating: "]", count: 63) + "}}"),
        Case("a lone surrogate", #"{"jsonrpc":"2.0","method":"log","params":{"message":"\ud800"}}"#),
        Case("invalid UTF-8", bytes: Array(#"{"jsonrpc":"2.0","method":""#.utf8) + [0xFF, 0xFE] + Array(#""}"#.utf8)),
        Case("a byte order mark", bytes: [0xEF, 0xBB, 0xBF] + Array(#"{"jsonrpc":"2.0","method":"log"}"#.utf8)),
        Case("NUL bytes", bytes: [0, 0, 0, 0]),
        Case("a pickle", bytes: [0x80, 4, 0x95, 0x0A, 0, 0, 0, 0, 0, 0, 0, 0x8C]),
        Case("another frame's header inside", bytes: frame(#"{"jsonrpc":"2.0","method":"log"}"#)),
    ]

    @Test(arguments: hostile) func endsTheRunAndNothingIsProcessedAfterIt(hostile: Case) {
        var state = BrokerState()
        let actions = state.feed(frame(hostile.body) + request(1))
        #expect(actions.ending == .protocolViolation)
        #expect(actions.calls.isEmpty && actions.sent.isEmpty)
        #expect(state.feed(request(2)).isEmpty)
        #expect(state.report.ending?.status == .protocolViolation)
        #expect(state.report.calls == 0)
    }

    @Test func theReasonHoldsNoneOfTheBytesSent() {
        var state = BrokerState()
        let reason = state.feed(frame(#"{"secret-looking":1}"#)).reason
        #expect(reason?.contains("secret") == false)
    }

    @Test(arguments: [
        #"{"jsonrpc":"2.0","id":0,"method":"list_objects"}"#,
        #"{"jsonrpc":"2.0","id":9007199254740991,"method":"list_objects","params":{}}"#,
        #"{"jsonrpc":"2.0","id":"","method":"list_objects"}"#,
        #"{"method":"list_objects","id":"é","params":{},"jsonrpc":"2.0"}"#,
        #" {"jsonrpc" : "2.0", "id":1, "method":"list_objects"} "#,
    ])
    func isTaken(text: String) {
        var state = BrokerState()
        let actions = state.feed(frame(text))
        #expect(actions.ending == nil)
        #expect(actions.calls.map(\.work) == [.listObjects])
    }
}
