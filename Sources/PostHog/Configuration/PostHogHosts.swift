internal import HTTPTransport

/// PostHog's two faces: the app, which answers queries and takes the personal key, and ingestion, which takes events and
/// evaluates flags with the project's public key. A server of one's own has one host for both.
enum PostHogHosts {
    /// Cloud's app hosts and where their events go, by exact name: a text that merely contains one is another host
    /// (the rule of posthog-python).
    private static let cloud = [
        ("us.posthog.com", "us.i.posthog.com"), ("eu.posthog.com", "eu.i.posthog.com"),
        ("app.posthog.com", "us.i.posthog.com"),
    ]

    /// The ingestion host that belongs to an app's.
    static func ingestion(for app: HTTPURL) throws(HTTPError) -> HTTPURL {
        try replaced(app, cloud.first { $0.0 == app.host }?.1)
    }

    /// The app's host, also where the ingestion host was given in its place.
    static func app(for url: HTTPURL) throws(HTTPError) -> HTTPURL {
        try replaced(url, cloud.first { $0.1 == url.host }?.0)
    }

    static func isIngestionOnly(_ url: HTTPURL) -> Bool { cloud.contains { $0.1 == url.host } }

    private static func replaced(_ url: HTTPURL, _ host: String?) throws(HTTPError) -> HTTPURL {
        guard let host else { return url }
        return try HTTPURL("https://\(host)\(url.path)")
    }
}
