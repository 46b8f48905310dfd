import AirlockTesting
import Foundation
import HostileProbes
import Synchronization

/// Whether an item's probes work where nothing holds them back.
enum OutsideProof: Sendable {
    case works
    /// The host's kernel or this user has not what the probe is about.
    case notApplicable(String)
    case failed(String)

    private static let known = Mutex<[Int: OutsideProof]>([:])

    /// Found out once for each item.
    static func of(_ item: HostileItem) throws -> OutsideProof {
        if let proof = known.withLock({ $0[item.number] }) { return proof }
        let proof = try make(item)
        known.withLock { $0[item.number] = proof }
        return proof
    }

    private static func make(_ item: HostileItem) throws -> OutsideProof {
        var lacking: [String] = []
        for (index, probe) in item.probes.enumerated() {
            let bait = try Bait(owner: geteuid(), cache: "/var/tmp")
            let script = Prelude.script(probe.outside, inside: false, level: "none", facts: bait.facts)
            let child = try Child(
                // Scripts make files where they are, and another proof of the same item may be under way.
                ["/usr/bin/env", "--chdir=\(bait.folder)", "/usr/bin/python3", "-I", "-S", "-c", script],
                environment: ["LANG": "C.UTF-8", Run.secretVariable: "BREACH"])
            child.feed("")
            let end = child.finish()
            let said = String(decoding: end.output, as: UTF8.self)
            func lines(_ word: String) -> [Substring] { said.split(separator: "\n").filter { $0.hasPrefix(word) } }
            // Each attempt has to work, or to meet a kernel that lacks what it asks for.
            if !lines("BREACH ").isEmpty, lines("MISS ").isEmpty, lines("END").count == 1 { continue }
            guard let line = lines("LACKS ").first?.dropFirst(6), lines("MISS ").isEmpty else {
                return .failed("probe \(index): \(said) \(String(decoding: end.errors, as: UTF8.self))")
            }
            lacking.append(String(line))
        }
        return lacking.isEmpty ? .works : .notApplicable("this host lacks " + lacking.joined(separator: ", "))
    }
}
