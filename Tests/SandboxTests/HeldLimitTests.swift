import AirlockCore
import Foundation
import Testing

@testable import Sandbox

@Suite struct HeldLimitTests {
    private func held(_ isolation: IsolationReport.Level, groups: [String: String] = [:]) -> [String: Set<String>] {
        let runtime = PythonRuntime(
            executable: "/usr/bin/python3", version: "3.11.2", pieces: [], guestDirectory: "/guest",
            viewDirectory: "/view")
        let request = SandboxRequest(runtime: runtime, isolation: isolation, limits: SandboxLimits())
        let limits = IsolationReport.HeldLimit.all(of: request, groups: groups)
        return Dictionary(uniqueKeysWithValues: limits.map { ($0.name, Set($0.holders.map(\.mechanism.rawValue))) })
    }

    @Test func everyLimitIsHeldBySomething() {
        for isolation in IsolationReport.Level.allCases {
            let held = held(isolation)
            #expect(Set(LimitName.allCases.map(\.rawValue)).isSubset(of: held.keys))
            #expect(held.values.allSatisfy { !$0.isEmpty })
        }
    }

    @Test(arguments: SandboxProfile.allCases) func theKernelGrantsMoreTasksThanTheLimit(profile: SandboxProfile) {
        let limits = SandboxLimits()
        let expected: [SandboxProfile: Int?] = [.strict: nil, .data: 66, .box: 130]
        #expect(expected[profile] == limits.tasksInKernel(profile))
    }

    @Test func portableOnlyWatchesItsScratchDirectory() {
        #expect(held(.full)["disk"] == ["tmpfs", "rlimit"])
        #expect(held(.full)["scratch_files"] == ["tmpfs"])
        #expect(held(.portable)["disk"] == ["host_watch", "rlimit"])
        #expect(held(.portable)["scratch_files"] == ["host_watch"])
    }

    @Test func groupsJoin() {
        let held = held(.full, groups: ["memory.max": "512 MiB", "pids.max": "8"])
        #expect(held["memory"]?.contains("cgroup") == true)
        #expect(held["processes"]?.contains("cgroup") == true)
        #expect(held["cpu"]?.contains("cgroup") == false)
    }

    @Test func aLimitSaysWhatHeldIt() {
        let limit = IsolationReport.HeldLimit(
            name: "memory", value: "512 MiB",
            holders: [.init(.rlimit, "RLIMIT_AS"), .init(.seccomp, "no memfd"), .init(.cgroup, "memory.max 512 MiB")])
        #expect(
            limit.sentence
                == "memory 512 MiB, held by rlimit (RLIMIT_AS), seccomp (no memfd) and cgroup (memory.max 512 MiB)")
    }
}

@Suite struct PageTableWatchTests {
    @Test func readsTheKernelsStatus() {
        let status = PageTableWatch.Status("Name:\tpython3 3\nPPid:\t41\nVmPTE:\t   52444 kB\nVmSwap:\t 0 kB\n")
        #expect(status.parent == 41)
        #expect(status.pageTableBytes == 52444 << 10)
        let hostile = PageTableWatch.Status("Name:\tPPid:\\n9\nPPid:\nVmPTE:\tx kB\n")
        #expect(hostile.parent == nil && hostile.pageTableBytes == 0)
    }

    @Test func denseMemoryHasRoomEnough() {
        for memory in [ByteCount.mebibytes(64), .mebibytes(512), .gibibytes(64)] {
            #expect(PageTableWatch.maxBytes(memory: memory) > 4 * memory.bytes / 512)
        }
    }

    @Test func whatCannotBeSeenIsNotTooMuch() {
        var watch = PageTableWatch(memory: .mebibytes(512), initProcess: -1)
        let isExceeded = watch.isExceeded()
        #expect(!isExceeded)
    }
}

@Suite struct ScratchWatchTests {
    private let watch = ScratchWatch(maxBytes: 64 << 20, maxFiles: 10_000)

    @Test(arguments: [
        (0, 0, 0.0, 31.25), (60 << 20, 0, 0, 5), (80 << 20, 0, 0, 5), (0, 9_000, 0, 10), (0, 0, 20, 80),
        (0, 20_000, 3, 12),
    ])
    func looksMoreOftenTheLessRoomThereIs(bytes: Int, files: Int, took: Double, pause: Double) {
        let found = watch.pause(bytes: bytes, files: files, took: .milliseconds(took))
        #expect(abs(found.inMilliseconds - pause) < 0.01, "\(found)")
    }

    @Test func itNeverWaitsLongerThanItSays() {
        let roomy = ScratchWatch(maxBytes: 16 << 30, maxFiles: 1_000_000)
        #expect(roomy.pause(bytes: 0, files: 0, took: .zero) == ScratchWatch.longest)
    }

    /// A script that writes as fast as is assumed has passed the limit by no more than the shortest pause and the looks
    /// themselves allow.
    @Test(arguments: [0.2, 1.0, 4.0]) func aFastWriterIsCaughtInTime(tookMilliseconds: Double) {
        let took = Duration.milliseconds(tookMilliseconds)
        var (time, looks) = (0.0, 0)
        while true {
            let bytes = Int(time * ScratchWatch.bytesPerSecond)
            time += took.inSeconds
            looks += 1
            if watch.isExceeded(bytes: bytes, files: 0) { break }
            time += watch.pause(bytes: bytes, files: 0, took: took).inSeconds
        }
        let overshoot = time * ScratchWatch.bytesPerSecond - Double(watch.maxBytes)
        let allowed = max(ScratchWatch.shortest.inSeconds, took.inSeconds * 4) + 2 * took.inSeconds
        #expect(overshoot <= allowed * ScratchWatch.bytesPerSecond + 1)
        #expect(looks < 20)
    }

    @Test func whatIsTooMuch() {
        #expect(!watch.isExceeded(bytes: 64 << 20, files: 10_000))
        #expect(watch.isExceeded(bytes: (64 << 20) + 1, files: 0))
        #expect(watch.isExceeded(bytes: 0, files: 10_001))
    }
}

@Suite struct FootprintTests {
    @Test func theDocumentHasTheSumOfTheDefaults() throws {
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let text = try String(contentsOf: root.appendingPathComponent("SECURITY.md"), encoding: .utf8)
        let sum = SandboxLimits().largestFootprint
        #expect(text.contains("Together \(sum)."), "the sum is \(sum)")
    }
}
