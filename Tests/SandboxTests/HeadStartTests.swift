import AirlockCore
import AirlockLauncher
import EmbeddedFiles
import Foundation
import Testing

@testable import Sandbox

/// Sandboxes launched on a guess.
@Suite(.serialized, .timeLimit(.minutes(10))) struct HeadStartTests {
    private let environment = ["AIRLOCK_CACHE": "/tmp/airlock-tests-cache-\(geteuid())-head-start"]
    private let path: String

    init() {
        path = "\(environment["AIRLOCK_CACHE"] ?? "")/launch-test-\(UUID().uuidString)"
    }

    private func request(files: Int = SandboxLimits().files) throws -> SandboxRequest {
        let runtime = try RuntimeStore(environment: environment)
            .python(guest: EmbeddedFiles.files(in: .guest), environment: [:])
        var limits = SandboxLimits()
        limits.wall = .seconds(2)
        limits.files = files
        return SandboxRequest(runtime: runtime, isolation: .full, limits: limits)
    }

    /// Launches what the file holds and says so, as `airlock` does for `airlock-engine`.
    private func word() throws -> String {
        guard let bytes = readFile(path, maxBytes: 1 << 20) else { return "- \(path)" }
        var plan = airlock_empty_plan()
        var child = airlock_child()
        var streams = airlock_streams()
        var error: Int32 = 0
        let lists = UnsafeMutablePointer<airlock_plan_lists>.allocate(capacity: 1)
        defer { lists.deallocate() }
        let step = try bytes.withUnsafeBufferPointer { buffer in
            let start = try #require(buffer.baseAddress)
            #expect(airlock_read_plan(start, buffer.count, lists, &plan))
            return airlock_start(&plan, &child, &streams, &error)
        }
        #expect(step == AIRLOCK_STEP_NONE.rawValue)
        let copy = airlock_memory_file("test")
        #expect(bytes.withUnsafeBytes { write(copy, $0.baseAddress, $0.count) } == bytes.count)
        let numbers = [
            child.pid, child.pidfd, child.control, child.report, streams.output, streams.errors, streams.requests,
            streams.replies, copy,
        ]
        return numbers.map(String.init).joined(separator: " ") + " \(path)"
    }

    /// Runs an interpreter that is given no script, to its wall limit, with a head start.
    private func run(_ request: SandboxRequest) async throws -> (began: Bool, outcome: SandboxOutcome) {
        let headStart = try #require(HeadStart(handedOver: try word()))
        let began = headStart.isUnderWay
        let sandbox = try Sandbox(
            profiles: EmbeddedFiles.files(in: .profiles), environment: environment, headStart: headStart)
        let outcome = try await sandbox.run(request, channel: LaunchTests.SilentChannel())
        #expect(!headStart.isUnderWay, "taken, or ended")
        return (began, outcome)
    }

    private var fileNumber: UInt64? { FileIdentity(of: path)?.inode }

    @Test func aRightGuessIsTakenAndAWrongOneIsEndedAndCorrected() async throws {
        defer { unlink(path) }
        let first = try await run(try request())
        #expect(!first.began, "nothing is known of the first run")
        let kept = try #require(fileNumber)

        let second = try await run(try request())
        #expect(second.began)
        #expect(second.outcome.limit == .wall)
        #expect(second.outcome.startLatency != nil, "it locked itself down, whoever launched it")
        #expect(fileNumber == kept, "the guess was right and stays")

        let other = try await run(try request(files: 40))
        #expect(other.began)
        #expect(other.outcome.limit == .wall)
        #expect(fileNumber != kept, "the guess was wrong and is replaced")
        #expect(try await run(try request(files: 40)).began)
    }

    @Test func whatNobodyTookIsEndedWhole() async throws {
        defer { unlink(path) }
        _ = try await run(try request())
        let word = try word()
        let headStart = try #require(HeadStart(handedOver: word))
        #expect(headStart.isUnderWay)
        headStart.discard()
        #expect(!headStart.isUnderWay)
        let pid = try #require(pid_t(word.prefix { $0 != " " }))
        #expect(kill(pid, 0) == -1 && errno == ESRCH, "reaped")
    }

    @Test(arguments: [
        "", "- ", "1 2 3", "- /tmp/else", "\(getpid()) 3 4 5 6 7 8 9 10 /launch-exec",
        "1 3 4 5 6 7 8 9 10 /launch-exec", "-1 3 4 5 6 7 8 9 10 /launch-exec",
        "99999999999 3 4 5 6 7 8 9 10 /launch-exec", "4194304 0 1 2 6 7 8 9 10 /launch-exec",
    ])
    func whatTellsOfNoChildOfOursIsNotTaken(_ text: String) {
        #expect(HeadStart(handedOver: text)?.isUnderWay != true)
        #expect(fcntl(1, F_GETFD) == 0, "and nothing of this process was changed")
    }
}
