import AirlockCore
import AirlockLauncher
import EmbeddedFiles
import Testing

@testable import Sandbox

/// The profiles' JSON, read as the documents say and by none of the code that compiles them.
struct SeccompTable {
    enum Verdict: Equatable {
        case allow
        /// By the kernel itself.
        case errno(UInt32)
        /// Handed to init.
        case notify
        case kill
    }

    struct Condition {
        var index: Int
        var value: UInt64
        var valueTwo: UInt64
        var operation: String

        func holds(for arguments: [UInt64]) -> Bool {
            let argument = index < arguments.count ? arguments[index] : 0
            switch operation {
            case "SCMP_CMP_EQ": return argument == value
            case "SCMP_CMP_NE": return argument != value
            case "SCMP_CMP_LT": return argument < value
            case "SCMP_CMP_LE": return argument <= value
            case "SCMP_CMP_GT": return argument > value
            case "SCMP_CMP_GE": return argument >= value
            default: return argument & value == valueTwo
            }
        }
    }

    /// A grant's alternatives by name; one without conditions is a grant for all arguments.
    private(set) var grants: [String: [[Condition]]] = [:]
    /// Action and errno of what is refused by name.
    private(set) var refusals: [String: (action: String, errno: Int)] = [:]
    private(set) var startup: Set<String> = []

    /// - Parameter files: the weakest first; each takes the place of those before it for the calls that it names.
    init(_ files: [String]) throws {
        for file in files {
            let rules = try Self.rules(of: file)
            for name in rules.flatMap(\.names) { (grants[name], refusals[name]) = (nil, nil) }
            for rule in rules {
                for name in rule.names {
                    if rule.action == "SCMP_ACT_ALLOW" {
                        grants[name, default: []].append(rule.conditions)
                    } else {
                        refusals[name] = (rule.action, rule.errno)
                    }
                }
            }
        }
        startup = Set(try Self.rules(of: "startup.json").flatMap(\.names))
    }

    static func rules(
        of file: String
    ) throws -> [(names: [String], action: String, errno: Int, conditions: [Condition])] {
        let document = try JSONValue(json: try #require(EmbeddedFiles.files(in: .profiles)[file]))
        #expect(document["defaultAction"] == "SCMP_ACT_ERRNO" && document["defaultErrnoRet"] == 1, "\(file)")
        return try #require(document["syscalls"]?.arrayValue).map { rule in
            let conditions = try (rule["args"]?.arrayValue ?? []).map { argument in
                Condition(
                    index: try #require(argument["index"]?.intValue),
                    value: UInt64(try #require(argument["value"]?.intValue)),
                    valueTwo: UInt64(argument["valueTwo"]?.intValue ?? 0),
                    operation: try #require(argument["op"]?.stringValue))
            }
            return (
                try #require(rule["names"]?.arrayValue).compactMap(\.stringValue),
                try #require(rule["action"]?.stringValue), rule["errnoRet"]?.intValue ?? 1, conditions
            )
        }
    }

    /// What the compiled filter has to say of a call of the machine's own ABI; `nil` is a number without a name.
    func verdict(_ name: String?, _ arguments: [UInt64]) -> Verdict {
        guard let name else { return .notify }
        if (grants[name] ?? []).contains(where: { $0.allSatisfy { $0.holds(for: arguments) } }) { return .allow }
        // The one refusal that the kernel makes by itself: the C library tries it for each thread.
        if name == "clone3", let refusal = refusals[name] { return .errno(UInt32(refusal.errno)) }
        return .notify
    }

    /// What init has to do with a call that comes to it.
    func action(_ name: String?) -> (action: airlock_action, errno: Int) {
        guard let name else { return (AIRLOCK_REFUSE, 1) }
        let refusal = refusals[name]
        let isGranted = (grants[name] ?? []).contains { $0.isEmpty }
        if name == "setpriority" { return (AIRLOCK_LOCK_DOWN, 1) }
        if startup.contains(name), !isGranted { return (AIRLOCK_STARTUP_ONLY, 1) }
        guard let refusal else { return (AIRLOCK_REFUSE, 1) }
        if refusal.action == "SCMP_ACT_KILL_PROCESS" { return (AIRLOCK_KILL, 1) }
        let makesProcesses = ["clone", "fork", "vfork"].contains(name)
        return (makesProcesses ? AIRLOCK_NEW_PROCESS : AIRLOCK_REFUSE, refusal.errno)
    }

    /// Arguments on both sides of every condition on a call: at each value, below, above, with single bits changed, and
    /// with the high half set, where a comparison of the low half alone would be fooled.
    func interestingArguments(_ name: String) -> [[UInt64]] {
        var vectors: [[UInt64]] = [[], [UInt64](repeating: .max, count: 6)]
        for conditions in grants[name] ?? [] where !conditions.isEmpty {
            var base = [UInt64](repeating: 0, count: 6)
            for condition in conditions {
                base[condition.index] =
                    condition.operation == "SCMP_CMP_MASKED_EQ" ? condition.valueTwo : condition.value
                if condition.operation == "SCMP_CMP_LT" { base[condition.index] &-= 1 }
            }
            vectors.append(base)
            for index in 0..<6 {
                let values =
                    conditions.filter { $0.index == index }.flatMap { [$0.value, $0.valueTwo] } + [base[index]]
                var mutations = values.flatMap { [$0, $0 &- 1, $0 &+ 1, ~$0, $0 | 1 << 32, $0 | 1 << 63] }
                mutations += (0..<64).map { base[index] ^ (1 << UInt64($0)) }
                for value in mutations {
                    var vector = base
                    vector[index] = value
                    vectors.append(vector)
                }
            }
        }
        return vectors
    }
}
