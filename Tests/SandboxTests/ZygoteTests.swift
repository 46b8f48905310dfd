import AirlockCore
import EmbeddedFiles
import Glibc
import Synchronization
import Testing

@testable import Sandbox

/// The warm path, with the real interpreter.
@Suite(.serialized, .timeLimit(.minutes(10))) struct ZygoteTests {
    /// Gives the guest one script, and keeps what it sends.
    final class ScriptChannel: GuestChannel {
        private let script: String
        private let name: String
        private let bytes = Mutex<[UInt8]>([])

        init(_ script: String, name: String = "script.py") {
            self.script = script
            self.name = name
        }

        func started(_ link: any GuestLink) {
            let start: JSONValue = [
                "jsonrpc": "2.0", "method": "start",
                "params": [
                    "protocol": 1, "script": .string(script), "name": .string(name), "params": ["days": 7],
                    "seed": .null, "frame_bytes": 1_048_576,
                ],
            ]
            let text = Array(start.json.utf8)
            link.send(withUnsafeBytes(of: UInt32(text.count).bigEndian) { Array($0) } + text)
        }

        func received(_ bytes: UnsafeRawBufferPointer) { self.bytes.withLock { $0 += bytes } }
        func ended() {}

        /// What the script gave to `airlock.result`.
        var result: JSONValue? {
            var rest = bytes.withLock { $0 }[...]
            while rest.count > 4 {
                let length = rest.prefix(4).reduce(0) { $0 << 8 | Int($1) }
                let message = try? JSONValue(json: Array(rest.dropFirst(4).prefix(length)))
                if message?["method"]?.stringValue == "result" { return message?["params"]?["value"] }
                rest = rest.dropFirst(4 + length)
            }
            return nil
        }
    }

    private static let environment = ["AIRLOCK_CACHE": "/tmp/airlock-tests-cache-\(geteuid())-zygote"]

    static func sandbox(fault: String? = nil) throws -> Sandbox {
        var environment = environment
        environment["AIRLOCK_FAIL_AT"] = fault
        return try Sandbox(profiles: EmbeddedFiles.files(in: .profiles), environment: environment)
    }

    static func runtime(_ profile: SandboxProfile = .strict) throws -> PythonRuntime {
        try RuntimeStore(environment: environment)
            .python(guest: EmbeddedFiles.files(in: .guest), environment: [:], profile: profile)
    }

    static func zygote(
        _ sandbox: Sandbox, _ profile: SandboxProfile = .strict, packages: [String] = [], maxSlots: Int = 1000
    ) throws -> Zygote {
        try Zygote(
            sandbox: sandbox, runtime: try runtime(profile), profile: profile, packages: packages,
            extension: EmbeddedFiles.zygoteExtension, maxSlots: maxSlots)
    }

    static func request(_ profile: SandboxProfile = .strict, limits: SandboxLimits = SandboxLimits()) throws
        -> SandboxRequest
    {
        var request = SandboxRequest(
            runtime: try runtime(profile), isolation: .full, profile: profile, limits: limits)
        request.scriptName = "script.py"
        return request
    }

    @Test func aScriptRunsInASlot() async throws {
        let sandbox = try Self.sandbox()
        let zygote = try Self.zygote(sandbox)
        let slot = try await zygote.makeSlot(SandboxLimits())
        #expect(slot.isWaiting)
        let channel = ScriptChannel(
            """
            import airlock, os, sys
            print("hello", os.getpid())
            open("a-file", "w").write("x")
            airlock.result({"days": airlock.params.days, "argv": sys.argv, "cwd": os.getcwd(), "files": os.listdir(".")})
            """)
        let outcome = try await sandbox.run(try Self.request(), in: slot, channel: channel)
        #expect(outcome.status == .succeeded, "\(outcome)")
        #expect(outcome.startPath == .warm)
        #expect(outcome.exitCode == 0)
        #expect(String(decoding: outcome.standardOutput.bytes, as: UTF8.self) == "hello 2\n")
        #expect(
            channel.result == ["days": 7, "argv": ["script.py"], "cwd": "/tmp", "files": ["a-file"]])
        #expect(!slot.isWaiting)
        await #expect(throws: AirlockError.self) {
            try await sandbox.run(try Self.request(), in: slot, channel: ScriptChannel("pass"))
        }
    }
}
