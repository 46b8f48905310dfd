import AirlockCore
import AirlockTesting
import Foundation
import Testing

@testable import HTTPTransport

/// What must not depend on where the process runs. Each test has a process of its own.
@Suite(.timeLimit(.minutes(3))) struct EnvironmentTests {
    @Test func ignoresTheEnvironmentsProxiesAndNetrc() async {
        await #expect(processExitsWith: .success) {
            let home = NSTemporaryDirectory() + "/airlock-http-\(getpid())"
            try FileManager.default.createDirectory(atPath: home, withIntermediateDirectories: true)
            defer { try? FileManager.default.removeItem(atPath: home) }
            try Data("machine 127.0.0.1 login somebody password secret\n".utf8)
                .write(to: URL(fileURLWithPath: home + "/.netrc"))
            try Data("proxy = http://127.0.0.1:1\ninsecure\n".utf8).write(to: URL(fileURLWithPath: home + "/.curlrc"))
            setenv("HOME", home, 1)
            let proxy = try LoopbackServer { _ in [.response(body: "proxy")] }
            for name in ["http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"] { setenv(name, proxy.url(), 1) }
            unsetenv("no_proxy")
            unsetenv("NO_PROXY")
            let server = try LoopbackServer { _ in [.response(body: "server")] }
            let response = try await makeTransport().send(try server.request())
            #expect(response.text == "server")
            #expect(server.requests.first?.header("Authorization") == nil)
            #expect(proxy.requests.isEmpty)
        }
    }

    @Test func usesAProxyThatIsConfigured() async throws {
        let proxy = try LoopbackServer { _ in [.response(body: "proxy")] }
        let server = try LoopbackServer { _ in [.response(body: "server")] }
        let place = try HTTPURL(proxy.url())
        let transport = try makeTransport {
            $0.proxy = .init(url: place, user: "user", password: SecretText("pass:word"), exceptions: ["localhost"])
        }
        #expect(try await transport.send(try server.request("/a")).text == "proxy")
        #expect(proxy.requests.first?.target == server.url("/a"))
        #expect(
            proxy.requests.first?.header("Proxy-Authorization")
                == "Basic \(Data("user:pass:word".utf8).base64EncodedString())")
        let direct = HTTPRequest(.get, try HTTPURL("http://localhost:\(server.port)/"))
        #expect(try await transport.send(direct).text == "server")
        #expect(server.requests.first?.header("Proxy-Authorization") == nil)
    }

    /// Requests of every fate, again and again: no descriptor and no memory is left behind.
    /// `AIRLOCK_HTTP_REQUESTS` sets how many; 500 of them otherwise.
    @Test func leavesNothingBehind() async {
        await #expect(processExitsWith: .success) {
            let wanted = ProcessInfo.processInfo.environment["AIRLOCK_HTTP_REQUESTS"].flatMap { Int($0) } ?? 500
            let server = try LoopbackServer(keepsRequests: false) { request in
                switch request.target {
                case "/reset": [.reset]
                case "/hang": [.waitForHangUp]
                case "/large": [.text(LoopbackStep.head(length: 1 << 30)), .waitForHangUp]
                case "/redirect": [.response(302, headers: [("Location", "/")])]
                default: [.response(body: String(repeating: "x", count: 10_000))]
                }
            }
            let transport = try makeTransport()
            func run(_ count: Int) async throws {
                try await withThrowingTaskGroup(of: Void.self) { group in
                    for index in 0..<count {
                        if index >= 8 { try await group.next() }
                        group.addTask { try await Self.oneRequest(index, server, transport) }
                    }
                    try await group.waitForAll()
                }
            }
            try await run(200)
            // Whoever is counted may be a worker of the runtime's; they come early and stay.
            let before = Self.usage()
            try await run(wanted)
            let after = Self.usage()
            #expect(after.descriptors <= before.descriptors + 16, "kept connections, both ends")
            #expect(after.kibibytes <= before.kibibytes + 8192)
            await transport.shutdown()
            #expect(transport.statistics.openConnections == 0)
            #expect(transport.statistics.requestsAnswered + transport.statistics.requestsFailed == 200 + wanted)
            server.stop()
            while Self.sockets(server.port) > 0 { await Task.yield() }
        }
    }

    private static func oneRequest(_ index: Int, _ server: LoopbackServer, _ transport: HTTPTransport) async throws {
        switch index % 8 {
        case 0: _ = try? await transport.send(try server.request("/reset"))
        case 1:
            let task = Task { try await transport.send(try server.request("/hang")) }
            task.cancel()
            _ = try? await task.value
        case 2: _ = try? await transport.send(try server.request("/large"))
        case 3: _ = try await transport.send(try server.request("/redirect"))
        case 4: _ = try await transport.stream(try server.request("/"))
        case 5: _ = try await transport.send(try server.request("/", .post, body: .bytes([1])))
        default: _ = try await transport.send(try server.request("/"))
        }
    }

    private static func usage() -> (descriptors: Int, kibibytes: Int) {
        let status = (try? String(contentsOfFile: "/proc/self/status", encoding: .utf8)) ?? ""
        let line = status.split(separator: "\n").first { $0.hasPrefix("VmRSS:") } ?? ""
        let descriptors = (try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd").count) ?? 0
        return (descriptors, Int(line.filter(\.isNumber)) ?? 0)
    }

    /// Connections of this port that have not ended, of both ends (proc_net_tcp(5), state 06 is TIME_WAIT).
    private static func sockets(_ port: Int) -> Int {
        let table = (try? String(contentsOfFile: "/proc/self/net/tcp", encoding: .utf8)) ?? ""
        let hex = ":" + String(port, radix: 16, uppercase: true)
        return table.split(separator: "\n").filter { line in
            let fields = line.split(separator: " ")
            return fields.count > 3 && (fields[1].hasSuffix(hex) || fields[2].hasSuffix(hex))
                && !["06", "0A"].contains(fields[3])
        }.count
    }
}
