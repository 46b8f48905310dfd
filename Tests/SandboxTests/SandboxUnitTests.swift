import AirlockCore
import Foundation
import Testing

@testable import Sandbox

@Suite struct RunClockTests {
    @Test func pausesNestAndAreTakenOut() {
        let start = ContinuousClock.now
        var clock = RunClock(start: start)
        clock.pause(at: start + .seconds(1))
        clock.pause(at: start + .seconds(2))
        clock.resume(at: start + .seconds(3))
        #expect(clock.deadline(scriptWall: .seconds(5)) == nil)
        #expect(clock.scriptWall(at: start + .seconds(4)) == .seconds(1))
        clock.resume(at: start + .seconds(5))
        #expect(clock.brokerWait(at: start + .seconds(9)) == .seconds(4))
        #expect(clock.scriptWall(at: start + .seconds(9)) == .seconds(5))
        #expect(clock.deadline(scriptWall: .seconds(5)) == start + .seconds(9))
    }

    @Test func aResumeTooManyChangesNothing() {
        let start = ContinuousClock.now
        var clock = RunClock(start: start)
        clock.resume(at: start + .seconds(1))
        #expect(clock.scriptWall(at: start + .seconds(2)) == .seconds(2))
    }
}

@Suite struct BoundedCaptureTests {
    @Test(arguments: [(3, "abc", false), (4, "abc", false), (2, "ab", true), (0, "", true)])
    func keepsTheFirstBytes(limit: Int, kept: String, isCut: Bool) {
        var capture = BoundedCapture(limit: ByteCount(limit))
        for piece in ["a", "bc"] { Array(piece.utf8).withUnsafeBytes { capture.append($0) } }
        #expect(String(decoding: capture.stream.bytes, as: UTF8.self) == kept)
        #expect(capture.stream.isCut == isCut)
    }
}

@Suite struct ScratchDirectoryTests {
    private func fresh() throws -> String {
        let path = NSTemporaryDirectory() + "/airlock-scratch-test-\(UInt32.random(in: .min ... .max))"
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        return path
    }

    @Test func removesWhatIsDeeperThanAPathCanName() throws {
        let path = try fresh()
        let home = open(".", O_RDONLY | O_DIRECTORY)
        defer { close(home) }
        var directory = open(path, O_RDONLY | O_DIRECTORY)
        for _ in 0..<3000 {
            mkdirat(directory, "deeper", 0o700)
            let next = openat(directory, "deeper", O_RDONLY | O_DIRECTORY)
            close(directory)
            directory = next
        }
        close(directory)
        ScratchDirectory.remove(path)
        #expect(access(path, F_OK) != 0)
    }

    @Test func neverFollowsALink() throws {
        let (path, other) = (try fresh(), try fresh())
        defer { ScratchDirectory.remove(other) }
        try "kept".write(toFile: other + "/file", atomically: true, encoding: .utf8)
        try FileManager.default.createSymbolicLink(atPath: path + "/link", withDestinationPath: other)
        try FileManager.default.createDirectory(atPath: path + "/closed", withIntermediateDirectories: false)
        try "x".write(toFile: path + "/closed/x", atomically: true, encoding: .utf8)
        chmod(path + "/closed", 0)
        ScratchDirectory.remove(path)
        #expect(access(path, F_OK) != 0)
        #expect(access(other + "/file", F_OK) == 0)
    }

    @Test func whatADeadHostLeftIsRemovedAndWhatLivesIsKept() throws {
        let parent = try fresh()
        defer { ScratchDirectory.remove(parent) }
        let living = try ScratchDirectory(in: parent, owner: (geteuid(), getegid()))
        try FileManager.default.createDirectory(atPath: parent + "/run-stale/x", withIntermediateDirectories: true)
        let next = try ScratchDirectory(in: parent, owner: (geteuid(), getegid()))
        #expect(access(parent + "/run-stale", F_OK) != 0)
        #expect(access(living.path, F_OK) == 0)
        #expect(access(next.path, F_OK) == 0)
    }

    /// A file without a name counts once, whether it is open, open twice or mapped.
    @Test func unlinkedFilesThatAreHeldCount() throws {
        let parent = try fresh()
        defer { ScratchDirectory.remove(parent) }
        let scratch = try ScratchDirectory(in: parent, owner: (geteuid(), getegid()))
        let before = scratch.deletedBytes(of: getpid())
        let file = open(scratch.path + "/hidden", O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        let size = 4 << 20
        #expect(posix_fallocate(file, 0, size) == 0)
        #expect(scratch.deletedBytes(of: getpid()) - before < size, "it still has its name")
        unlink(scratch.path + "/hidden")
        let twin = dup(file)
        let mapping = mmap(nil, size, PROT_READ, MAP_SHARED, file, 0)
        let held = scratch.deletedBytes(of: getpid()) - before
        #expect(held >= size && held < 2 * size)
        close(file)
        close(twin)
        #expect(scratch.deletedBytes(of: getpid()) - before >= size, "the mapping alone holds it")
        munmap(mapping, size)
        #expect(scratch.deletedBytes(of: getpid()) - before < size)
    }

    @Test func usageCountsBytesAndEntries() throws {
        let parent = try fresh()
        defer { ScratchDirectory.remove(parent) }
        let scratch = try ScratchDirectory(in: parent, owner: (geteuid(), getegid()))
        try Data(count: 1 << 20).write(to: URL(fileURLWithPath: scratch.path + "/a"))
        try FileManager.default.createDirectory(atPath: scratch.path + "/d", withIntermediateDirectories: false)
        try Data(count: 1 << 20).write(to: URL(fileURLWithPath: scratch.path + "/d/b"))
        let usage = scratch.usage(maxEntries: 100)
        #expect(usage.entries == 3)
        #expect(usage.bytes >= 2 << 20)
        #expect(scratch.usage(maxEntries: 1).entries == 2)
    }

    /// A script may name files as it likes: they count, and they go.
    @Test func namesThatAreNoTextCountAndAreRemoved() throws {
        let parent = try fresh()
        defer { ScratchDirectory.remove(parent) }
        let scratch = try ScratchDirectory(in: parent, owner: (geteuid(), getegid()))
        let inner = Array(scratch.path.utf8) + Array("/d".utf8) + [0xFF]
        #expect(mkdir((inner + [0]).map(CChar.init(bitPattern:)), 0o700) == 0)
        for name in [inner + [0x2F, 0xFE], Array(scratch.path.utf8) + [0x2F, 0xC3, 0x28]] {
            let file = open((name + [0]).map(CChar.init(bitPattern:)), O_WRONLY | O_CREAT | O_CLOEXEC, 0o600)
            #expect(file >= 0 && posix_fallocate(file, 0, 1 << 20) == 0)
            close(file)
        }
        let usage = scratch.usage(maxEntries: 100)
        #expect(usage.entries == 3 && usage.bytes >= 2 << 20)
        ScratchDirectory.remove(scratch.path)
        #expect(access(scratch.path, F_OK) != 0)
    }
}

@Suite struct PythonRuntimeTests {
    @Test func anInterpreterThatIsNotThereIsSaid() {
        #expect {
            try PythonRuntime.candidate(environment: ["AIRLOCK_PYTHON": "/no/such/python"])
        } throws: {
            ($0 as? AirlockError)?.code == .interpreterUnavailable
        }
    }

    @Test func theDescriptionSurvivesJSON() throws {
        let identity = try #require(FileIdentity(of: "/"))
        let runtime = PythonRuntime(
            executable: "/usr/bin/python3", version: "3.11.2",
            pieces: [.init(path: "/usr/lib", isDirectory: true, identity: identity)],
            guestDirectory: "/guest", viewDirectory: "/view")
        #expect(PythonRuntime(json: runtime.json) == runtime)
        #expect(PythonRuntime(json: ["executable": "/usr/bin/python3"]) == nil)
    }

    @Test func aCacheThatOthersCanWriteIsRefused() throws {
        let directory = NSTemporaryDirectory() + "/airlock-cache-test-\(UInt32.random(in: .min ... .max))"
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
        defer { ScratchDirectory.remove(directory) }
        chmod(directory, 0o777)
        let store = try RuntimeStore(environment: ["AIRLOCK_CACHE": directory])
        #expect {
            try store.python(guest: ["describe.py": Array("print(1)".utf8)], environment: [:])
        } throws: {
            ($0 as? AirlockError)?.message.contains("not yours alone") == true
        }
    }
}
