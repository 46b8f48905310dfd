import AirlockCore

extension Diagnosis {
    static func python(_ facts: HostFacts) -> Finding {
        let python = facts.python
        if let error = python.error { return Finding("python", error, neededFor: .portable) }
        guard let executable = python.executable, let candidate = python.candidate else {
            return Finding("python", .missing, "no interpreter was found", neededFor: .portable)
        }
        let way = candidate == executable ? "" : ", found as \(candidate)"
        let speed = python.start.map { ", starts in \($0.shortText) by itself" } ?? ""
        let detail = "\(python.version) at \(executable)\(way): \(reason(python))\(speed)"
        if let start = python.start, let system = python.systemStart, system * 2 < start {
            return Finding(
                "python", .advice, "\(detail); /usr/bin/python3 starts in \(system.shortText)",
                remedy: "AIRLOCK_PYTHON=/usr/bin/python3, unless its version or packages are needed.",
                neededFor: .portable)
        }
        return Finding("python", .good, detail, neededFor: .portable)
    }

    private static func reason(_ python: PythonFacts) -> String {
        if python.isNamed { return "AIRLOCK_PYTHON names it" }
        return python.candidate == "/usr/bin/python3"
            ? "the system's, since AIRLOCK_PYTHON is not set"
            : "the first python3 on PATH, since AIRLOCK_PYTHON is not set and there is no /usr/bin/python3"
    }
}
