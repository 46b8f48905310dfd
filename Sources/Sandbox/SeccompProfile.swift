package import AirlockCore

/// A seccomp profile in the OCI runtime specification's JSON (config-linux.md, "seccomp"), with a reason per grant.
package struct SeccompProfile: Sendable, Hashable {
    package enum Action: Sendable, Hashable {
        case allow
        /// The call fails with this errno.
        case refuse(UInt8)
        case kill
    }

    package enum Comparison: String, Sendable, Hashable {
        case notEqual = "SCMP_CMP_NE"
        case less = "SCMP_CMP_LT"
        case lessOrEqual = "SCMP_CMP_LE"
        case equal = "SCMP_CMP_EQ"
        case greaterOrEqual = "SCMP_CMP_GE"
        case greater = "SCMP_CMP_GT"
        /// `argument & value == valueTwo`
        case maskedEqual = "SCMP_CMP_MASKED_EQ"
    }

    package struct Argument: Sendable, Hashable {
        package var index: UInt32
        package var value: UInt64
        package var valueTwo: UInt64
        package var comparison: Comparison
    }

    package struct Rule: Sendable, Hashable {
        package var names: [String]
        package var action: Action
        /// All must hold; several rules for one call are alternatives.
        package var arguments: [Argument]
    }

    /// Some ten times what a kernel has; the time to compile grows with the square.
    package static let maxNames = 4096

    package var defaultAction: Action
    package var rules: [Rule]

    /// Reads a profile.
    ///
    /// - Parameter name: the file's name, for errors.
    /// - Throws: `invalid_argument` naming the rule at fault: nothing unknown is passed over, since a misspelt
    ///   restriction would be no restriction.
    package init(json bytes: [UInt8], name: String) throws(AirlockError) {
        func bad(_ message: String) -> AirlockError {
            AirlockError(.invalidArgument, "seccomp profile \(name): \(message)", at: .file(name))
        }
        let document: JSONValue
        do throws(JSONSyntaxError) {
            document = try JSONValue(json: bytes)
        } catch {
            throw AirlockError(
                .invalidArgument, "seccomp profile \(name) is not JSON: \(error.reason)",
                at: .file(name, line: error.line, column: error.column))
        }
        guard let root = document.objectValue else { throw bad("it must be an object") }
        let known: Set = ["defaultAction", "defaultErrnoRet", "architectures", "syscalls", "comment"]
        if let unknown = root.keys.first(where: { !known.contains($0) }) { throw bad("unknown member '\(unknown)'") }
        guard let action = Self.action(root["defaultAction"], errno: root["defaultErrnoRet"]) else {
            throw bad("defaultAction must be SCMP_ACT_ALLOW, SCMP_ACT_ERRNO or SCMP_ACT_KILL_PROCESS")
        }
        defaultAction = action
        rules = []
        for (index, value) in (root["syscalls"]?.arrayValue ?? []).enumerated() {
            guard let rule = Self.rule(value) else { throw bad("syscalls[\(index)] is not a rule this engine knows") }
            rules.append(rule)
        }
        if rules.isEmpty { throw bad("it has no syscalls") }
        let count = rules.reduce(0) { $0 + $1.names.count }
        if count > Self.maxNames { throw bad("it names \(count) system calls, and \(Self.maxNames) is the most") }
        // What the filter cannot carry must not be passed over in silence.
        guard case .refuse = defaultAction else { throw bad("defaultAction must be SCMP_ACT_ERRNO") }
        let allowed = Set(rules.filter { $0.action == .allow && $0.arguments.isEmpty }.flatMap(\.names))
        // Beside grants with conditions, a refusal says how the call fails when none of them holds.
        for rule in rules where rule.action != .allow {
            if !rule.arguments.isEmpty { throw bad("args are possible on SCMP_ACT_ALLOW only: \(rule.names[0])") }
            if let both = rule.names.first(where: allowed.contains) { throw bad("'\(both)' is allowed and refused") }
        }
    }

    /// This profile, with the rules of `other` in place of its own for every call that `other` names.
    package func overridden(by other: SeccompProfile) -> SeccompProfile {
        var result = self
        let replaced = Set(other.rules.flatMap(\.names))
        for index in result.rules.indices { result.rules[index].names.removeAll(where: replaced.contains) }
        result.rules += other.rules
        return result
    }

    private static func action(_ value: JSONValue?, errno: JSONValue?) -> Action? {
        switch value?.stringValue {
        case "SCMP_ACT_ALLOW": return .allow
        case "SCMP_ACT_KILL_PROCESS": return .kill
        case "SCMP_ACT_ERRNO":
            // The OCI default errno is EPERM.
            guard let number = errno.map(\.intValue) ?? 1 else { return nil }
            return UInt8(exactly: number).map(Action.refuse)
        default: return nil
        }
    }

    private static func rule(_ value: JSONValue) -> Rule? {
        guard let object = value.objectValue,
            Set(object.keys).isSubset(of: ["names", "action", "errnoRet", "args", "comment"]),
            let names = object["names"]?.arrayValue?.compactMap(\.stringValue), !names.isEmpty,
            names.count == object["names"]?.arrayValue?.count,
            let action = action(object["action"], errno: object["errnoRet"])
        else { return nil }
        var arguments: [Argument] = []
        for entry in object["args"]?.arrayValue ?? [] {
            guard let index = entry["index"]?.intValue, (0...5).contains(index),
                let value = entry["value"]?.intValue.flatMap(UInt64.init(exactly:)),
                let second = UInt64(exactly: entry["valueTwo"]?.intValue ?? 0),
                let comparison = entry["op"]?.stringValue.flatMap(Comparison.init(rawValue:))
            else { return nil }
            arguments.append(
                Argument(index: UInt32(index), value: value, valueTwo: second, comparison: comparison))
        }
        return Rule(names: names, action: action, arguments: arguments)
    }
}
