import AirlockCore
import Glibc
import LocalWarehouse

/// The data of the benchmarks: always the same, made once and kept in a folder.
struct BenchData: Sendable {
    /// Raised whenever the events or the file's format change.
    static let version = 1
    static let events = 1_000_000
    static let importedEvents = 200_000

    let folder: String

    var warehouse: String { "\(folder)/events-\(Self.events)-v\(Self.version).db" }
    /// What the import reads.
    var lines: String { "\(folder)/events-\(Self.importedEvents)-v\(Self.version).jsonl" }

    func prepare() async throws {
        if access(lines, R_OK) != 0 { try write(Self.importedEvents, to: lines) }
        if (try? Warehouse.open(at: warehouse)) != nil { return }
        unlink(warehouse)
        let all = "\(folder)/all.jsonl.part"
        defer { unlink(all) }
        try write(Self.events, to: all)
        _ = try await WarehouseImport(input: all, target: warehouse).run()
    }

    private func write(_ count: Int, to path: String) throws {
        let part = path + ".part"
        guard let file = fopen(part, "we") else { throw AirlockError(.fileFailed, "cannot be made", at: .file(part)) }
        var stream = BenchEvents(count: count)
        while let line = stream.next() {
            _ = line.withUnsafeBufferPointer { fwrite($0.baseAddress, 1, $0.count, file) }
        }
        guard fclose(file) == 0, rename(part, path) == 0 else {
            throw AirlockError(.fileFailed, "cannot be written", at: .file(path))
        }
    }
}
