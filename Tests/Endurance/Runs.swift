import AirlockCore
import DriverKit
import Glibc
import Runner
import Sandbox
import Templating

/// Runs that are made again and again.
protocol RepeatedRuns {
    var environment: [String: String] { get }
    /// What was wrong with a run that has to succeed; `nil` if nothing was.
    func failure() async -> String?
}

extension RepeatedRuns {
    func resources() -> Resources {
        Resources(folders: [environment["AIRLOCK_CACHE"], environment["TMPDIR"]].compactMap { $0 })
    }

    /// Resources as they are once they are within `bound`, or after 20 seconds: the thread of a run that has ended may
    /// still be on its way out, and an idle one of the pool stays for seconds.
    func resources(settledWithin bound: Resources) -> Resources {
        let deadline = ContinuousClock.now + .seconds(20)
        while true {
            let now = resources()
            if now.isWithin(bound) || ContinuousClock.now > deadline { return now }
            usleep(1000)
        }
    }
}

/// Runs of a tiny script in this process.
struct Runs: RepeatedRuns {
    var environment: [String: String]
    var level: IsolationReport.Level
    var runner: Runner
    var profile = SandboxProfile.strict
    private let template: Template

    init(environment: [String: String], level: IsolationReport.Level) throws(AirlockError) {
        self.environment = environment
        self.level = level
        runner = Runner(environment: environment)
        template = try Template(adHoc: "tiny", bytes: Array("print(6 * 7)".utf8))
    }

    func run() async -> RunResult {
        var request = RunRequest(template: template, driver: NoData())
        request.isolation = level
        request.profile = profile
        return await runner.run(request)
    }

    func failure() async -> String? {
        let result = await run()
        if result.status == .succeeded, result.standardOutput.bytes.elementsEqual("42\n".utf8) { return nil }
        return "\(result.status.rawValue): \(result.reason ?? "") \(result.error?.cause ?? "")"
    }
}

/// No source of data: the script asks for none.
private struct NoData: DataDriver {
    let name = "none"

    private var nothing: AirlockError { AirlockError(.unknownObject, "there is no data here") }

    func listObjects() async throws(AirlockError) -> [DataObject] { [] }
    func fields(of object: String) async throws(AirlockError) -> [DataField] { throw nothing }
    func prepare(_ text: String, values: JSONObject) async throws(AirlockError) -> any PreparedQuery { throw nothing }
    func names(of kind: DataNameKind) async throws(AirlockError) -> [String] { [] }
}
