import AirlockCore
import Testing

@testable import HTTPTransport

/// URLs, headers and what is refused before anything is sent.
@Suite struct MessageTests {
    @Test(arguments: [
        ("https://Us.PostHog.com", "https://us.posthog.com/"), ("HTTPS://a:443/b", "https://a/b"),
        ("http://a:80/", "http://a/"), ("http://a:8000?x=1", "http://a:8000/?x=1"),
        ("https://[::1]:8443/a%20b?c=d&e#f", "https://[::1]:8443/a%20b?c=d&e"),
        ("https://a_b.c-d/?", "https://a_b.c-d/?"),
        ("https://127.0.0.1/@x:y", "https://127.0.0.1/@x:y"),
    ])
    func readsURLs(text: String, canonical: String) throws {
        let url = try HTTPURL(text)
        #expect(url.text == canonical)
        #expect(try HTTPURL(url.text) == url)
    }

    @Test(arguments: [
        "", "a.b", "//a/", "ftp://a/", "file:///etc/passwd", "https://", "https:///x", "https://a b/", "https://a\n/",
        "https://user@a/", "https://user:phx_secret@a/", "https://a:0/", "https://a:65536/", "https://a:+80/",
        "https://a:/", "https://a:8x/", "https://[::1/", "https://[::1]x/", "https://[fe80::1%eth0]/", "https://ä.de/",
        "https://a\\b/", "https://a/<x>", "https://a/\u{0}", "https://a%2fb/",
        "https://" + String(repeating: "a", count: 256),
    ])
    func refusesURLs(text: String) {
        let error = #expect(throws: HTTPError.self) { try HTTPURL(text) }
        #expect(error?.kind == .invalidRequest)
        #expect(error?.description.contains("phx_secret") == false)
    }

    @Test(arguments: [
        ("localhost", true), ("127.0.0.1", true), ("127.8.9.10", true), ("[::1]", true), ("LOCALHOST", true),
        ("127.0.0.1.evil.test", false), ("127.1", false), ("127.0.0.01", false), ("localhost.evil.test", false),
        ("2130706433", false), ("10.0.0.1", false), ("[::2]", false), ("127.0.0.256", false), ("127..0.1", false),
    ])
    func knowsLoopback(host: String, isLoopback: Bool) throws {
        #expect(try HTTPURL("http://\(host)/").isLoopback == isLoopback)
    }

    @Test func showsNoQueryAndNoHeader() throws {
        let url = try HTTPURL("https://a/b?key=phx_secret")
        let headers: HTTPHeaders = ["Authorization": .bearer(SecretText("phx_secret")), "X-Key": "phx_secret"]
        var dumped = ""
        dump(url, to: &dumped)
        dump(headers, to: &dumped)
        dump(headers.fields, to: &dumped)
        let request = HTTPRequest(.get, url, headers: headers)
        for text in ["\(url)", "\(headers)", "\(headers.fields)", "\(request)", String(reflecting: request), dumped] {
            #expect(!text.contains("phx_secret"), "\(text)")
        }
        #expect("\(url)" == "https://a/b?…")
        #expect("\(headers)" == "[Authorization, X-Key]")
    }

    @Test func headersKeepOrderAndIgnoreCase() {
        var headers: HTTPHeaders = ["B": "1", "a": "2", "b": "3"]
        #expect(headers["b"] == "1")
        #expect(headers.values("B") == ["1", "3"])
        headers.set("A", "4")
        #expect(headers.fields.map(\.name) == ["B", "b", "A"])
        #expect(headers["c"] == nil)
    }

    struct Wrong: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var request: HTTPRequest
        var policy = HTTPTransport.Configuration.PlainHTTP.loopback
    }

    static let wrong: [Wrong] = {
        guard let secure = try? HTTPURL("https://a/"), let plain = try? HTTPURL("http://a/?k=phx_secret"),
            let own = try? HTTPURL("http://localhost/")
        else { return [] }
        var cases = [
            Wrong(testDescription: "plain http elsewhere", request: HTTPRequest(.get, plain)),
            Wrong(testDescription: "plain http at all", request: HTTPRequest(.get, own), policy: .never),
            Wrong(testDescription: "GET with a body", request: HTTPRequest(.get, secure, body: .bytes([]))),
            Wrong(
                testDescription: "negative length",
                request: HTTPRequest(.post, secure, body: .stream(HTTPBodyStream(length: -1) { nil }))),
            Wrong(
                testDescription: "large headers",
                request: HTTPRequest(.get, secure, headers: ["X": .text(String(repeating: "phx_secret", count: 7000))])),
        ]
        for name in ["", "a b", "a:b", "a\r\nb", "ä", "Host", "content-length", "Transfer-Encoding", "Connection"] {
            cases.append(
                Wrong(
                    testDescription: "header '\(name)'",
                    request: HTTPRequest(.get, secure, headers: [name: "phx_secret"])))
        }
        for value in ["phx_secret\r\nX: 1", "phx_secret\n", "\u{0}phx_secret", "phx_secret\u{7F}"] {
            cases.append(
                Wrong(
                    testDescription: "value \(value.debugDescription)",
                    request: HTTPRequest(.get, secure, headers: ["X": .text(value)])))
        }
        var late = HTTPRequest(.get, secure)
        late.totalTimeout = .zero
        cases.append(Wrong(testDescription: "no time", request: late))
        return cases
    }()

    @Test(arguments: wrong) func refusesBeforeAnythingIsSent(_ wrong: Wrong) async throws {
        let transport = try makeTransport { $0.plainHTTP = wrong.policy }
        let error = await failure { _ = try await transport.send(wrong.request) }
        #expect(error?.kind == .invalidRequest)
        #expect(error?.isSafeToRepeat == true)
        #expect(error?.hint != nil)
        #expect(error?.description.contains("phx_secret") == false)
    }

    @Test func thereAreWrongRequests() { #expect(Self.wrong.count == 19) }

    typealias Change = @Sendable (inout HTTPTransport.Configuration) -> Void

    static let misconfigurations: [(String, Change)] = [
        ("connectTimeout", { $0.connectTimeout = .zero }), ("firstByteTimeout", { $0.firstByteTimeout = .seconds(-1) }),
        ("totalTimeout", { $0.totalTimeout = .zero }),
        ("idleConnectionLifetime", { $0.idleConnectionLifetime = .zero }),
        ("maxResponseSize", { $0.maxResponseSize = ByteCount(-1) }),
        ("maxHeaderSize", { $0.maxHeaderSize = ByteCount(0) }),
        ("maxConnectionsPerHost", { $0.maxConnectionsPerHost = 0 }), ("maxConnections", { $0.maxConnections = 0 }),
        ("maxRedirects", { $0.maxRedirects = -1 }), ("userAgent", { $0.userAgent = "a\nb" }),
        ("tls.pinnedKeys", { $0.tls.pinnedKeys = ["sha256//abc"] }),
        ("tls.authorities", { $0.tls.authorities = .file("") }),
        ("proxy.url", { $0.proxy = (try? HTTPURL("http://p/path")).map { .init(url: $0) } }),
        ("proxy.user", { $0.proxy = (try? HTTPURL("http://p")).map { .init(url: $0, user: "a:b") } }),
        ("proxy.exceptions", { $0.proxy = (try? HTTPURL("http://p")).map { .init(url: $0, exceptions: ["a,b"]) } }),
    ]

    @Test(arguments: misconfigurations.indices) func namesWhatIsMisconfigured(index: Int) {
        let (name, change) = Self.misconfigurations[index]
        let error = #expect(throws: HTTPError.self) { try makeTransport(change) }
        #expect(error?.kind == .invalidRequest)
        #expect(error?.message.contains(name) == true)
    }

    @Test func errorsBecomeErrorsOfTheBorder() {
        let error = AirlockError(HTTPError(.timedOut(.firstByte), "late", hint: "Wait.", cause: "why"))
        #expect(error.code == .timedOut)
        #expect(error.message == "late" && error.hint == "Wait." && error.cause == "why")
        #expect(AirlockError(HTTPError(.connect, "")).code == .upstreamFailed)
        #expect(HTTPError.Kind.timedOut(.firstByte).name == "timeout_first_byte")
        #expect(HTTPError.Kind.tls(.pinnedKey).name == "tls_pinned_key")
    }

    /// A library that is not there is an error with a remedy, and nothing else.
    @Test(arguments: ["libcurl-that-is-not-there.so.4", "libc.so.6"]) func saysThatLibcurlIsMissing(name: String) {
        guard case .failure(let error) = CurlLibrary.load(name) else {
            Issue.record("it was loaded")
            return
        }
        #expect(error.kind == .libraryUnavailable)
        #expect(error.hint?.contains("apt-get install libcurl4") == true)
        #expect(error.cause != nil)
    }
}
