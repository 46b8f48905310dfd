import AirlockCore
import EmbeddedFiles
import Glibc
import Runner
import Sandbox
import Synchronization

/// Runs of a tiny script in slots, of zygotes that are recycled as they should be.
final class WarmRuns: RepeatedRuns {
    let environment: [String: String]
    private let sandbox: Sandbox
    private var zygote: Zygote
    private(set) var zygotes = 1

    init(environment: [String: String]) throws(AirlockError) {
        self.environment = environment
        let assets = try Assets(environment: environment)
        sandbox = try Sandbox(profiles: assets.profiles, environment: environment)
        zygote = try Self.zygote(sandbox, assets, environment)
    }

    private static func zygote(
        _ sandbox: Sandbox, _ assets: Assets, _ environment: [String: String]
    ) throws(AirlockError) -> Zygote {
        try Zygote(
            sandbox: sandbox,
            runtime: RuntimeStore(environment: environment).python(guest: assets.guest, environment: environment),
            extension: EmbeddedFiles.zygoteExtension)
    }

    func failure() async -> String? {
        do throws(AirlockError) {
            if !zygote.isCurrent {
                await zygote.drain()
                zygote = try Self.zygote(sandbox, Assets(environment: environment), environment)
                zygotes += 1
            }
            let limits = SandboxLimits()
            let slot = try await zygote.makeSlot(limits)
            let request = SandboxRequest(runtime: zygote.runtime, isolation: .full, limits: limits)
            let outcome = try await sandbox.run(request, in: slot, channel: TinyScript())
            let isRight = outcome.standardOutput.bytes.elementsEqual("42\n".utf8) && outcome.startPath == .warm
            return outcome.status == .succeeded && isRight ? nil : "\(outcome.status): \(outcome.reason ?? "")"
        } catch {
            return "\(error.message) \(error.cause ?? "")"
        }
    }

    func drain() async { await zygote.drain() }
}

/// Gives the script, and listens to nothing.
private final class TinyScript: GuestChannel {
    private static let script = "print(6 * 7)"

    func started(_ link: any GuestLink) {
        let start: JSONValue = [
            "jsonrpc": "2.0", "method": "start",
            "params": [
                "protocol": 2, "name": "tiny.py", "params": [:], "seed": .null, "frame_bytes": 65536,
                "script_bytes": .int(Self.script.utf8.count), "code_bytes": 0, "keep": false,
            ],
        ]
        let text = Array(start.json.utf8)
        link.send(withUnsafeBytes(of: UInt32(text.count).bigEndian) { Array($0) } + text + Array(Self.script.utf8))
    }

    func received(_ bytes: UnsafeRawBufferPointer) {}
    func ended() {}
}
