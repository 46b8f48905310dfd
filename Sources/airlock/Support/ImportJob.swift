import AirlockCore
import LocalWarehouse
import Reporting

/// An import as the command line asks for it.
struct ImportJob: Sendable {
    private let work: WarehouseImport

    init(
        file: String, target: String, format: WarehouseImport.Format, map: [String], delimiter: String?,
        definitions: String?
    ) throws(AirlockError) {
        var separator: Character?
        if let delimiter {
            let text = delimiter == "\\t" ? "\t" : delimiter
            guard text.count == 1 else {
                throw AirlockError(
                    .invalidArgument, "the delimiter must be one character", at: .argument("--delimiter"))
            }
            separator = text.first
        }
        work = WarehouseImport(
            input: file, target: target, format: format, columns: try ColumnMap(map), delimiter: separator,
            definitions: try definitions.map { path throws(AirlockError) in try PropertyDefinitions(path: path) }
                ?? PropertyDefinitions())
    }

    /// The warehouse to import into: the option's, else the environment's.
    static func target(_ option: String?) throws(AirlockError) -> String {
        guard let target = option ?? Environment.value("AIRLOCK_DATA") else {
            throw AirlockError(
                .invalidArgument, "no warehouse file is named", at: .argument("--data"),
                hint: "Give --data FILE or set AIRLOCK_DATA; a file that is not there is made.")
        }
        return target
    }

    @Sendable func run(_ progress: @escaping @Sendable (Double?, String) -> Void) async throws -> String {
        let report = try await work.run { now in
            let fraction = now.totalBytes.flatMap { $0 > 0 ? Double(now.bytesRead) / Double($0) : nil }
            let what = now.isFinishing ? "making persons, sessions and indexes" : "\(now.events) events"
            progress(now.isFinishing ? 1 : fraction, what)
        }
        return text(report)
    }

    func text(_ report: ImportReport) -> String {
        var lines = [
            "\(SafeText.line(work.target)): \(counted(report.events, "event")) added in \(report.time.shortText); "
                + "\(counted(report.persons, "person")), \(counted(report.sessions, "session"))"
        ]
        if report.duplicates > 0 {
            lines.append(
                "\(counted(report.duplicates, "event")) \(report.duplicates == 1 ? "was" : "were") there already")
        }
        if report.refusedMerges > 0 {
            lines.append(
                "\(counted(report.refusedMerges, "merge")) of persons \(report.refusedMerges == 1 ? "was" : "were") refused: "
                    + "the other person is identified already")
        }
        if report.rejected > 0 {
            let place = report.rejectedPath.map { ", kept in " + SafeText.line($0) } ?? ""
            let verb = report.rejected == 1 ? "is no event" : "are no events"
            lines.append("\(counted(report.rejected, "line")) \(verb)\(place):")
            for record in report.firstRejections {
                lines.append("  line \(record.line): \(SafeText.line(record.reason)): \(SafeText.line(record.quote))")
            }
        }
        return lines.joined(separator: "\n")
    }
}
