import AirlockCore
import Glibc
import LocalWarehouse

/// Imports a JSONL file into a new warehouse, with persons, sessions and indexes.
struct ImportStep: BenchStep {
    let name = "import"
    let data: BenchData

    func run() async throws -> StepRun {
        let target = "\(data.folder)/import.db.part"
        unlink(target)
        defer { unlink(target) }
        var run = try await StepRun.timing {
            .int(try await WarehouseImport(input: data.lines, target: target).run().events)
        }
        run.extra["events_per_second"] = .int(Int(Double(BenchData.importedEvents) / run.milliseconds * 1000))
        run.extra["file"] = .string(data.lines)
        return run
    }
}
