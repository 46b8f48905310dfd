/// Every fault with every kind of call, once and for good.
struct FaultMatrix: Sendable {
    struct Row: Sendable {
        var fault: MatrixFault
        var call: MatrixCall
        /// The first request meets the fault, and no other.
        var passing: MatrixCell
        /// Every request meets it.
        var lasting: MatrixCell
    }

    var rows: [Row] = []

    static func make(_ bench: MatrixBench) async throws -> FaultMatrix {
        var matrix = FaultMatrix()
        for fault in MatrixFault.all {
            for call in MatrixCall.all where call.suits(fault) {
                let passing = try await bench.run(call, fault, once: true)
                let lasting = try await bench.run(call, fault, once: false)
                matrix.rows.append(Row(fault: fault, call: call, passing: passing, lasting: lasting))
            }
        }
        return matrix
    }

    /// docs/posthog-faults.md.
    var markdown: String {
        var lines = [Self.head]
        var last = ""
        for row in rows {
            if row.fault.name != last {
                lines += [
                    "", "## \(row.fault.name)", "",
                    "| call | the first request alone | requests | time | every request | requests | time |",
                    "| --- | --- | --- | --- | --- | --- | --- |",
                ]
                last = row.fault.name
            }
            lines.append("| \(row.call.name) | \(row.passing.text) | \(row.lasting.text) |")
        }
        return lines.joined(separator: "\n") + "\n"
    }

    private static let head = """
        # What goes wrong with PostHog, and what becomes of a call then

        <!-- Written by `make docs`, from calls to `airlock posthog serve`'s server with its scripted faults. -->

        Each kind of call is made while one thing goes wrong: with its first request alone, and with every request. The table says
        how the call ends, how many requests it made, and how long it took on a clock that stands while a request is under way and
        skips all waiting; jitter is always half of what it may be. A call has two minutes; the settings are the defaults of
        [resilience.md](resilience.md). For `query, polling` it is the polling that goes wrong, for `evaluate_flag, here` the
        asking for definitions, without which PostHog is asked for the flag. `capture` sends three events: `wait` means that they
        are on the disk and go out with the next process ([posthog.md](posthog.md#sending-events)).

        The test that holds this page against the code also sees to it that no event is lost or kept twice whatever the fault, but
        where PostHog says that it took what it dropped, and that no key is in any error, log line, report or file.
        """
}
