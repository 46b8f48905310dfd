import AirlockCore
import Testing

@testable import Runner

/// What control groups leave of memory, in both of their versions.
@Suite struct GroupMemoryTests {
    struct Case: Sendable, CustomTestStringConvertible {
        var name: String
        var membership: String?
        var files: [String: String]
        var free: Int?
        var testDescription: String { name }
    }

    static let cases = [
        Case(name: "no groups", membership: nil, files: [:], free: nil),
        Case(
            name: "no limit", membership: "0::/user\n",
            files: ["/g/user/memory.max": "max\n", "/g/user/memory.current": "100\n"], free: nil),
        Case(
            name: "files not used lately count as free", membership: "0::/user\n",
            files: [
                "/g/user/memory.max": "1000\n", "/g/user/memory.current": "700\n",
                "/g/user/memory.stat": "anon 5\ninactive_file 200\n",
            ], free: 500),
        Case(
            name: "the tightest counts", membership: "0::/a/b\n",
            files: [
                "/g/a/b/memory.max": "max\n", "/g/a/b/memory.current": "10\n", "/g/a/memory.max": "300\n",
                "/g/a/memory.current": "100\n", "/g/memory.max": "1000\n", "/g/memory.current": "100\n",
            ], free: 200),
        Case(
            name: "a container's own group is the root", membership: "0::/../../elsewhere\n",
            files: ["/g/memory.max": "1000\n", "/g/memory.current": "400\n"], free: 600),
        Case(
            name: "version 1", membership: "5:cpu,cpuacct:/x\n3:memory:/job\n0::/\n",
            files: [
                "/g/memory/job/memory.limit_in_bytes": "2000\n", "/g/memory/job/memory.usage_in_bytes": "1500\n",
                "/g/memory/job/memory.stat": "inactive_file 1\ntotal_inactive_file 300\n",
                "/g/memory/memory.limit_in_bytes": "9223372036854771712\n",
                "/g/memory/memory.usage_in_bytes": "5000\n",
            ], free: 800),
        Case(
            name: "nothing is left", membership: "0::/full\n",
            files: ["/g/full/memory.max": "100\n", "/g/full/memory.current": "150\n"], free: 0),
        Case(
            name: "no numbers", membership: "0::/x\nnonsense\n\n",
            files: ["/g/x/memory.max": "-5\n", "/g/x/memory.current": "ten\n"], free: nil),
    ]

    @Test(arguments: cases) func free(what: Case) {
        let memory = GroupMemory(membership: what.membership, root: "/g") { what.files[$0] }
        #expect(memory.free == what.free.map { ByteCount($0) })
    }

    @Test func thisHostHasMemory() {
        #expect(PoolSettings.forThisHost.maxSlots >= 2)
    }
}
