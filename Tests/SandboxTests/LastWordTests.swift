import AirlockCore
import Glibc
import Synchronization
import Testing

@testable import Sandbox

/// What a script says and then ends, so that the host finds its words and its end together.
@Suite(.serialized, .timeLimit(.minutes(2))) struct LastWordTests {
    /// Keeps the host from looking until the script has ended. Then "!" is a violation, "?" if nothing follows it, and "#" has
    /// somebody cancel the run.
    private final class LateChannel: GuestChannel {
        private let script: WarmPath.ScriptChannel
        private let state = Mutex<(link: (any GuestLink)?, isHalf: Bool)>((nil, false))

        init(_ script: String) { self.script = WarmPath.ScriptChannel(script) }

        func started(_ link: any GuestLink) {
            state.withLock { $0.link = link }
            script.started(link)
            usleep(500_000)
        }

        func received(_ bytes: UnsafeRawBufferPointer) {
            state.withLock { $0.isHalf = bytes.last == UInt8(ascii: "?") }
            if bytes.contains(UInt8(ascii: "!")) { violated() }
            if bytes.contains(UInt8(ascii: "#")) { state.withLock { $0.link }?.end(.cancelled, reason: "too late") }
        }

        func ended() { if state.withLock({ $0.isHalf }) { violated() } }

        private func violated() { state.withLock { $0.link }?.end(.protocolViolation, reason: "said so") }
    }

    enum Start: String, CaseIterable { case full, portable, slot }

    private static func status(of script: String, _ start: Start) async throws -> RunStatus {
        let sandbox = try WarmPath.sandbox()
        var request = try WarmPath.request()
        let channel = LateChannel(script)
        if start == .slot {
            let slot = try await WarmPath.zygote(sandbox).makeSlot(request.limits)
            return try await sandbox.run(request, in: slot, channel: channel).status
        }
        request.isolation = start == .full ? .full : .portable
        return try await sandbox.run(request, channel: channel).status
    }

    @Test(arguments: Start.allCases) func aBrokenWordCountsHoweverItEnds(start: Start) async throws {
        for end in ["os._exit(0)", "os._exit(1)", "raise SystemExit(3)", "1 / 0", "import ctypes; ctypes.string_at(0)"]
        {
            let status = try await Self.status(of: "import os\nos.write(4, b'!')\n\(end)\n", start)
            #expect(status == .protocolViolation, "\(end)")
        }
    }

    @Test(arguments: Start.allCases) func halfAWordCountsIfItSeemsToSucceed(start: Start) async throws {
        for (code, expected) in [(0, RunStatus.protocolViolation), (1, .failed)] {
            let status = try await Self.status(of: "import os\nos.write(4, b'?')\nos._exit(\(code))\n", start)
            #expect(status == expected)
        }
    }

    @Test(arguments: [Start.full, .portable]) func whatHasEndedIsNotCancelled(start: Start) async throws {
        for (code, expected) in [(0, RunStatus.succeeded), (1, .failed)] {
            let status = try await Self.status(of: "import os\nos.write(4, b'#')\nos._exit(\(code))\n", start)
            #expect(status == expected)
        }
    }
}
