import AirlockCore
import EmbeddedFiles
import Foundation
import Testing

@testable import Sandbox

/// Control groups: what is refused of directories that are none, and runs in a tree that was really delegated.
@Suite(.serialized, .timeLimit(.minutes(5))) struct CgroupTests {
    private func folder(_ files: [String: String]) throws -> String {
        let path = NSTemporaryDirectory() + "/airlock-cgroup-test-\(UInt32.random(in: .min ... .max))"
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        for (name, text) in files { try text.write(toFile: "\(path)/\(name)", atomically: true, encoding: .utf8) }
        return path
    }

    private func entries(_ path: String) -> Set<String> {
        Set((try? FileManager.default.contentsOfDirectory(atPath: path)) ?? [])
    }

    @Test(arguments: [
        ([:], "is not a cgroup v2 directory"), (["cgroup.subtree_control": "io cpuset\n"], "hands down none"),
        // A directory that is no control group has none of its files: nothing is set, nothing stays.
        (["cgroup.subtree_control": "memory pids\n"], "memory.max cannot be set"),
        (["cgroup.subtree_control": "cpu"], "cpu.max cannot be set"),
    ])
    func whatIsNoneIsSaidAndLeftAsItWas(files: [String: String], what: String) throws {
        let path = try folder(files)
        defer { ScratchDirectory.remove(path) }
        let scope = CgroupScope.make(limits: SandboxLimits(), environment: ["AIRLOCK_CGROUP": path])
        #expect(scope.descriptor == -1)
        #expect(!scope.layer.active && scope.layer.remedy != nil)
        #expect(scope.layer.detail.contains(what), "\(scope.layer.detail)")
        #expect(entries(path) == Set(files.keys))
    }

    @Test(arguments: [
        ("low 0\nhigh 0\nmax 3\noom 1\noom_kill 1\noom_group_kill 0\n", true),
        ("low 0\nmax 3\noom 1\noom_kill 0\n", false), ("oom_kill_more 4\n", false), ("", false),
    ])
    func aMemoryKillIsReadFromTheEvents(text: String, wasKilled: Bool) throws {
        let path = try folder(["memory.events": text])
        defer { ScratchDirectory.remove(path) }
        #expect(CgroupScope.ranOutOfMemory(in: path) == wasKilled)
        #expect(!CgroupScope.ranOutOfMemory(in: path + "/missing"))
        #expect(!CgroupScope.ranOutOfMemory(in: nil))
    }

    @Test func steppingAsideIsUndoneWhereItCannotBeDone() throws {
        let path = try folder(["cgroup.controllers": "memory pids\n", "cgroup.subtree_control": ""])
        defer { ScratchDirectory.remove(path) }
        DelegatedCgroup.stepAside(in: path)
        #expect(entries(path) == ["cgroup.controllers", "cgroup.subtree_control"])
    }

    /// A tree that is ours and hands controllers down: `AIRLOCK_TEST_CGROUP`, or the tests' own group.
    private static var delegated: String? {
        let named = ProcessInfo.processInfo.environment["AIRLOCK_TEST_CGROUP"]
        guard let path = named ?? DelegatedCgroup.ownDirectory, access(path, W_OK) == 0,
            let words = DelegatedCgroup.words(in: "\(path)/cgroup.subtree_control"),
            !words.isDisjoint(with: ["memory", "pids", "cpu", "hugetlb"])
        else { return nil }
        return path
    }

    /// Looks into the run's own group while the run lives.
    private final class LookingChannel: GuestChannel, @unchecked Sendable {
        let tree: String
        // Written on the supervising thread before the run ends, read after it.
        private(set) var seen: [String: String] = [:]

        init(tree: String) { self.tree = tree }

        func started(_ link: any GuestLink) {
            let groups = (try? FileManager.default.contentsOfDirectory(atPath: tree)) ?? []
            guard let group = groups.first(where: { $0.hasPrefix("airlock-run-\(getpid())-") }) else { return }
            for file in ["memory.max", "pids.max", "cpu.max", "hugetlb.2MB.max", "cgroup.procs"] {
                let text = try? String(contentsOfFile: "\(tree)/\(group)/\(file)", encoding: .utf8)
                seen[file] = text?.trimmingCharacters(in: .whitespacesAndNewlines)
            }
        }
        func received(_ bytes: UnsafeRawBufferPointer) {}
        func ended() {}
    }

    @Test(arguments: IsolationReport.Level.allCases)
    func aRunLivesInAGroupOfItsOwn(isolation: IsolationReport.Level) async throws {
        guard let tree = Self.delegated else {
            print("cgroup tests: not applicable: no delegated cgroup v2; name one in AIRLOCK_TEST_CGROUP")
            return
        }
        // What a host that was killed would have left.
        try FileManager.default.createDirectory(
            atPath: tree + "/airlock-run-1-1", withIntermediateDirectories: false)
        let cache = ["AIRLOCK_CACHE": "/tmp/airlock-tests-cache-\(geteuid())-launch"]
        let runtime = try RuntimeStore(environment: cache)
            .python(guest: EmbeddedFiles.files(in: .guest), environment: [:])
        var limits = SandboxLimits()
        limits.wall = .milliseconds(300)
        let sandbox = try Sandbox(
            profiles: EmbeddedFiles.files(in: .profiles),
            environment: cache.merging(["AIRLOCK_CGROUP": tree]) { $1 })
        let channel = LookingChannel(tree: tree)
        let outcome = try await sandbox.run(
            SandboxRequest(runtime: runtime, isolation: isolation, limits: limits), channel: channel)
        #expect(outcome.limit == .wall)
        let layer = try #require(outcome.isolation.layers.first { $0.name == "cgroup" })
        #expect(layer.active, "\(layer.detail)")
        #expect(channel.seen["cgroup.procs"]?.isEmpty == false, "init was cloned into it")
        let words = DelegatedCgroup.words(in: "\(tree)/cgroup.subtree_control") ?? []
        for (controller, file, value) in [
            ("memory", "memory.max", "\(limits.memory.bytes)"), ("pids", "pids.max", "8"),
            ("cpu", "cpu.max", "100000 100000"), ("hugetlb", "hugetlb.2MB.max", "0"),
        ] {
            #expect(channel.seen[file] == (words.contains(controller) ? value : nil), "\(file)")
        }
        let holders = outcome.isolation.limits.filter { limit in
            limit.holders.contains { $0.mechanism == .cgroup }
        }.map(\.name)
        let expected = [("cpu", "cpu"), ("memory", "memory"), ("processes", "pids")]
        #expect(holders == expected.filter { words.contains($0.1) }.map(\.0))
        #expect(entries(tree).filter { $0.hasPrefix("airlock-run-") }.isEmpty, "nothing is left, the stale one neither")
    }
}
