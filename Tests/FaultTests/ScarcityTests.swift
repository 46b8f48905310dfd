import AirlockCore
import AirlockTesting
import Foundation
import Testing

/// A host that gives too little: a run does its work or says what it lacked, and leaves nothing.
@Suite(.timeLimit(.minutes(10))) struct ScarcityTests {
    /// Every number of descriptors up to more than enough: each place that opens one meets the end of them.
    @Test(arguments: Setting.all) func fewDescriptors(setting: Setting) throws {
        guard setting.isPossible else { return }
        let binary = try BuiltBinary(as: setting.identity)
        var failed = 0
        var lastReason = ""
        // With fewer than seven, the library below Swift's concurrency (libdispatch) may not come up, and traps.
        for count in 10...50 {
            let answer = try binary.run(
                ["exec", "-", "--format", "json", "--isolation", setting.level], input: "print('ran')",
                before: ["/bin/sh", "-c", Self.withDescriptors, "\(count)"])
            let facts = Comment("\(count) descriptors: \(answer.exitCode) \(answer.output) \(answer.errors)")
            if answer.exitCode == 0 { continue }
            failed += 1
            #expect(answer.exitCode == 70, facts)
            let result = try answer.json()
            #expect(result["status"] == "internal_error", facts)
            #expect(result["reason"]?.stringValue?.isEmpty == false, facts)
            lastReason = result["error"]?.json ?? ""
        }
        #expect((1...40).contains(failed), "\(failed) of 41 failed, the last for \(lastReason)")
    }

    /// `$0` is their number, the rest a command. What the tests beside this one let it inherit does not count.
    private static let withDescriptors = """
        exec 3>&- 4>&- 5>&- 6>&- 7>&- 8>&- 9>&-
        exec /usr/bin/prlimit --nofile="$0:$0" "$@"
        """

    /// A cache on a file system of every size, from nothing to enough for the view: what was begun is taken back.
    @Test(.enabled(if: geteuid() == 0, "mounting takes root")) func aCacheThatIsFull() throws {
        let binary = try BuiltBinary()
        var (failed, succeeded) = (0, 0)
        for kibibytes in [4, 16, 64, 128, 256, 512, 1024, 2048, 4096, 8192, 16384, 32768, 65536, 131_072] {
            let answer = try binary.run(
                [], before: ["/usr/bin/unshare", "--mount", "/bin/sh", "-c", Self.inSmallCache, "\(kibibytes)"])
            let lines = answer.output.split(separator: "\n").map(String.init)
            let facts = Comment("\(kibibytes) KiB: \(answer.output) \(answer.errors)")
            let code = lines.first { $0.hasPrefix("CODE ") }
            if code == nil, ProcessInfo.processInfo.environment["CI"] == nil {
                print("fault tests: not applicable on this host: a full cache: \(answer.errors)")
                return
            }
            let left = lines.filter { $0.hasPrefix("LEFT ") }
            if code == "CODE 0" {
                succeeded += 1
                continue
            }
            failed += 1
            #expect(code == "CODE 70", facts)
            #expect(answer.output.contains("No space left on device"), facts)
            // What is whole may stay: the lock, the folder of the guest.
            #expect(!left.contains { $0.contains(".new") || $0.contains("view-") || $0.contains(".json") }, facts)
            #expect(lines.contains("THEN 0"), facts)
        }
        #expect(failed > 0 && succeeded > 0, "\(failed) failed, \(succeeded) succeeded")
    }

    /// `$0` is the size, `$1` the binary. With space again, the next run is clean.
    private static let inSmallCache = #"""
        set -u
        mount -t tmpfs -o size=$0k,mode=755 tmpfs /mnt || exit 99
        export AIRLOCK_CACHE=/mnt/cache
        echo "print('ran')" | "$1" exec - --format json --isolation portable
        echo "CODE $?"
        find /mnt/cache -mindepth 1 -maxdepth 1 | sed 's/^/LEFT /'
        mount -o remount,size=1g /mnt
        echo "print('ran')" | "$1" exec - --isolation portable >/dev/null 2>&1
        echo "THEN $?"
        """#

    /// Control groups that cannot be made as they should: the layer is missing and says so, the run goes on, and no
    /// directory stays. What a killed host left is taken away.
    @Test func aControlGroupThatCannotBeSet() throws {
        let binary = try BuiltBinary()
        let parent = binary.cache + "/groups-\(getpid())"
        try FileManager.default.createDirectory(atPath: parent + "/airlock-run-1-1", withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: parent) }
        try Data("memory pids\n".utf8).write(to: URL(fileURLWithPath: parent + "/cgroup.subtree_control"))
        let answer = try binary.run(
            ["exec", "-", "--format", "json", "--isolation", "portable"], input: "print('ran')",
            environment: ["AIRLOCK_CGROUP": parent])
        #expect(answer.exitCode == 0, "\(answer.errors)")
        let layers = try answer.json()["isolation"]?["layers"]?.arrayValue ?? []
        let group = try #require(layers.first { $0["name"] == "cgroup" })
        #expect(group["active"] == false)
        #expect(group["detail"]?.stringValue?.contains("memory.max cannot be set") == true, "\(group.json)")
        #expect(try FileManager.default.contentsOfDirectory(atPath: parent) == ["cgroup.subtree_control"])
    }
}
