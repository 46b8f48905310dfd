import AirlockCore
import EmbeddedFiles
import Glibc
import Synchronization

@testable import Sandbox

/// What the tests of the warm path share: a zygote of the real interpreter, and a script for its slots.
struct WarmPath {
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
                    "protocol": 2, "name": .string(name), "params": ["days": 7], "seed": .null,
                    "frame_bytes": 1_048_576, "script_bytes": .int(script.utf8.count), "code_bytes": 0, "keep": false,
                ],
            ]
            let text = Array(start.json.utf8)
            link.send(withUnsafeBytes(of: UInt32(text.count).bigEndian) { Array($0) } + text + Array(script.utf8))
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

    private static let runtimes = Mutex<[SandboxProfile: PythonRuntime]>([:])

    static func runtime(_ profile: SandboxProfile = .strict) throws -> PythonRuntime {
        // Suites run side by side: two that described an interpreter at once would have two views of it.
        try runtimes.withLock { runtimes in
            if let known = runtimes[profile] { return known }
            let runtime = try RuntimeStore(environment: environment)
                .python(guest: EmbeddedFiles.files(in: .guest), environment: [:], profile: profile)
            runtimes[profile] = runtime
            return runtime
        }
    }

    static func zygote(
        _ sandbox: Sandbox, _ profile: SandboxProfile = .strict, packages: [String] = [], maxSlots: Int = 1000
    ) throws -> Zygote {
        try Zygote(
            sandbox: sandbox, runtime: try runtime(profile), profile: profile, packages: packages,
            extension: EmbeddedFiles.zygoteExtension, maxSlots: maxSlots)
    }

    /// Runs a script in a slot of its own, and gives its result.
    static func result(
        of script: String, in zygote: Zygote, _ sandbox: Sandbox, inHurry: Bool = false
    ) async throws -> JSONValue {
        let channel = ScriptChannel(script)
        let slot = try await zygote.makeSlot(SandboxLimits(), inHurry: inHurry)
        let outcome = try await sandbox.run(try request(zygote.profile), in: slot, channel: channel)
        guard outcome.status == .succeeded, let result = channel.result else {
            throw AirlockError(.internalError, String(decoding: outcome.standardError.bytes, as: UTF8.self))
        }
        return result
    }

    static func request(_ profile: SandboxProfile = .strict, limits: SandboxLimits = SandboxLimits()) throws
        -> SandboxRequest
    {
        var request = SandboxRequest(
            runtime: try runtime(profile), isolation: .full, profile: profile, limits: limits)
        request.scriptName = "script.py"
        return request
    }
}
