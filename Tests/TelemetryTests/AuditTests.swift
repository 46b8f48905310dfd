import AirlockCore
import Foundation
import ResilienceTesting
import Telemetry
import Testing

@Suite struct AuditTests {
    /// A directory that goes with the test.
    final class Place {
        let directory: URL
        var path: String { directory.appendingPathComponent("audit.jsonl").path }

        init() throws {
            directory = FileManager.default.temporaryDirectory.appendingPathComponent("audit-\(UUID().uuidString)")
            try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        }

        deinit { try? FileManager.default.removeItem(at: directory) }

        func lines() throws -> [String] {
            try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n").map(String.init)
        }

        func write(_ text: String) throws { try text.write(toFile: path, atomically: false, encoding: .utf8) }

        func log() -> AuditLog { AuditLog(path: path, sync: .never, unixTime: { .seconds(1_795_252_353) }) }
    }

    static func entry(_ number: Int) -> AuditEntry {
        AuditEntry(
            who: "alice", run: "run-\(number)", template: "top-events", method: "query",
            queryDigest: AuditEntry.digest(ofQuery: "SELECT \(number)"), rows: number, verdict: "ok")
    }

    @Test func recordsAreChained() throws {
        let place = try Place()
        let log = place.log()
        for number in 1...3 { try log.append(Self.entry(number)) }
        let first = try JSONValue(json: place.lines()[0])
        #expect(first["seq"] == 1 && first["who"] == "alice" && first["rows"] == 1 && first["verdict"] == "ok")
        #expect(first["time"] == "2026-11-21T09:12:33.000Z")
        #expect(first["prev"] == .string(String(repeating: "0", count: 64)))
        #expect(try JSONValue(json: place.lines()[1])["prev"] == first["hash"])
        let verification = try AuditVerifier.verify([place.path])
        #expect(verification.isIntact && verification.records == 3 && verification.lastNumber == 3)
        #expect(try attributes(place.path) == 0o600)
    }

    private func attributes(_ path: String) throws -> Int? {
        (try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? NSNumber)?.intValue
    }

    /// Every change of a single record breaks the chain at its line, and no later.
    @Test func whatIsChangedIsFound() throws {
        let place = try Place()
        let log = place.log()
        for number in 1...5 { try log.append(Self.entry(number)) }
        let lines = try place.lines()
        func broken(_ change: (inout [String]) -> Void) throws -> Int? {
            var changed = lines
            change(&changed)
            try place.write(changed.joined(separator: "\n") + "\n")
            return try AuditVerifier.verify([place.path]).firstBreak?.line
        }
        #expect(try broken { _ in } == nil)
        #expect(try broken { $0[2] = $0[2].replacingOccurrences(of: "alice", with: "mallory") } == 3)
        #expect(try broken { $0[2] = $0[2].replacingOccurrences(of: "\"rows\":3", with: "\"rows\":4") } == 3)
        #expect(try broken { $0.remove(at: 2) } == 3)
        #expect(try broken { $0.swapAt(1, 2) } == 2)
        #expect(try broken { $0.insert($0[1], at: 2) } == 3)
        #expect(try broken { $0[4] = "not a record" } == 5)
        #expect(try broken { $0[2] = String($0[2].dropLast(9)) } == 3)
        #expect(try broken { $0[0] = "" } == 1)
        #expect(try broken { $0[3] = String(repeating: "x", count: 200_000) } == 4)
        // The first may go: that is what rotation does. What it continued is said.
        #expect(try broken { $0.removeFirst() } == nil)
        #expect(try AuditVerifier.verify([place.path]).continues != String(repeating: "0", count: 64))
        // A cut end shows by the number alone.
        #expect(try broken { $0.removeLast() } == nil)
        #expect(try AuditVerifier.verify([place.path]).lastNumber == 4)
    }

    @Test func aNewProcessContinuesTheChain() throws {
        let place = try Place()
        for number in 1...4 { try place.log().append(Self.entry(number)) }
        let verification = try AuditVerifier.verify([place.path])
        #expect(verification.isIntact && verification.records == 4)
    }

    @Test func severalWritersShareALog() async throws {
        let place = try Place()
        let path = place.path
        await withTaskGroup(of: Void.self) { group in
            for writer in 0..<4 {
                group.addTask {
                    let log = AuditLog(path: path, sync: .never)
                    for number in 0..<25 { try? log.append(Self.entry(writer * 100 + number)) }
                }
            }
        }
        let verification = try AuditVerifier.verify([path])
        #expect(verification.isIntact && verification.records == 100)
    }

    @Test func rotationKeepsTheChain() throws {
        let place = try Place()
        let log = place.log()
        try log.append(Self.entry(1))
        try log.append(Self.entry(2))
        let old = place.path + ".1"
        try FileManager.default.moveItem(atPath: place.path, toPath: old)
        try log.append(Self.entry(3))
        try log.append(Self.entry(4))
        let whole = try AuditVerifier.verify([old, place.path])
        #expect(whole.isIntact && whole.records == 4 && whole.lastNumber == 4)
        #expect(try AuditVerifier.verify([place.path]).continues == AuditVerifier.verify([old]).lastHash)
        let wrongOrder = try AuditVerifier.verify([place.path, old])
        #expect(whole.restarts == 0 && wrongOrder.restarts == 1)
    }

    /// Whatever part of a line a crash leaves, the next record heals it, and the verification says so.
    @Test(arguments: [1, 2, 40, 200, -1]) func aTornLineIsHealed(_ cut: Int) throws {
        let place = try Place()
        for number in 1...3 { try place.log().append(Self.entry(number)) }
        let lines = try place.lines()
        let torn = cut < 0 ? lines[2] : String(lines[2].prefix(cut))
        try place.write(lines[0] + "\n" + lines[1] + "\n" + torn)
        let before = try AuditVerifier.verify([place.path])
        #expect(before.firstBreak?.line == 3 && before.records == 2)

        let log = place.log()
        try log.append(Self.entry(4))
        try log.append(Self.entry(5))
        let after = try AuditVerifier.verify([place.path])
        #expect(after.isIntact && after.records == 5)
        // A line that lacks nothing but its end is a record as soon as it has one.
        #expect(after.healed == (cut < 0 ? 0 : 1))
        #expect(try place.lines().count == (cut < 0 ? 5 : 6))
        if cut < 0 { return }

        // The account holds for exactly what was torn.
        try place.write(
            place.lines().joined(separator: "\n").replacingOccurrences(of: "\n\(torn)\n", with: "\n{x\n") + "\n")
        #expect(try AuditVerifier.verify([place.path]).firstBreak?.line == 3)
    }

    /// A second crash, in the midst of dealing with the first.
    @Test func tornLinesAreHealedTogether() throws {
        let place = try Place()
        try place.log().append(Self.entry(1))
        let line = try place.lines()[0]
        try place.write(line + "\n{\"seq\":2,\"time\n{\"se")
        try place.log().append(Self.entry(2))
        let verification = try AuditVerifier.verify([place.path])
        #expect(verification.isIntact && verification.healed == 1 && verification.records == 3)
    }

    /// A record that was changed is no torn one: nothing is written after it.
    @Test func aChangedEndStopsTheLog() throws {
        let place = try Place()
        for number in 1...2 { try place.log().append(Self.entry(number)) }
        let changed = try place.lines().joined(separator: "\n").replacingOccurrences(of: "run-2", with: "run-9")
        try place.write(changed + "\n")
        #expect(throws: AirlockError.self) { try place.log().append(Self.entry(3)) }
        #expect(try place.lines().count == 2)
    }

    @Test func aProcessThatFindsNoFileBeginsAnew() throws {
        let place = try Place()
        try place.log().append(Self.entry(1))
        try FileManager.default.moveItem(atPath: place.path, toPath: place.path + ".1")
        try place.log().append(Self.entry(2))
        let verification = try AuditVerifier.verify([place.path + ".1", place.path])
        #expect(verification.isIntact && verification.restarts == 1 && verification.records == 2)
    }

    @Test func aTornFirstLineIsHealed() throws {
        let place = try Place()
        try place.write("{\"seq\":1,\"ti")
        try place.log().append(Self.entry(1))
        let verification = try AuditVerifier.verify([place.path])
        #expect(verification.isIntact && verification.healed == 1 && verification.records == 2)
    }

    @Test func whatIsNoLogIsNotWrittenTo() throws {
        let place = try Place()
        try place.write("something else\n")
        #expect(throws: AirlockError.self) { try place.log().append(Self.entry(1)) }
        #expect(try place.lines() == ["something else"])
        let directory = AuditLog(path: place.directory.path)
        #expect(throws: AirlockError.self) { try directory.append(Self.entry(1)) }
        let link = place.directory.appendingPathComponent("link").path
        try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: place.path)
        #expect(throws: AirlockError.self) { try AuditLog(path: link).append(Self.entry(1)) }
        #expect(throws: AirlockError.self) { try AuditVerifier.verify([place.path + ".missing"]) }
    }

    @Test func noSecretAndNoLongLine() throws {
        let place = try Place()
        var entry = Self.entry(1)
        entry.who = "phx_0123456789abcdefSECRET"
        entry.verdict = String(repeating: "x\u{1B}\n", count: 100_000)
        try place.log().append(entry)
        let lines = try place.lines()
        #expect(lines.count == 1 && lines[0].utf8.count < 4096)
        #expect(!lines[0].contains("56789") && !lines[0].contains("\u{1B}"))
        #expect(try AuditVerifier.verify([place.path]).isIntact)
    }
}
