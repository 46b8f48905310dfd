internal import AirlockCore
internal import HTTPTransport
internal import PostHog
internal import Resilience

/// A setting is one number where the configuration has one for each group of endpoints.
extension PostHogConfiguration {
    var maxAttempts: Int {
        get { objects.retry.maxAttempts }
        set { forEachGroup { $0.retry.maxAttempts = newValue } }
    }

    var attemptTimeout: Duration {
        get { objects.retry.attemptTimeout }
        set { forEachGroup { $0.retry.attemptTimeout = newValue } }
    }

    var totalTimeout: Duration {
        get { objects.retry.totalTimeout }
        set { forEachGroup { $0.retry.totalTimeout = newValue } }
    }

    var breakerFailures: Int {
        get { objects.breaker?.failureCount ?? 0 }
        set {
            forEachGroup {
                $0.breaker?.failureCount = newValue
                $0.breaker?.minimumCalls = newValue
            }
        }
    }

    private mutating func forEachGroup(_ change: (inout EndpointGroup.Settings) -> Void) {
        change(&queries)
        change(&objects)
        change(&ingestion)
    }

    var authoritiesFile: String? {
        get { if case .file(let path) = http.tls.authorities { path } else { nil } }
        set { http.tls.authorities = newValue.map { .file($0) } ?? .system }
    }
}

extension EndpointGroup.Settings {
    var perMinute: Int {
        get { calls(in: .seconds(60)) }
        set { set(newValue, in: .seconds(60)) }
    }

    var perHour: Int {
        get { calls(in: .seconds(3600)) }
        set { set(newValue, in: .seconds(3600)) }
    }

    var atOnce: Int {
        get { bulkhead?.maxConcurrent ?? 0 }
        set { bulkhead?.maxConcurrent = newValue }
    }

    private func calls(in period: Duration) -> Int {
        rateLimit?.windows.first { $0.period == period }?.maxCalls ?? 0
    }

    private mutating func set(_ calls: Int, in period: Duration) {
        guard let index = rateLimit?.windows.firstIndex(where: { $0.period == period }) else { return }
        rateLimit?.windows[index].maxCalls = calls
    }
}
