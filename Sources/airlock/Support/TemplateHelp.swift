import AirlockCore
import Reporting
import Templating

/// What `airlock run NAME --help` shows: the template's own variables, then what holds for every run.
struct TemplateHelp {
    let template: Template
    /// `run` or `templates render`.
    let command: String

    /// As the user named it: a name or a path.
    let name: String

    init(_ template: Template, named name: String, command: String) {
        self.template = template
        self.name = name
        self.command = command
    }

    var text: String {
        let manifest = template.manifest
        var lines: [String] = []
        let title = [manifest.title, manifest.description].compactMap { $0 }.map { SafeText.line($0) }
        if !title.isEmpty { lines += ["OVERVIEW: " + title.joined(separator: ". "), ""] }
        lines += ["USAGE: airlock \(command) \(SafeText.line(name)) [--VARIABLE VALUE ...] [OPTIONS]", ""]
        lines.append("VARIABLES:")
        if manifest.variables.isEmpty { lines.append("  none") }
        let rows = manifest.variables.map { (Self.flag($0), Self.details($0)) }
        let width = min(28, rows.reduce(0) { max($0, $1.0.count) } + 2)
        for (flag, details) in rows { lines += Self.entry(flag, details, width: width) }
        lines += ["", "LIMITS AND ACCESS:"]
        lines += TemplateFacts.lines(manifest).map { "  " + $0 }
        lines += [
            "", "OPTIONS:",
            "  All those of 'airlock \(command) --help', among them --set name=value, --vars",
            "  FILE, --format and -o FILE. Where a variable is named like an option, --set",
            "  reaches it; --limit NUMBER is the variable, --limit wall=30s the option.", "",
            HelpText.exitCodes,
        ]
        return lines.joined(separator: "\n") + "\n"
    }

    private static func flag(_ variable: VariableDeclaration) -> String {
        let name = SafeText.line(String(variable.name.map { $0 == "_" ? "-" : $0 }))
        let types = variable.types.filter { $0 != "null" }
        return types == ["boolean"] ? "--\(name), --no-\(name)" : "--\(name) <\(SafeText.line(types.first ?? "value"))>"
    }

    private static func details(_ variable: VariableDeclaration) -> [String] {
        var first = variable.description ?? variable.title ?? ""
        if !first.isEmpty, !first.hasSuffix(".") { first += "." }
        return [first, VariableFacts.text(variable)].filter { !$0.isEmpty }.map { SafeText.line($0) }
    }

    private static func entry(_ flag: String, _ details: [String], width: Int) -> [String] {
        let indent = String(repeating: " ", count: width + 2)
        var rest = details[...]
        var lines: [String] = []
        if flag.count + 2 <= width, let first = rest.popFirst() {
            lines.append("  " + flag + String(repeating: " ", count: width - flag.count) + first)
        } else {
            lines.append("  " + flag)
        }
        return lines + rest.map { indent + $0 }
    }
}

/// A variable's type, range and default in words.
enum VariableFacts {
    static func text(_ variable: VariableDeclaration) -> String {
        var parts = [variable.typeText]
        let schema = variable.schema
        func add(_ keyword: String, _ text: (String) -> String) {
            if let value = schema[keyword] { parts.append(text(value.stringValue ?? value.json)) }
        }
        switch (schema["minimum"], schema["maximum"]) {
        case (let low?, let high?): parts.append("\(low.json) to \(high.json)")
        case (let low?, nil): parts.append("at least \(low.json)")
        case (nil, let high?): parts.append("at most \(high.json)")
        case (nil, nil): break
        }
        add("exclusiveMinimum") { "above \($0)" }
        add("exclusiveMaximum") { "below \($0)" }
        add("multipleOf") { "a multiple of \($0)" }
        add("minLength") { "at least \($0) characters" }
        add("maxLength") { "at most \($0) characters" }
        add("pattern") { "like \($0)" }
        add("minItems") { "at least \($0) items" }
        add("maxItems") { "at most \($0) items" }
        if schema["uniqueItems"]?.boolValue == true { parts.append("no item twice") }
        for rule in variable.orderRules {
            parts.append(String(rule.relation.rawValue.map { $0 == "_" ? " " : $0 }) + " " + rule.other)
        }
        if variable.isSecret { parts.append("secret: stays with the broker") }
        if let value = variable.defaultValue {
            if !variable.isSecret { parts.append("default \(value.stringValue.map { "'\($0)'" } ?? value.json)") }
        } else {
            parts.append(variable.isRequired ? "required" : "optional")
        }
        return parts.joined(separator: "; ")
    }
}

/// What a template may use and ask for, in words.
enum TemplateFacts {
    static func lines(_ manifest: Manifest) -> [String] {
        let (limits, access) = (manifest.limits, manifest.access)
        var own: [String] = []
        func add(_ name: String, _ value: String?) { if let value { own.append("\(name) \(value)") } }
        add("wall", limits.wall?.shortText)
        add("total", limits.total?.shortText)
        add("cpu", limits.cpu?.shortText)
        add("memory", limits.memory?.description)
        add("disk", limits.disk?.description)
        add("output", limits.output?.description)
        add("processes", limits.processes.map(String.init))
        add("files", limits.files.map(String.init))
        add("calls", limits.calls.map(String.init))
        add("rows", limits.rows.map(String.init))
        add("reply", limits.replyBytes?.description)
        add("request", limits.requestBytes?.description)
        func list(_ names: [String]?, _ all: String) -> String {
            guard let names else { return all }
            return names.isEmpty ? "none" : names.map { SafeText.line($0) }.joined(separator: ", ")
        }
        var lines = [
            "limits:  " + (own.isEmpty ? "the defaults" : own.joined(separator: ", ") + "; else the defaults"),
            "methods: " + list(access.methods, "all that read"), "tables:  " + list(access.tables, "all"),
        ]
        for (table, columns) in access.columns.sorted(by: { $0.key < $1.key }) {
            lines.append("columns of \(SafeText.line(table)): " + list(columns, "all"))
        }
        if manifest.profile != .strict {
            lines.append(
                "profile: \(manifest.profile.rawValue)" + (manifest.profile == .box ? ", with --profile box" : ""))
        }
        if !manifest.dependencies.isEmpty {
            lines.append("needs:   " + list(manifest.dependencies.map(\.text), ""))
        }
        if access.writes { lines.append("writes:  yes, with --allow-writes") }
        return lines
    }
}
