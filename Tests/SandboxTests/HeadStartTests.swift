import AirlockCore
import EmbeddedFiles
import Foundation
import Testing

@testable import Sandbox

/// Sandboxes launched on a guess.
@Suite(.serialized, .timeLimit(.minutes(10))) struct HeadStartTests {
    private let environment = ["AIRLOCK_CACHE": "/tmp/airlock-tests-cache-\(geteuid())-head-start"]

    private func request(files: Int = SandboxLimits().files) throws -> SandboxRequest {
        let runtime = try RuntimeStore(environment: environment)
            .python(guest: EmbeddedFiles.files(in: .guest), environment: [:])
        var limits = SandboxLimits()
        limits.wall = .seconds(2)
        limits.files = files
        return SandboxRequest(runtime: runtime, isolation: .full, limits: limits)
    }

    private func specification(_ request: SandboxRequest) throws -> LaunchSpecification {
        let profiles = try EmbeddedFiles.files(in: .profiles).reduce(into: [:]) {
            $0[$1.key] = try SeccompProfile(json: $1.value, name: $1.key)
        }
        let (strict, startup) = (try #require(profiles["strict.json"]), try #require(profiles["startup.json"]))
        return LaunchSpecification(
            request, filter: try SeccompFilter(profile: strict, startup: startup), scratchOnHost: nil, landlockABI: 1)
    }

    /// Runs an interpreter that is given no script, to its wall limit, with a head start for `purpose`.
    private func run(_ request: SandboxRequest, purpose: String) async throws -> (began: Bool, outcome: SandboxOutcome)
    {
        let headStart = try #require(HeadStart(for: purpose, environment: environment))
        let began = headStart.isUnderWay
        let sandbox = try Sandbox(
            profiles: EmbeddedFiles.files(in: .profiles), environment: environment, headStart: headStart)
        let outcome = try await sandbox.run(request, channel: LaunchTests.SilentChannel())
        #expect(!headStart.isUnderWay, "taken, or ended")
        return (began, outcome)
    }

    private func fileNumber(_ purpose: String) -> UInt64? {
        FileIdentity(of: "\(environment["AIRLOCK_CACHE"] ?? "")/launch-\(purpose)")?.inode
    }

    @Test func aRightGuessIsTakenAndAWrongOneIsEndedAndCorrected() async throws {
        let purpose = "test-\(UUID().uuidString)"
        let first = try await run(try request(), purpose: purpose)
        #expect(!first.began, "nothing is known of the first run")
        let kept = try #require(fileNumber(purpose))

        let second = try await run(try request(), purpose: purpose)
        #expect(second.began)
        #expect(second.outcome.limit == .wall)
        #expect(second.outcome.startLatency != nil, "it locked itself down, whoever launched it")
        #expect(fileNumber(purpose) == kept, "the guess was right and stays")

        let other = try await run(try request(files: 40), purpose: purpose)
        #expect(other.began)
        #expect(other.outcome.limit == .wall)
        #expect(fileNumber(purpose) != kept, "the guess was wrong and is replaced")
        #expect(try await run(try request(files: 40), purpose: purpose).began)
    }

    @Test func whatNobodyTookIsEndedWhole() async throws {
        let purpose = "test-\(UUID().uuidString)"
        _ = try await run(try request(), purpose: purpose)
        let headStart = try #require(HeadStart(for: purpose, environment: environment))
        #expect(headStart.isUnderWay)
        headStart.discard()
        #expect(!headStart.isUnderWay)
        #expect(HeadStart(for: "../\(purpose)", environment: environment) == nil, "a purpose is no path")
    }

    @Test func aFileThatOthersCouldHaveWrittenIsNotUsed() async throws {
        let purpose = "test-\(UUID().uuidString)"
        _ = try await run(try request(), purpose: purpose)
        let path = "\(environment["AIRLOCK_CACHE"] ?? "")/launch-\(purpose)"
        #expect(chmod(path, 0o666) == 0)
        #expect(try #require(HeadStart(for: purpose, environment: environment)).isUnderWay == false)
    }

    @Test func specificationsSurviveTheirBytes() throws {
        let specification = try specification(try request())
        #expect(LaunchSpecification(bytes: specification.bytes) == specification)
        let bytes = specification.bytes
        for length in stride(from: 0, to: bytes.count, by: 7) {
            #expect(LaunchSpecification(bytes: Array(bytes[..<length])) == nil)
        }
        for position in stride(from: 0, to: bytes.count, by: 3) {
            var broken = bytes
            broken[position] = 0xFF
            // Whatever it reads as, it is not this specification, and reading it ends.
            if bytes[position] != 0xFF { #expect(LaunchSpecification(bytes: broken) != specification) }
        }
    }
}
