import AirlockCore
import AirlockTesting
import Foundation
import Testing

/// `airlock doctor --probe` comes to what the suite asserts, and leaves nothing.
@Suite(.timeLimit(.minutes(10))) struct DoctorProbeTests {
    /// The first combination and the last: both levels, and both identities where there are two.
    @Test(arguments: [Combination.possible.first, Combination.possible.last].compactMap { $0 })
    func everythingIsContained(combination: Combination) throws {
        guard combination.isPossible else { return }
        let binary = try BuiltBinary(as: combination.identity)
        let child = try binary.start([
            "doctor", "--probe", "--quiet", "--format", "json", "--isolation", combination.level,
        ])
        child.feed("")
        let end = child.finish()
        let errors = String(decoding: end.errors, as: UTF8.self)
        #expect(end.code == 0 && errors.isEmpty, "\(errors)")
        let result = try JSONValue(json: end.output)
        #expect(result["ok"] == true && result["isolation"]?.stringValue == combination.level)
        #expect(result["failed"] == 0 && result["faults"] == [])
        #expect((result["passed"]?.intValue ?? 0) + (result["not_applicable"]?.intValue ?? 0) == 88)
        #expect(result["rows"]?.arrayValue?.count == 88)
        #expect((result["passed"]?.intValue ?? 0) > 60)
        for row in result["rows"]?.arrayValue ?? [] where row.arrayValue?[3] == "failed" {
            Issue.record("\(combination): \(row.json)")
        }
        let left = HostFiles.names(in: "/var/tmp").filter { $0.hasPrefix("airlock-probe-\(child.pid)-") }
        let kept = HostFiles.names(in: binary.cache).filter { $0.hasPrefix("probe-\(child.pid)-") }
        #expect(left.isEmpty && kept.isEmpty, "\(left + kept)")
    }
}
