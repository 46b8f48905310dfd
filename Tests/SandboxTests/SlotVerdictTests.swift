import AirlockCore
import Glibc
import Testing

@testable import Sandbox

/// How runs in slots end: as cold ones do.
@Suite(.serialized, .timeLimit(.minutes(10))) struct SlotVerdictTests {
    struct Case: Sendable, CustomTestStringConvertible {
        var name: String
        var script: String
        var status: RunStatus
        var limit: LimitName? = nil
        var call: String? = nil
        var signal: String? = nil
        var profile = SandboxProfile.strict
        var testDescription: String { name }
    }

    static let cases = [
        Case(name: "exit code", script: "import sys\nsys.exit(3)", status: .failed),
        Case(name: "exception", script: "1 / 0", status: .failed),
        Case(name: "wall", script: "import time\ntime.sleep(60)", status: .limitExceeded, limit: .wall),
        Case(name: "cpu", script: "while True: pass", status: .limitExceeded, limit: .cpu),
        Case(name: "output", script: "while True: print('x' * 10000)", status: .limitExceeded, limit: .output),
        Case(
            name: "memory", script: "try:\n    x = bytearray(300 << 20)\nexcept MemoryError:\n    raise SystemExit(9)",
            status: .failed),
        Case(
            name: "processes",
            script: "import os\nfor _ in range(1000):\n    try:\n        os.fork()\n    except OSError:\n        pass",
            status: .limitExceeded, limit: .processes),
        Case(
            name: "threads",
            script: """
                import threading, time
                while True:
                    try:
                        threading.Thread(target=time.sleep, args=(30,), daemon=True).start()
                    except RuntimeError:
                        time.sleep(0.01)
                """, status: .limitExceeded, limit: .processes, profile: .data),
        Case(
            name: "disk",
            script: "with open('f', 'wb') as f:\n    while True: f.write(b'x' * 65536)", status: .failed),
        Case(
            name: "a killed call", script: "import ctypes\nctypes.CDLL(None).ptrace(0, 0, 0, 0)", status: .denied,
            call: "ptrace"),
        Case(name: "crash", script: "import ctypes\nctypes.string_at(0)", status: .failed, signal: "SIGSEGV"),
    ]

    @Test(arguments: cases) func aRunEnds(what: Case) async throws {
        var limits = SandboxLimits()
        limits.wall = .seconds(2)
        limits.cpu = .milliseconds(300)
        limits.memory = .mebibytes(what.profile == .data ? 1024 : 200)
        limits.disk = .mebibytes(4)
        let sandbox = try WarmPath.sandbox()
        let slot = try await WarmPath.zygote(sandbox, what.profile).makeSlot(limits)
        let outcome = try await sandbox.run(
            try WarmPath.request(what.profile, limits: limits), in: slot,
            channel: WarmPath.ScriptChannel(what.script))
        #expect(outcome.status == what.status, "\(outcome)")
        #expect(outcome.limit == what.limit)
        #expect(outcome.deniedSyscall == what.call)
        #expect(what.signal == nil || outcome.signal == what.signal)
    }

    @Test func refusedCallsAreCountedWithTheirLines() async throws {
        let sandbox = try WarmPath.sandbox()
        let slot = try await WarmPath.zygote(sandbox).makeSlot(SandboxLimits())
        let script = """
            import os
            try:
                os.kill(1, 0)
            except OSError as error:
                print(error.errno)
            """
        let outcome = try await sandbox.run(
            try WarmPath.request(), in: slot, channel: WarmPath.ScriptChannel(script))
        #expect(outcome.status == .succeeded)
        #expect(String(decoding: outcome.standardOutput.bytes, as: UTF8.self) == "1\n")
        #expect(outcome.usage.refusedCalls == [RefusedCall(name: "kill", count: 1, lines: [3])])
    }

    @Test func theTimeOfItsPreparationIsNotTheScripts() async throws {
        let sandbox = try WarmPath.sandbox()
        let zygote = try WarmPath.zygote(sandbox)
        let slot = try await zygote.makeSlot(SandboxLimits())
        let outcome = try await sandbox.run(try WarmPath.request(), in: slot, channel: WarmPath.ScriptChannel("pass"))
        #expect(outcome.usage.minorPageFaults > 0)
        #expect(outcome.usage.minorPageFaults < 500)
        #expect(outcome.usage.peakResidentBytes > 1 << 20)
        #expect(outcome.startLatency != nil)
        #expect(outcome.isolation.layers.allSatisfy { $0.active || $0.name == "cgroup" })
    }

    /// The end is told before the script's process has ended: what it took is known all the same.
    @Test(arguments: [SandboxProfile.strict, .data]) func whatItTookIsKnown(profile: SandboxProfile) async throws {
        let sandbox = try WarmPath.sandbox()
        var limits = SandboxLimits()
        limits.memory = .mebibytes(1024)
        let slot = try await WarmPath.zygote(sandbox, profile).makeSlot(limits)
        let script = """
            import time
            kept = bytearray(64 << 20)
            end = time.process_time() + 0.2
            while time.process_time() < end: pass
            """
        let outcome = try await sandbox.run(
            try WarmPath.request(profile, limits: limits), in: slot, channel: WarmPath.ScriptChannel(script))
        #expect(outcome.status == .succeeded)
        let cpu = outcome.usage.userCPU + outcome.usage.systemCPU
        #expect(cpu > .milliseconds(190) && cpu < outcome.usage.wall + .milliseconds(20))
        #expect(outcome.usage.peakResidentBytes > 64 << 20)
        #expect(outcome.usage.minorPageFaults > 0)
    }

    /// Signals break off the wait in the last call, whose C handlers then run: the script is over all the same.
    @Test(arguments: [0, 3, 255]) func nothingComesAfterTheLastCall(code: Int) async throws {
        let sandbox = try WarmPath.sandbox()
        let zygote = try WarmPath.zygote(sandbox)
        let script = """
            import faulthandler, os, signal, sys
            faulthandler.register(signal.SIGALRM, file=sys.stderr)
            signal.setitimer(signal.ITIMER_REAL, 2e-4, 2e-4)
            os.write(1, b"the last word")
            os._exit(\(code))
            """
        for _ in 0..<30 {
            let slot = try await zygote.makeSlot(SandboxLimits())
            let outcome = try await sandbox.run(
                try WarmPath.request(), in: slot, channel: WarmPath.ScriptChannel(script))
            #expect(outcome.exitCode == Int32(code))
            #expect(outcome.status == (code == 0 ? .succeeded : .failed))
            #expect(String(decoding: outcome.standardOutput.bytes, as: UTF8.self) == "the last word")
        }
    }

    /// Until nothing is left of its slot, the run holds it.
    @Test func aSlotIsGoneWhenItSaysSo() async throws {
        let sandbox = try WarmPath.sandbox()
        let slot = try await WarmPath.zygote(sandbox).makeSlot(SandboxLimits())
        let process = try #require(slot.initProcess)
        let script = try Family(ofSlot: process).script
        let request = try WarmPath.request()
        await withCheckedContinuation { continuation in
            Task {
                let outcome = try? await sandbox.run(
                    request, in: slot, channel: WarmPath.ScriptChannel("kept = bytearray(32 << 20)"),
                    whenGone: { continuation.resume() })
                #expect(outcome?.status == .succeeded)
            }
        }
        #expect(kill(script, 0) != 0 && errno == ESRCH)
        // Its zygote reaps init.
        for _ in 0..<5000 where kill(process, 0) == 0 { usleep(1000) }
        #expect(kill(process, 0) != 0 && errno == ESRCH)
    }

    @Test func cancellingEndsTheRun() async throws {
        let sandbox = try WarmPath.sandbox()
        let zygote = try WarmPath.zygote(sandbox)
        let slot = try await zygote.makeSlot(SandboxLimits())
        let request = try WarmPath.request()
        let task = Task {
            try await sandbox.run(
                request, in: slot, channel: WarmPath.ScriptChannel("import time\ntime.sleep(60)"))
        }
        task.cancel()
        #expect(try await task.value.status == .cancelled)
        #expect(try await zygote.makeSlot(SandboxLimits()).isWaiting)
    }

    @Test func aSlotThatWasKilledIsNotUsed() async throws {
        let sandbox = try WarmPath.sandbox()
        let zygote = try WarmPath.zygote(sandbox)
        let slot = try await zygote.makeSlot(SandboxLimits())
        let family = try Family(ofSlot: try #require(slot.initProcess))
        kill(family.script, SIGKILL)
        for _ in 0..<5000 where slot.isWaiting { usleep(1000) }
        #expect(!slot.isWaiting)
        await #expect(throws: AirlockError.self) {
            try await sandbox.run(try WarmPath.request(), in: slot, channel: WarmPath.ScriptChannel("pass"))
        }
        #expect(zygote.isCurrent)
        #expect(try await zygote.makeSlot(SandboxLimits()).isWaiting)
    }

    /// With it all of its slots end, those that run too.
    @Test func aZygoteThatWasKilledTakesItsSlotsAlong() async throws {
        let sandbox = try WarmPath.sandbox()
        let zygote = try WarmPath.zygote(sandbox)
        let (waiting, running) = (
            try await zygote.makeSlot(SandboxLimits()), try await zygote.makeSlot(SandboxLimits())
        )
        let family = try Family(ofSlot: try #require(waiting.initProcess))
        let request = try WarmPath.request()
        let run = Task {
            try await sandbox.run(
                request, in: running, channel: WarmPath.ScriptChannel("import time\ntime.sleep(60)"))
        }
        for _ in 0..<5000 where running.isWaiting { usleep(1000) }
        kill(family.zygote, SIGKILL)
        let outcome = try await run.value
        #expect(outcome.status == .internalError, "\(outcome)")
        #expect(outcome.reason != nil)
        for _ in 0..<5000 where waiting.isWaiting || zygote.isCurrent { usleep(1000) }
        #expect(!waiting.isWaiting)
        #expect(!zygote.isCurrent)
        await #expect(throws: AirlockError.self) { try await zygote.makeSlot(SandboxLimits()) }
        #expect(family.isGone)
    }
}
