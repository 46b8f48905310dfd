internal import AirlockCore
internal import Synchronization

/// Applies a fault script to the requests as they come.
final class FaultBoard: Sendable {
    private struct State {
        var script: FaultScript
        /// Calls that matched a rule but for their number, by rule.
        var calls: [Int]
    }

    private let state: Mutex<State>

    init(_ script: FaultScript) {
        state = Mutex(State(script: script, calls: Array(repeating: 0, count: script.rules.count)))
    }

    var tls: TLSFault { state.withLock { $0.script.tls } }

    func replace(_ script: FaultScript) {
        state.withLock { $0 = State(script: script, calls: Array(repeating: 0, count: script.rules.count)) }
    }

    func answer(_ request: HTTPRequest, _ handle: () async -> HTTPResponse) async -> HTTPResponse {
        guard let fault = fault(for: request) else { return await handle() }
        var response: HTTPResponse
        let isReplaced =
            fault.reply != nil || fault.wire.ending == .resetBeforeHead || fault.wire.ending == .closeBeforeHead
        if isReplaced {
            if fault.isHandled { _ = await handle() }
            response = fault.reply?.response ?? HTTPResponse(status: 200)
        } else {
            response = await handle()
        }
        if let origin = fault.nextOrigin { Self.move(&response, to: origin) }
        response.wire = fault.wire
        return response
    }

    private func fault(for request: HTTPRequest) -> Fault? {
        state.withLock { state in
            for (index, rule) in state.script.rules.enumerated() where rule.matches(request) {
                state.calls[index] += 1
                let number = state.calls[index]
                guard rule.calls.contains(number),
                    Self.draw(state.script.seed, UInt64(index), UInt64(number)) < rule.share
                else { continue }
                return rule.fault
            }
            return nil
        }
    }

    /// A number from 0 up to 1 that seed, rule and call decide alone (SplitMix64).
    static func draw(_ seed: UInt64, _ rule: UInt64, _ call: UInt64) -> Double {
        var value = seed &+ rule &* 0xD1B5_4A32_D192_ED03 &+ call &* 0x9E37_79B9_7F4A_7C15
        value = (value ^ value >> 30) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ value >> 27) &* 0x94D0_49BB_1331_11EB
        value ^= value >> 31
        return Double(value >> 11) / Double(UInt64(1) << 53)
    }

    private static func move(_ response: inout HTTPResponse, to origin: String) {
        guard var body = (try? JSONValue(json: response.body))?.objectValue else { return }
        for name in ["next", "previous"] {
            guard let address = body[name]?.stringValue else { continue }
            let rest = address.drop { $0 != ":" }
            guard rest.hasPrefix("://") else { continue }
            body[name] = .string(origin + rest.dropFirst(3).drop { $0 != "/" })
        }
        response.body = JSONValue.object(body).jsonBytes
    }
}
