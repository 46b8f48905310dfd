import AirlockCore
import AirlockTesting
import Foundation
import Testing

/// Whoever is killed, at any moment: nobody lives on, nothing is left, and who is left to speak says what happened.
@Suite(.serialized, .timeLimit(.minutes(20))) struct KillTests {
    struct Case: Sendable, CustomTestStringConvertible {
        var target: Killer.Target
        var level: String
        /// With a head start, which full isolation has when no option asks otherwise.
        var hasHeadStart = false
        var isWarm = false

        var testDescription: String {
            "\(target), \(level)\(hasHeadStart ? ", with a head start" : "")\(isWarm ? ", warm" : "")"
        }

        static let all: [Case] = Killer.Target.allCases.flatMap { target in
            let cold = [
                Case(target: target, level: "full", hasHeadStart: true), Case(target: target, level: "portable"),
            ]
            let isOfAllStarts = target.depth(isWarm: false) != nil
            return (isOfAllStarts ? cold : []) + [Case(target: target, level: "full", isWarm: true)]
        }
    }

    /// From the very start to well into the script, in steps of 0.6 ms: a host of a debug build takes some 40 ms to its
    /// script, its init and script some 20.
    private static let moments = 100
    /// A warm one needs some 100 ms, its zygote's start among them.
    private static let warmMoments = 50

    @Test(arguments: Case.all) func nobodyLivesOn(what: Case) throws {
        guard Setting(level: what.level, identity: .own).isPossible else { return }
        let cache = NSTemporaryDirectory() + "/airlock-kill-\(getpid())"
        defer { try? FileManager.default.removeItem(atPath: cache) }
        let binary = try BuiltBinary(cache: cache)
        let arguments =
            ["exec", "-", "--format", "json"] + (what.hasHeadStart ? [] : ["--isolation", what.level])
        // What the cache has to hold, it holds after one run; so does the guess of the head start.
        for _ in 0..<2 { #expect(try binary.run(arguments, input: "pass").exitCode == 0) }
        let before = HostTraces(cache: binary.cache)
        let moments = what.isWarm ? Self.warmMoments : Self.moments
        let step = what.isWarm ? Duration.milliseconds(3) : .microseconds(what.target == .host ? 600 : 300)
        let environment = what.isWarm ? ["AIRLOCK_START": "warm"] : [:]
        let deaths = try Killer(
            binary: binary, arguments: arguments, isWarm: what.isWarm, environment: environment
        ).kill(
            what.target, moments: moments, step: step)
        #expect(deaths.count == moments, "\(deaths.last?.left ?? [])")
        #expect(deaths.count(where: \.isHit) >= moments - 5, "the target was missed too often")
        for death in deaths {
            #expect(death.left.isEmpty, "moment \(death.moment): \(death.left)")
            if death.isHit, what.target != .host { checkVerdict(death, of: what) }
        }
        // The next run is clean, and takes with it what a killed host could not.
        #expect(try binary.run(["exec", "-", "--isolation", what.level], input: "pass").exitCode == 0)
        #expect(HostTraces(cache: binary.cache).added(to: before).isEmpty)
    }

    private func checkVerdict(_ death: Killer.Death, of what: Case) {
        let facts = Comment("\(what), moment \(death.moment): \(death.exitCode) \(death.output)")
        let result = try? JSONValue(json: death.output)
        #expect(result?["reason"]?.stringValue?.isEmpty == false, facts)
        switch (what.target, result?["status"]?.stringValue) {
        case (_, "internal_error"): #expect(death.exitCode == 70, facts)
        case (.script, "failed"):
            #expect(death.exitCode == 1, facts)
            #expect(result?["signal"] == "SIGKILL", facts)
        default: Issue.record(facts)
        }
    }
}

/// What runs could leave on the host beside processes.
struct HostTraces {
    private var names: Set<String>

    init(cache: String) {
        names = Set(Self.text("/proc/self/mountinfo").split(separator: "\n").map(String.init))
        for directory in [cache, cache + "/scratch"] {
            names.formUnion(
                (try? FileManager.default.contentsOfDirectory(atPath: directory))?.map { "\(directory)/\($0)" } ?? [])
        }
        // A group is named after the process that made it.
        for group in ["/sys/fs/cgroup", "/sys/fs/cgroup/unified"] {
            let groups = (try? FileManager.default.contentsOfDirectory(atPath: group)) ?? []
            names.formUnion(groups.filter { $0.hasPrefix("airlock-") }.map { "\(group)/\($0)" })
        }
    }

    func added(to before: HostTraces) -> Set<String> { names.subtracting(before.names) }

    private static func text(_ path: String) -> String { (try? String(contentsOfFile: path, encoding: .utf8)) ?? "" }
}
