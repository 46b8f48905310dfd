import AirlockCore
import AirlockLauncher
import Glibc
import Testing

@testable import Sandbox

/// Where slots are made, where they wait, and how they are woken.
@Suite(.serialized, .timeLimit(.minutes(2))) struct SlotPostTests {
    @Test(
        arguments: [
            ([0, 1], 0, 7, 1), ([0, 1], 1, 7, 0), ([0, 1, 2, 3], 1, 0, 0), ([0, 1, 2, 3], 1, 1, 2),
            ([0, 1, 2, 3], 1, 2, 3),
            ([0, 1, 2, 3], 1, 3, 0), ([4, 6], 5, 1, 6), ([3], 3, 0, nil), ([], 0, 0, nil),
        ] as [([Int32], Int32, UInt32, Int32?)])
    func slotsAreMadeApartFromTheHost(usable: [Int32], host: Int32, turn: UInt32, chosen: Int32?) {
        #expect(Processors.choose(of: usable, apartFrom: host, turn) == chosen)
    }

    @Test func aSlotKeepsToItsProcessorUntilItsScriptIsLetGo() async throws {
        let zygote = try WarmPath.zygote(try WarmPath.sandbox())
        let slot = try await zygote.makeSlot(SandboxLimits())
        guard Processors.forSlot() != nil else {
            #expect(slot.post == nil)
            return slot.discard()
        }
        let post = try #require(slot.post)
        let initProcess = try #require(slot.initProcess)
        #expect(post.script != initProcess && post.isKept)
        #expect(Processors.numbers(ofProcess: initProcess) == Processors.usable, "init is to be where its script is")
        post.leave()
        #expect(Processors.numbers(ofProcess: post.script) == Processors.usable)
        slot.discard()
    }

    /// One that is wanted at once is made where there is room; threads need several processors.
    @Test(arguments: [(SandboxProfile.strict, true), (.data, false)])
    func othersAreAnywhere(profile: SandboxProfile, inHurry: Bool) async throws {
        let zygote = try WarmPath.zygote(try WarmPath.sandbox(), profile)
        let slot = try await zygote.makeSlot(SandboxLimits(), inHurry: inHurry)
        #expect(slot.post == nil)
        #expect(Processors.numbers(ofProcess: try #require(slot.initProcess)) == Processors.usable)
        slot.discard()
    }

    @Test func aProcessThatIsGoneHasNoScript() {
        #expect(SlotPost(on: 0, scriptOf: .max) == nil)
    }

    /// A millisecond after its start, or sooner.
    @Test func aScriptThatRunsOnMayUseAllProcessors() async throws {
        let sandbox = try WarmPath.sandbox()
        let script = """
            import airlock, os, time
            end = time.monotonic() + 10
            while len(os.sched_getaffinity(0)) != \(Processors.usable.count) and time.monotonic() < end: pass
            airlock.result(len(os.sched_getaffinity(0)))
            """
        let seen = try await WarmPath.result(of: script, in: try WarmPath.zygote(sandbox), sandbox)
        #expect(seen.intValue == Processors.usable.count)
    }

    /// How often a process has slept.
    private static func sleeps(of process: pid_t) -> Int {
        let text = readFile("/proc/\(process)/status", maxBytes: 65536).map { String(decoding: $0, as: UTF8.self) }
        let line = text?.split(separator: "\n").first { $0.hasPrefix("voluntary_ctxt_switches:") }
        return line?.split(separator: "\t").last.flatMap { Int($0) } ?? -1
    }

    /// Keeps this thread off a processor while the body runs, which must not wait for a task.
    private static func off(_ processor: Int32, _ body: () -> Void) throws {
        var before = airlock_processors()
        try #require(airlock_allowed_processors(0, &before))
        var others = before
        withUnsafeMutableBytes(of: &others) { $0[Int(processor) / 8] &= ~(1 << UInt8(processor % 8)) }
        try #require(airlock_allow_processors(0, &others))
        body()
        #expect(airlock_allow_processors(0, &before))
    }

    @Test func aSlotThatIsRousedWakesSixteenTimesAtMost() async throws {
        let slot = try await WarmPath.zygote(try WarmPath.sandbox()).makeSlot(SandboxLimits())
        guard let post = slot.post else { return slot.discard() }
        try Self.off(post.processor) {
            for time in 1...16 {
                let before = Self.sleeps(of: post.script)
                slot.rouse()
                var looks = 0
                while Self.sleeps(of: post.script) == before, looks < 5000 { (_, looks) = (usleep(1000), looks + 1) }
                #expect(before > 0 && looks < 5000, "\(time)")
            }
            let before = Self.sleeps(of: post.script)
            for _ in 0..<100 { slot.rouse() }
            usleep(100_000)
            #expect(Self.sleeps(of: post.script) == before)
        }
        slot.discard()
    }

    /// As often as that may happen: a slot that was woken waits on, and runs what it is given.
    @Test(arguments: [1, 2, 50]) func aSlotThatWasRousedRunsItsScript(times: Int) async throws {
        let sandbox = try WarmPath.sandbox()
        let slot = try await WarmPath.zygote(sandbox).makeSlot(SandboxLimits())
        for time in 0..<times {
            slot.rouse()
            // Sometimes after it has stopped looking out.
            if time % 8 == 0 { usleep(5000) }
        }
        #expect(slot.isWaiting)
        let channel = WarmPath.ScriptChannel("import airlock\nairlock.result(airlock.params.days)")
        let outcome = try await sandbox.run(try WarmPath.request(), in: slot, channel: channel)
        #expect(outcome.status == .succeeded && channel.result == 7, "\(outcome)")
    }

    @Test func aSlotThatWasRousedCanBeDiscarded() async throws {
        let slot = try await WarmPath.zygote(try WarmPath.sandbox()).makeSlot(SandboxLimits())
        slot.rouse()
        slot.discard()
        slot.rouse()
        #expect(!slot.isWaiting)
    }

    /// Longer than what it looks for at once holds.
    @Test func aLongScriptArrivesWhole() async throws {
        let sandbox = try WarmPath.sandbox()
        let slot = try await WarmPath.zygote(sandbox).makeSlot(SandboxLimits())
        let text = String(repeating: "and on and on\n", count: 20_000)
        slot.rouse()
        let channel = WarmPath.ScriptChannel("text = '''\(text)'''\nimport airlock\nairlock.result(len(text))\n")
        let outcome = try await sandbox.run(try WarmPath.request(), in: slot, channel: channel)
        #expect(outcome.status == .succeeded && channel.result == 280_000, "\(outcome)")
    }
}
