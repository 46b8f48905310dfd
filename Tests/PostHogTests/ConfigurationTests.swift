import AirlockCore
import HTTPTransport
import Resilience
import Testing

@testable import PostHog

@Suite struct ConfigurationTests {
    private var good: PostHogConfiguration {
        var configuration = PostHogConfiguration()
        configuration.projectID = "7"
        configuration.personalKey = SecretText("phx_aaaaaaaaaaaaaaaaaaaaaaaaaaaa")
        return configuration
    }

    @Test func whatIsRightHasNoProblems() { #expect(good.problems.isEmpty) }

    @Test func allProblemsAreFoundAtOnceAndNoKeyIsShown() throws {
        var configuration = PostHogConfiguration()
        configuration.appURL = "http://posthog.example"
        configuration.ingestionURL = "ftp://x"
        configuration.projectID = "seven"
        configuration.personalKey = SecretText("phc_aaaaaaaaaaaaaaaaaaaaaaaaaaaa")
        configuration.projectKey = SecretText("phx_bbbbbbbbbbbb bbbbbbbbbbbbbbbb")
        configuration.queries.retry.maxAttempts = 0
        let wanted = [
            "/app_url", "/ingestion_url", "/project_id", "/personal_api_key", "/project_api_key",
            "/queries/retry/maxAttempts",
        ]
        let error = try #require(throws: AirlockError.self) { try configuration.check() }
        for pointer in wanted {
            #expect(error.problems.contains { $0.pointer == pointer }, "\(pointer) in \(error)")
        }
        #expect(!error.description.contains("aaaaaaa") && !error.description.contains("bbbbbbb"))
    }

    @Test func aWrongURLIsOneProblem() {
        var configuration = good
        configuration.appURL = "http://posthog.example"
        configuration.ingestionURL = nil
        #expect(configuration.problems.map(\.pointer) == ["/app_url"])
    }

    @Test func withoutAnyKeyThereIsNothingToDo() {
        var configuration = good
        configuration.personalKey = nil
        #expect(configuration.problems.map(\.pointer) == ["/personal_api_key"])
    }

    /// The hosts go by their exact names: what merely looks like one is a server of its own.
    @Test(arguments: [
        ("https://us.posthog.com", "us.i.posthog.com"), ("https://eu.posthog.com", "eu.i.posthog.com"),
        ("https://app.posthog.com", "us.i.posthog.com"), ("https://posthog.example", "posthog.example"),
        ("https://us.posthog.com.example", "us.posthog.com.example"),
        ("https://myus.posthog.com", "myus.posthog.com"),
    ])
    func ingestionHostsGoByExactName(_ app: String, _ ingestion: String) throws {
        #expect(try PostHogHosts.ingestion(for: HTTPURL(app)).host == ingestion)
    }

    @Test func anIngestionHostGivenForTheAppIsPutRight() throws {
        #expect(try PostHogHosts.app(for: HTTPURL("https://eu.i.posthog.com")).host == "eu.posthog.com")
        #expect(try PostHogHosts.app(for: HTTPURL("https://posthog.example")).host == "posthog.example")
    }
}
