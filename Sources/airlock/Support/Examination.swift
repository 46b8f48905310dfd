import AirlockCore
import Doctor
import Glibc
import Reporting
import Runner
import Settings
import Templating

/// What `doctor` finds: the host's layers, the interpreter, the templates and the places where files are kept.
struct Examination {
    private(set) var diagnosis: Diagnosis

    var canRun: Bool { diagnosis.level != nil }

    static func make(_ templates: TemplateSource, _ data: DataOptions, _ host: HostOptions) async -> Examination {
        let environment = Environment.all()
        var examination: Examination
        do throws(AirlockError) {
            var facts = HostFacts.read(environment: environment, guest: try Assets(environment: environment).guest)
            // What cannot be started is not tried: its remedy is that of the layer which is missing.
            let levels: [IsolationReport.Level]
            switch Diagnosis(facts).level {
            case .full: levels = [.full, .portable]
            case .portable: levels = [.portable]
            case nil: levels = []
            }
            for level in levels { facts.starts[level] = try await starts(level) }
            examination = Examination(diagnosis: Diagnosis(facts))
        } catch {
            // Without guest and profiles nothing can be run, and nothing else be said.
            examination = Examination(diagnosis: Diagnosis(failed: error))
        }
        examination.lookAt(templates)
        examination.lookAt(data, host)
        return examination
    }

    /// Starts an empty script a few times.
    private static func starts(_ level: IsolationReport.Level) async throws(AirlockError) -> StartFacts {
        let script = try Template(adHoc: "start", bytes: Array("pass\n".utf8), path: nil)
        let data = LocalData.demo.driver(StatusLine(Console(path: nil, isQuiet: true)))
        var request = RunRequest(template: script, driver: data)
        request.isolation = level
        var times: [Duration] = []
        for _ in 0..<5 {
            let result = await RunCall.runner.run(request)
            guard result.status == .succeeded, let latency = result.startLatency else {
                return .failed(
                    result.error
                        ?? AirlockError(.isolationUnavailable, "an empty script did not succeed", cause: result.reason))
            }
            times.append(latency)
        }
        return .measured(times)
    }

    private mutating func lookAt(_ templates: TemplateSource) {
        do throws(AirlockError) {
            let entries = try templates.catalogue.list()
            let broken = entries.filter { $0.error != nil }.map(\.name)
            diagnosis.add(
                Finding(
                    "templates", broken.isEmpty ? .good : .broken,
                    broken.isEmpty ? "\(entries.count) found" : "broken: \(broken.joined(separator: ", "))",
                    remedy: broken.isEmpty ? nil : "'airlock templates check' says what is wrong."))
        } catch {
            diagnosis.add(Finding("templates", error))
        }
    }

    /// Which data would be asked, whichever source of settings says so.
    private mutating func lookAt(_ data: DataOptions, _ host: HostOptions) {
        do throws(AirlockError) {
            let settings = try HostSession.load(host, data, readsKeys: false)
            try settings.check(asksPostHog: false)
            func source(_ name: String) -> String {
                settings.entries.first { $0.setting.name == name }.map { "\($0.source)" } ?? name
            }
            if settings.values.driver == .posthog {
                let detail = "PostHog's, by \(source("data.driver")); 'airlock doctor --driver posthog' looks at it"
                return diagnosis.add(Finding("data", .good, detail))
            }
            if let file = settings.values.data {
                _ = try LocalData(file: file, named: source("data.file"))
                diagnosis.add(Finding("data", .good, "\(file)\(size(of: file)), named by \(source("data.file"))"))
                return
            }
            let path = try LocalData.demoPath()
            let isMade = access(path, R_OK) == 0
            diagnosis.add(
                Finding(
                    "data", .good,
                    "the demo data set, since AIRLOCK_DATA is not set: \(path)"
                        + (isMade ? size(of: path) : " (made on first use)")))
        } catch {
            diagnosis.add(Finding("data", error))
        }
    }

    private func size(of path: String) -> String {
        var status = stat()
        return stat(path, &status) == 0 ? " (\(ByteCount(Int(status.st_size))))" : ""
    }
}
