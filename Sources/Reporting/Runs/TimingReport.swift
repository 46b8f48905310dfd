public import AirlockCore

/// Where the time of a run went, or of several, step by step.
public struct TimingReport: Sendable {
    /// Each run's steps. Runs may have come to different ones.
    public var runs: [[RunTiming]]
    /// How long the script of a single run waited for data, which is part of its step.
    public var dataWait: Duration

    public init(_ runs: [[RunTiming]], dataWait: Duration = .zero) {
        self.runs = runs
        self.dataWait = dataWait
    }

    /// A table, ending in a line feed; empty without any step.
    public func text(_ style: TerminalStyle) -> String {
        guard let first = runs.max(by: { $0.count < $1.count }), !first.isEmpty else { return "" }
        var lines = TerminalTable(
            table: runs.count == 1 ? table(of: first) : table(by: first.map(\.step)), style: style
        )
        .lines()
        if runs.count == 1, dataWait > .zero {
            let wait = style.usesUnicode ? dataWait.shortText : SafeText.ascii(dataWait.shortText)
            lines.append("The script waited \(wait) of its time for data.")
        }
        return lines.joined(separator: "\n") + "\n"
    }

    private func table(of timings: [RunTiming]) -> Table {
        let total = timings.reduce(Duration.zero) { $0 + $1.time }
        let share = { (time: Duration) in
            JSONValue.double(total > .zero ? (time / total * 1000).rounded() / 10 : 0)
        }
        let rows = timings.map { timing -> [JSONValue] in
            [
                .string(timing.step), Self.milliseconds(timing.time), share(timing.time),
                .string(Self.meaning(timing.step)),
            ]
        }
        return Table(
            columns: ["step", "ms", "percent", "what"],
            rows: rows + [["total", Self.milliseconds(total), share(total), ""]])
    }

    private func table(by steps: [String]) -> Table {
        let rows = steps.map { step -> [JSONValue] in
            let times = runs.compactMap { $0.first { $0.step == step }?.time }.sorted()
            let median = times.isEmpty ? Duration.zero : times[times.count / 2]
            return [
                .string(step), .int(times.count), Self.milliseconds(median), Self.milliseconds(times.last ?? .zero),
                .string(Self.meaning(step)),
            ]
        }
        return Table(columns: ["step", "runs", "median_ms", "slowest_ms", "what"], rows: rows)
    }

    /// To the microsecond.
    private static func milliseconds(_ time: Duration) -> JSONValue {
        .double((time.inMilliseconds * 1000).rounded() / 1000)
    }

    private static func meaning(_ step: String) -> String {
        switch step {
        case "arguments": "from the program's first line: command line, template, options"
        case "data": "the demo data set is there"
        case "validate": "variables, with the data's names where a format asks for them"
        case "render": "values into the script"
        case "prepare": "profiles, interpreter, limits"
        case "slot": "a warm slot, from asking to having"
        case "launch": "the filter, the control group, the fork"
        case "interpreter": "isolation, the interpreter's start, to the script's first line"
        case "script": "to the end of its last process, waits for data included"
        case "drain": "what it wrote last, and its usage"
        case "verdict": "how it ended, and what the broker saw"
        case "report": "the document, made and written"
        default: ""
        }
    }
}
