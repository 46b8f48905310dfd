import AirlockCore
import AirlockTesting
import Foundation
import Testing

/// Hostile scripts against the built binary, in both levels of isolation, as root and as an ordinary user.
@Suite(.serialized, .timeLimit(.minutes(5))) struct HostileTests {
    @Test(arguments: ["full", "portable"], BuiltBinary.Identity.possible)
    func everyProbeIsContained(isolation: String, identity: BuiltBinary.Identity) throws {
        let binary = try BuiltBinary(as: identity)
        let bait = try Bait(for: identity)
        defer { bait.remove() }
        for probe in HostileProbe.all(bait) {
            try check(probe, isolation: isolation, binary: binary, bait: bait)
        }
    }

    private func check(_ probe: HostileProbe, isolation: String, binary: BuiltBinary, bait: Bait) throws {
        let secret = [HostileProbe.secretVariable: "BREACH"]
        let outside = try Outside.python(probe.outside, environment: secret)
        #expect(outside.contains("BREACH"), "\(probe.name): the probe does not work outside")
        try bait.restore()

        let limits = probe.limits.flatMap { ["--limit", $0] }
        let answer = try binary.run(
            ["exec", "-", "--format", "json", "--isolation", isolation] + limits, input: probe.inside,
            environment: secret)
        let result = try answer.json()
        let said = result["stdout"]?.json ?? ""
        #expect(!said.contains("BREACH"), "\(probe.name) (\(isolation)): \(said.prefix(300))")
        let facts = Comment(
            "\(probe.name) (\(isolation)): \(result["reason"]?.json ?? "") \(answer.errors.suffix(500))")
        #expect(result["status"]?.stringValue == probe.expected.status, facts)
        #expect(result["limit"]?.stringValue == probe.expected.limit, facts)
        #expect(result["syscall"]?.stringValue == probe.expected.syscall, facts)
        if let refused = probe.expected.refused {
            #expect(result["usage"]?["refused_syscalls"]?[refused]?.intValue ?? 0 > 0, facts)
        }
        #expect(bait.victim.isRunning, "\(probe.name) killed a process of the host")
        #expect(try String(contentsOfFile: bait.file, encoding: .utf8) == "BREACH", "\(probe.name) wrote a host file")
    }

    /// After the hostile ones a healthy run is as clean as ever, and nothing of them is left.
    @Test(arguments: ["full", "portable"])
    func nothingIsLeft(isolation: String) throws {
        let binary = try BuiltBinary()
        let bait = try Bait(for: .own)
        defer { bait.remove() }
        for probe in [HostileProbe.forkBomb, .diskBomb, .sleeper] {
            try check(probe, isolation: isolation, binary: binary, bait: bait)
        }
        let answer = try binary.run(
            ["exec", "-", "--format", "json", "--isolation", isolation],
            input: "import os; print(sorted(os.listdir('.')))")
        #expect(try answer.json()["status"] == "succeeded")
        #expect(try answer.json()["stdout"]?.json.contains("[]") == true)
    }

    /// The host dies: so does everything it started.
    @Test(arguments: ["full", "portable"])
    func killingTheHostLeavesNobody(isolation: String) throws {
        let binary = try BuiltBinary()
        let process = try binary.start(["exec", "-", "--isolation", isolation, "--limit", "wall=60s"])
        process.feed("import time; time.sleep(60)")
        #expect(eventually { !descendants(of: process.pid).isEmpty }, "the run never started")
        // Init, and the script below it.
        #expect(eventually { descendants(of: process.pid).count == 2 })
        let started = descendants(of: process.pid)
        process.signal(SIGKILL)
        _ = process.wait()
        #expect(eventually { !started.contains(where: Outside.isLiving) }, "\(started) outlived the host")
    }

    private func descendants(of pid: pid_t) -> [Int] {
        let children = Outside.children(of: pid)
        return children + children.flatMap { descendants(of: pid_t($0)) }
    }

    /// Waits for a state that comes of itself, at most 20 s; no outcome rests on how long it took.
    private func eventually(_ condition: () -> Bool) -> Bool {
        let deadline = ContinuousClock.now + .seconds(20)
        while ContinuousClock.now < deadline {
            if condition() { return true }
            sched_yield()
        }
        return condition()
    }
}
