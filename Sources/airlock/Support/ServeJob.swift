import AirlockCore
import Glibc
import LocalWarehouse
import PostHogServer
import Reporting

/// A PostHog on a port, from its options to Ctrl-C.
struct ServeJob {
    let data: String?
    let port: Int
    let host: String
    let projectID: Int
    let projectToken: String
    let keys: [String]
    let faults: String?
    let enforcesLimits: Bool
    let console: Console

    func run() async throws {
        var options = ServerOptions(data: try await path())
        (options.port, options.host, options.projectID) = (port, host, projectID)
        options.projectToken = projectToken
        if !keys.isEmpty { options.keys = keys.map(PersonalKey.init(text:)) }
        options.enforcesLimits = enforcesLimits
        if let faults {
            let text = String(decoding: try InputFile.read(faults, maxBytes: 1 << 20), as: UTF8.self)
            options.faults = try FaultScript(json: text, named: faults)
        }
        let served = options
        // Made here, so that what is wrong with file or port is said before anything else.
        let server = try PostHogServer(served)
        console.note(greeting(server, served))
        do {
            try await Interruption.cancelling { while true { try await Task.sleep(for: .seconds(3600)) } }
        } catch is CancellationError {
            try await server.stop()
        }
    }

    /// The file that is named, else a copy of the demo data set that is the server's own: the set itself never changes.
    private func path() async throws -> String {
        if let data { return data }
        let demo = try LocalData.demoPath()
        let copy = demo.split(separator: "/").dropLast().map { "/" + $0 }.joined() + "/posthog.airlock"
        if access(copy, F_OK) != 0 {
            try await LocalData.demo.makeReady(StatusLine(console))
            try await DemoData.generate(at: copy)
        }
        return copy
    }

    private func greeting(_ server: PostHogServer, _ options: ServerOptions) -> String {
        """
        PostHog over \(SafeText.line(options.data))
          host            http://\(options.host):\(server.port)
          project         \(options.projectID)
          project token   \(SafeText.line(options.projectToken))
          personal key    \(keys.isEmpty ? "phx_local" : "as given with --key")
        Ctrl-C ends it.

        """
    }
}
