import PostHogServer
import Testing

@Suite struct PercentCodingTests {
    @Test func aTargetIsTakenApart() {
        let request = HTTPRequest(method: "GET", target: "/api/a%20b/?q=x%26y+z&flag&q=2#top")
        #expect(request.path == "/api/a b/")
        #expect(request.parameter("q") == "x&y z")
        #expect(request.parameter("flag")?.isEmpty == true)
        #expect(request.parameter("other") == nil)
    }
}
