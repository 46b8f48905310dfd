import AirlockCore
import AirlockLauncher

@testable import Sandbox

/// Seccomp profiles: a profile, and after a zero byte one for the start-up. What compiles decides as the profile says,
/// for every call that it names and for its neighbours.
enum ProfileFuzz: FuzzTarget {
    static let name = "profile"

    static func check(_ bytes: [UInt8]) throws(Complaint) {
        let parts = parts(of: bytes, atMost: 2)
        guard let profile = try profile(Array(parts[0])) else { return }
        let own = #"{"defaultAction":"SCMP_ACT_ERRNO","syscalls":[{"names":["execve"],"action":"SCMP_ACT_ALLOW"}]}"#
        guard let startup = try self.profile(parts.count > 1 ? Array(parts[1]) : Array(own.utf8)) else { return }
        let filter: SeccompFilter
        do throws(AirlockError) {
            filter = try SeccompFilter(profile: profile, startup: startup)
        } catch {
            return try ErrorRules.check(error, lines: 1)
        }
        try hold(filter.verdicts.count == Int(AIRLOCK_SYSCALLS), "\(filter.verdicts.count) verdicts")
        try checkVerdicts(filter, profile)
        try hold(decision(filter.program, 0, architecture: 0x4000_0003) == .kill, "a foreign ABI is let in")
    }

    private static func profile(_ bytes: [UInt8]) throws(Complaint) -> SeccompProfile? {
        do throws(AirlockError) {
            return try SeccompProfile(json: bytes, name: "fuzz.json")
        } catch {
            try ErrorRules.check(error, lines: bytes.count { $0 == 0x0A } + 1)
            guard case .file? = error.location else { throw Complaint("no place: \(error)") }
            return nil
        }
    }

    private static func checkVerdicts(_ filter: SeccompFilter, _ profile: SeccompProfile) throws(Complaint) {
        var granted: [Int: [SeccompProfile.Rule]] = [:]
        // What init kills for, it is asked about like all the rest.
        var (refused, killed): (Set<Int>, Set<Int>) = ([], [])
        for rule in profile.rules {
            for number in rule.names.compactMap(SeccompFilter.number) {
                switch rule.action {
                case .allow: granted[number, default: []].append(rule)
                case .refuse: refused.insert(number)
                case .kill: killed.insert(number)
                }
            }
        }
        let clone3 = SeccompFilter.number(of: "clone3")
        for number in Set(granted.keys).union(refused).union(killed).flatMap({ [$0, $0 + 1] }).prefix(64) {
            let rules = granted[number] ?? []
            for arguments in probes(rules) {
                let found = decision(filter.program, number, arguments)
                let isGranted = rules.contains { $0.arguments.allSatisfy { holds($0, arguments) } }
                let isPlain = number == clone3 && refused.contains(number) && !isGranted
                let expected: Decision = isGranted ? .allow : isPlain ? .error : .notify
                try hold(
                    found == expected,
                    "call \(number) with \(arguments): \(found), but the profile says \(expected)")
            }
        }
    }

    /// Arguments around the values that the rules compare with.
    private static func probes(_ rules: [SeccompProfile.Rule]) -> [[UInt64]] {
        var probes: [[UInt64]] = [Array(repeating: 0, count: 6), Array(repeating: .max, count: 6)]
        for rule in rules.prefix(8) {
            for offset in [0, 1, UInt64.max, 1 << 32] {
                var arguments = [UInt64](repeating: 0, count: 6)
                for argument in rule.arguments {
                    let value = argument.comparison == .maskedEqual ? argument.valueTwo : argument.value
                    arguments[Int(argument.index)] = value &+ offset
                }
                probes.append(arguments)
            }
        }
        return probes
    }

    /// seccomp_rule_add(3)
    private static func holds(_ rule: SeccompProfile.Argument, _ arguments: [UInt64]) -> Bool {
        let value = arguments[Int(rule.index)]
        switch rule.comparison {
        case .notEqual: return value != rule.value
        case .less: return value < rule.value
        case .lessOrEqual: return value <= rule.value
        case .equal: return value == rule.value
        case .greaterOrEqual: return value >= rule.value
        case .greater: return value > rule.value
        case .maskedEqual: return value & rule.value == rule.valueTwo & rule.value
        }
    }
}

extension ProfileFuzz {
    enum Decision {
        case allow, notify, kill, error
        /// The program leaves its bounds, or asks for what seccomp(2) does not have.
        case broken
    }

    /// Runs a filter over `struct seccomp_data`: number, architecture, instruction pointer, six arguments.
    static func decision(
        _ program: [sock_filter], _ number: Int, _ arguments: [UInt64] = [], architecture: UInt32 = nativeArchitecture
    ) -> Decision {
        var words = [UInt32(truncatingIfNeeded: number), architecture, 0, 0]
        for index in 0..<6 {
            let value = index < arguments.count ? arguments[index] : 0
            words += [UInt32(truncatingIfNeeded: value), UInt32(truncatingIfNeeded: value >> 32)]
        }
        var (accumulator, index): (UInt32, Int) = (0, 0)
        while index < program.count {
            let step = program[index]
            index += 1
            func jump(_ taken: Bool) { index += Int(taken ? step.jt : step.jf) }
            switch step.code {
            case 0x20:
                guard step.k % 4 == 0, step.k / 4 < 16 else { return .broken }
                accumulator = words[Int(step.k / 4)]
            case 0x54: accumulator &= step.k
            case 0x05: index += Int(step.k)
            case 0x15: jump(accumulator == step.k)
            case 0x25: jump(accumulator > step.k)
            case 0x35: jump(accumulator >= step.k)
            case 0x45: jump(accumulator & step.k != 0)
            case 0x06: return decision(returned: step.k)
            default: return .broken
            }
        }
        return .broken
    }

    private static func decision(returned value: UInt32) -> Decision {
        switch value & 0xFFFF_0000 {
        case 0x7FFF_0000: .allow
        case 0x7FC0_0000: .notify
        case 0x8000_0000: .kill
        case 0x0005_0000: .error
        default: .broken
        }
    }

    #if arch(x86_64)
        static let nativeArchitecture: UInt32 = 0xC000_003E
    #else
        static let nativeArchitecture: UInt32 = 0xC000_00B7
    #endif
}
