import AirlockTesting
import Foundation
import Testing

/// A batch whose sandboxes wait for their scripts, killed at many moments: neither zygote nor slot lives on.
@Suite(.serialized, .timeLimit(.minutes(10))) struct WarmKillTests {
    @Test(arguments: Killer.Target.allCases) func nobodyLivesOn(target: Killer.Target) throws {
        let folder = NSTemporaryDirectory() + "/airlock-warm-kill-\(getpid())-\(target.rawValue)"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let binary = try BuiltBinary(cache: folder + "/cache")
        let (script, batch) = (folder + "/nap.py", folder + "/runs.jsonl")
        try "import time\ntime.sleep(0.005)\n".write(toFile: script, atomically: true, encoding: .utf8)
        let lines = (0..<40).map { #"{"id": \#($0), "script": "\#(script)"}"# }
        try lines.joined(separator: "\n").write(toFile: batch, atomically: true, encoding: .utf8)
        #expect(try binary.run(["batch", batch, "--quiet"]).exitCode == 0)
        let before = HostTraces(cache: binary.cache)
        // Into the time when all is warm: a batch of a debug build takes half a second.
        let deaths = try Killer(binary: binary, arguments: ["batch", batch, "--quiet"], isWarm: true).kill(
            target, moments: 16, step: .milliseconds(target == .host ? 25 : 4))
        #expect(deaths.count == 16, "\(deaths.last?.left ?? [])")
        #expect(deaths.contains { $0.isHit })
        for death in deaths {
            #expect(death.left.isEmpty, "moment \(death.moment): \(death.left)")
            // Whoever else is killed, every run has its line.
            if target != .host {
                #expect(death.output.split(separator: "\n").count == 40, "moment \(death.moment): \(death.exitCode)")
            }
        }
        #expect(try binary.run(["batch", batch, "--quiet"]).exitCode == 0)
        #expect(HostTraces(cache: binary.cache).added(to: before).isEmpty)
    }
}
