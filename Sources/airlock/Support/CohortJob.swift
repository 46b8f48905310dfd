import AirlockCore
import LocalWarehouse
import Reporting

/// An import of cohorts as the command line asks for it.
struct CohortJob: Sendable {
    let work: CohortImport

    @Sendable func run(_ progress: @escaping @Sendable (Double?, String) -> Void) async throws -> String {
        let report = try await work.run()
        var lines = report.cohorts.map { cohort in
            "\(SafeText.line(work.target)): cohort \(cohort.id), \(SafeText.line(cohort.name)), has \(cohort.count) persons"
        }
        if report.unknownMembers > 0 {
            let few = report.firstUnknown.map { SafeText.line($0) }.joined(separator: ", ")
            lines.append("\(report.unknownMembers) members are no persons of this warehouse: \(few)")
        }
        return lines.joined(separator: "\n")
    }
}
