import AirlockCore
import Broker
import Reporting
import Runner
import Sandbox

/// The limits as a table, made from the code that enforces them.
enum LimitTable {
    static var report: TableReport {
        let (sandbox, maximum, broker) = (SandboxLimits(), SandboxLimits.maximum, BrokerLimits())
        let most = RunLimits.maximum.broker
        let rows: [(String, String, String, String)] = [
            (
                "wall", sandbox.wall.shortText, maximum.wall.shortText,
                "the script's own time, without its waits for data"
            ),
            ("total", sandbox.total.shortText, maximum.total.shortText, "from start to end, waits included"),
            ("cpu", sandbox.cpu.shortText, maximum.cpu.shortText, "user and system CPU time"),
            (
                "memory", "\(sandbox.memory)", "\(maximum.memory)",
                "address space; at the limit Python raises MemoryError"
            ),
            ("disk", "\(sandbox.disk)", "\(maximum.disk)", "the scratch directory; at the limit writing fails"),
            ("output", "\(sandbox.output)", "\(maximum.output)", "each of standard output and standard error"),
            (
                "processes", "\(sandbox.processes)", "\(maximum.processes)",
                "refused attempts to start one; in data and box those there are, threads too"
            ),
            ("files", "\(sandbox.files)", "\(maximum.files)", "descriptors open at once"),
            ("calls", "\(broker.calls)", "\(most.calls)", "requests to the broker"),
            ("rows", "\(broker.rows)", "\(most.rows)", "rows of all replies together"),
            ("reply", "\(broker.replyBytes)", "\(most.replyBytes)", "bytes of all replies together"),
            ("request", "\(broker.requestBytes)", "\(most.requestBytes)", "bytes of all requests together"),
        ]
        let table = Table(
            columns: ["limit", "default", "maximum", "bounds"],
            rows: rows.map {
                [.string($0.0), .string($0.1), .string($0.2), .string($0.3)]
            })
        return TableReport(table: table)
    }
}
