import AirlockCore
import Templating

/// Flags that a template's variables give the command line: `--days 14`, `--days=14`, `--verbose`, `--no-verbose`.
///
/// The argument parser knows only what is declared in code, so these flags are found before it and handed on in the
/// form `--variable-flag=days=14`. A flag of no variable is handed on too: the variables' validation answers it with
/// everything else that is wrong, and with the nearest name.
struct VariableFlags {
    enum Outcome: Equatable {
        case arguments([String])
        /// The help of one template.
        case help(String)
    }

    static let carrier = "variable-flag"

    /// Options that take a value, of all commands that take variables.
    static let valueOptions: Set<String> = [
        "--set", "--vars", "--driver", "--data", "--format", "--output", "--limit", "--isolation", "--profile",
        "--seed",
        "--templates", "--artifacts", "--matrix", "--jobs", "--variable-flag", "-o", "--config", "--setting",
        "--metrics", "--audit",
    ]
    static let switches: Set<String> = ["--quiet", "-q", "--allow-writes", "--timings"]
    static let helpFlags: Set<String> = ["--help", "-h", "-help"]

    /// The variables of the template that is named on the command line; `nil` when it cannot be read, which the command
    /// itself will say.
    var variables: (_ template: String) -> VariableSchema?

    /// Prepares all arguments of an invocation; those of commands without variables stay as they are.
    static func prepare(_ arguments: [String]) throws(AirlockError) -> Outcome {
        let count: Int
        switch (arguments.first, arguments.dropFirst().first) {
        case ("run", _), ("exec", _): count = 1
        case ("templates", "render"): count = 2
        default: return .arguments(arguments)
        }
        let isScript = arguments.first == "exec"
        let rest = Array(arguments.dropFirst(count))
        let source = TemplateSource(directories: values(of: "--templates", in: rest))
        let load = { (name: String) -> Template? in
            isScript ? try? TemplateSource.script(name) : try? source.template(name)
        }
        let flags = VariableFlags { load($0)?.variables }
        let (rewritten, helpFor) = try flags.rewrite(rest)
        if let helpFor, !isScript, let template = load(helpFor) {
            return .help(
                TemplateHelp(template, named: helpFor, command: arguments.prefix(count).joined(separator: " ")).text)
        }
        return .arguments(arguments.prefix(count) + rewritten)
    }

    /// - Returns: the arguments with variables' flags in their carrier, and the template whose help was asked for.
    func rewrite(_ arguments: [String]) throws(AirlockError) -> (arguments: [String], helpFor: String?) {
        var state = State(rest: arguments[...])
        while let token = state.rest.popFirst() {
            if token == "--" {
                state.result.append(token)
                state.result += state.rest
                break
            }
            if Self.helpFlags.contains(token) {
                state.asksForHelp = true
                state.result.append(token)
            } else if token.hasPrefix("--") {
                try take(flag: token, &state)
            } else if token.hasPrefix("-"), token != "-" {
                state.result.append(token)
                if token == "-o", let value = state.rest.popFirst() { state.result.append(value) }
            } else {
                if state.template == nil { state.template = token }
                state.result.append(token)
            }
        }
        return (state.result, state.asksForHelp ? state.template : nil)
    }

    private struct State {
        var rest: ArraySlice<String>
        var result: [String] = []
        var template: String?
        var asksForHelp = false
    }

    private func take(flag token: String, _ state: inout State) throws(AirlockError) {
        let equals = token.firstIndex(of: "=")
        let flag = equals.map { String(token[..<$0]) } ?? token
        let inline = equals.map { String(token[token.index(after: $0)...]) }
        if Self.switches.contains(flag) || Self.valueOptions.contains(flag) {
            guard flag == "--limit", isVariable(inline ?? state.rest.first, state) else {
                state.result.append(token)
                if inline == nil, Self.valueOptions.contains(flag), let value = state.rest.popFirst() {
                    state.result.append(value)
                }
                return
            }
        }
        guard let template = state.template else { throw misplaced(flag) }
        let name = String(flag.dropFirst(2))
        let schema = variables(template)
        let value = inline != nil ? inline : try value(of: name, schema, &state)
        state.result.append("--\(Self.carrier)=\(value.map { _ in name } ?? Self.positive(name))=\(value ?? "false")")
    }

    /// `--limit 5` means a variable of that name where the template has one; `--limit wall=30s` never does.
    private func isVariable(_ value: String?, _ state: State) -> Bool {
        guard let value, !value.contains("="), let template = state.template else { return false }
        return variables(template)?["limit"] != nil
    }

    /// - Returns: the text that follows, or `true` for a switch; `nil` for a switch turned off.
    private func value(of name: String, _ schema: VariableSchema?, _ state: inout State) throws(AirlockError) -> String?
    {
        guard let variable = schema.flatMap({ Self.resolve(name, $0) }) else {
            if let schema, name.hasPrefix("no-"), let variable = Self.resolve(Self.positive(name), schema),
                Self.isSwitch(variable)
            {
                return nil
            }
            if let schema { try refuseMistypedOption(name, schema) }
            // Whatever it was meant to be, what follows belongs to it, unless that is a flag of its own.
            guard let next = state.rest.first, !next.hasPrefix("--"), !Self.valueOptions.contains(next),
                !Self.switches.contains(next), !Self.helpFlags.contains(next)
            else { return "true" }
            state.rest = state.rest.dropFirst()
            return next
        }
        if Self.isSwitch(variable) {
            guard let next = state.rest.first, next == "true" || next == "false" else { return "true" }
            state.rest = state.rest.dropFirst()
            return next
        }
        guard let next = state.rest.first, !isFlag(next, schema) else {
            throw AirlockError(
                .invalidArgument, "the flag --\(name) needs a value", at: .argument("--\(name)"),
                hint: "A value that looks like a flag is given as --\(name)=VALUE.")
        }
        state.rest = state.rest.dropFirst()
        return next
    }

    private static func positive(_ name: String) -> String { name.hasPrefix("no-") ? String(name.dropFirst(3)) : name }

    /// Dashes and underscores are one, as everywhere variables are named.
    private static func resolve(_ name: String, _ schema: VariableSchema) -> VariableDeclaration? {
        schema[name] ?? schema[String(name.map { $0 == "-" ? "_" : $0 })]
    }

    private static func isSwitch(_ variable: VariableDeclaration) -> Bool {
        let types = variable.types.filter { $0 != "null" }
        return types == ["boolean"]
    }

    /// Whether a text is a flag of the command or of the template, and so no value of the flag before it.
    private func isFlag(_ text: String, _ schema: VariableSchema?) -> Bool {
        let flag = String(text.prefix { $0 != "=" })
        if Self.valueOptions.contains(flag) || Self.switches.contains(flag) || Self.helpFlags.contains(flag) {
            return true
        }
        guard flag.hasPrefix("--"), let schema else { return false }
        return Self.resolve(String(flag.dropFirst(2)), schema) != nil
    }

    private func refuseMistypedOption(_ name: String, _ schema: VariableSchema) throws(AirlockError) {
        guard nearestName(to: name, in: schema.variables.map(\.name)) == nil,
            let option = nearestName(to: "--" + name, in: Self.options)
        else { return }
        throw AirlockError(
            .invalidArgument, "there is no option --\(name); the nearest is \(option)", at: .argument("--\(name)"))
    }

    private func misplaced(_ flag: String) -> AirlockError {
        let nearest = nearestName(to: flag, in: Self.options).map { "; the nearest is \($0)" } ?? ""
        return AirlockError(
            .invalidArgument, "there is no option \(flag)\(nearest)", at: .argument(flag),
            hint: "A template's own flags stand after its name.")
    }

    private static var options: [String] {
        valueOptions.union(switches).filter { $0.hasPrefix("--") && $0 != "--" + carrier }.sorted()
    }

    private static func values(of option: String, in arguments: [String]) -> [String] {
        var values: [String] = []
        for (index, token) in arguments.enumerated() {
            if token == "--" { break }
            if token == option, index + 1 < arguments.count { values.append(arguments[index + 1]) }
            if token.hasPrefix(option + "=") { values.append(String(token.dropFirst(option.count + 1))) }
        }
        return values
    }
}
