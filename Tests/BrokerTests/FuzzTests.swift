import AirlockCore
import Testing

@testable import Broker

/// Whatever bytes come, the state machine neither traps nor answers after its end, and keeps at most one frame.
@Suite struct FuzzTests {
    /// SplitMix64: the same bytes on every run.
    struct Generator: RandomNumberGenerator {
        var state: UInt64

        mutating func next() -> UInt64 {
            state &+= 0x9E37_79B9_7F4A_7C15
            var mixed = state
            mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
            mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
            return mixed ^ (mixed >> 31)
        }
    }

    private static let seeds: [[UInt8]] = [
        request(1, "query", ["query": "SELECT 1", "values": ["a": [1, 2.5, nil]], "max_rows": 5, "max_age": 1]),
        request(2), request(3, "get_fields", ["object": "events"]), request(4, "capture", ["event": "e"]),
        notification("table", ["columns": ["a"], "rows": [[1], ["x"]], "title": "t"]),
        notification("chart", ["kind": "bar", "x": "a", "y": ["a"], "data": ["columns": ["a"], "rows": [[1]]]]),
        notification("artifact", ["name": "a.csv", "data": "Zm9v"]), notification("progress", ["fraction": 0.5]),
        notification("exception", ["type": "E", "message": "m", "line": 1]), notification("result", ["value": 1e5]),
    ]

    private func check(_ stream: [UInt8], _ random: inout Generator) {
        var state = BrokerState(.with { $0.frameBytes = ByteCount(4096) })
        var rest = stream[...]
        var isOver = false
        while !rest.isEmpty {
            let chunk = rest.prefix(Int.random(in: 1...64, using: &random))
            rest = rest.dropFirst(chunk.count)
            let actions = state.feed(Array(chunk))
            if isOver { #expect(actions.isEmpty) }
            isOver = isOver || actions.ending != nil
            for call in actions.calls where !isOver { _ = state.answered(call.key, answer(call), now: .zero) }
        }
        let actions = state.ended(now: .zero)
        #expect(!isOver || actions.isEmpty)
        #expect(state.isOver && state.openCalls.isEmpty)
    }

    @Test func randomBytes() {
        var random = Generator(state: 1)
        for _ in 0..<1000 {
            let count = Int.random(in: 0...200, using: &random)
            check((0..<count).map { _ in UInt8.random(in: 0...255, using: &random) }, &random)
        }
    }

    @Test func randomBodiesInWholeFrames() {
        var random = Generator(state: 2)
        let alphabet = Array(#"{}[]",:0123456789.eE+-\untrfalsejsonrpc2.0idmethodparams "#.utf8) + [0xC3, 0xA9, 0xFF]
        for _ in 0..<1000 {
            let count = Int.random(in: 1...80, using: &random)
            check(frame((0..<count).map { _ in alphabet.randomElement(using: &random) ?? 0 }), &random)
        }
    }

    @Test func damagedMessages() {
        var random = Generator(state: 3)
        for _ in 0..<1500 {
            var stream: [UInt8] = []
            for _ in 0..<Int.random(in: 1...4, using: &random) {
                stream += FuzzTests.seeds.randomElement(using: &random) ?? []
            }
            for _ in 0..<Int.random(in: 0...3, using: &random) {
                let place = Int.random(in: 0..<stream.count, using: &random)
                switch Int.random(in: 0...2, using: &random) {
                case 0: stream[place] = UInt8.random(in: 0...255, using: &random)
                case 1: stream.insert(UInt8.random(in: 0...255, using: &random), at: place)
                default: if stream.count > 1 { stream.remove(at: place) }
                }
            }
            check(stream, &random)
        }
    }
}
