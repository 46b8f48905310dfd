import AirlockCore
import Foundation
import PostHogServer
import Testing

extension ServerTests {
    /// PostHog's own Python SDK, unchanged, against the server. Runs where AIRLOCK_POSTHOG_SDK_PYTHON names an interpreter that has
    /// the package; nothing is installed.
    @Suite(.timeLimit(.minutes(2)), .enabled(if: interpreter != nil)) struct SDKTests {
        @Test func theSDKWorksUnchanged() async throws {
            let python = try #require(interpreter)
            let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            try await withServer { client, _ in
                let (status, bytes) = try await Self.run(
                    python, folder.appendingPathComponent("sdk_check.py").path, client.port)
                let report = try JSONValue(json: bytes)
                #expect(status == 0, "\(report.json)")
                #expect(report["checked"]?.arrayValue?.count ?? 0 > 20)
            }
        }

        /// On a thread of its own: it waits.
        private static func run(_ python: String, _ script: String, _ port: Int) async throws -> (Int32, [UInt8]) {
            try await withCheckedThrowingContinuation { continuation in
                do throws(AirlockError) {
                    try DetachedThread.start { continuation.resume(with: Result { try wait(python, script, port) }) }
                } catch {
                    continuation.resume(throwing: error)
                }
            }
        }

        private static func wait(_ python: String, _ script: String, _ port: Int) throws -> (Int32, [UInt8]) {
            let process = Process()
            process.executableURL = URL(fileURLWithPath: python)
            process.arguments = [script, "http://127.0.0.1:\(port)"]
            let output = Pipe()
            process.standardOutput = output
            try process.run()
            let bytes = Array(try output.fileHandleForReading.readToEnd() ?? Data())
            process.waitUntilExit()
            return (process.terminationStatus, bytes)
        }
    }
}

private let interpreter = ProcessInfo.processInfo.environment["AIRLOCK_POSTHOG_SDK_PYTHON"]
