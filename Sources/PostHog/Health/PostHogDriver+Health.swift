internal import AirlockCore
internal import DriverKit
internal import HTTPTransport
internal import Resilience
internal import Synchronization

extension PostHogDriver {
    /// Looks at what has to hold for the driver to work: whether PostHog is reached, takes the key and grants it enough,
    /// whether the project is there and answers a query, what is left of the rate limits, how the circuits stand, and
    /// whether the clocks agree.
    ///
    /// It makes three small requests, which count against the limits. What fails is in the answer; this does not throw.
    public func healthCheck() async -> [HealthCheck] {
        let (key, date) = await keyChecks()
        var checks = key
        let mayGoOn = !checks.contains { $0.state == .failed && $0.name != "scopes" }
        if mayGoOn {
            checks += await projectChecks()
            checks.append(await queryCheck())
        } else {
            checks += ["project", "queries"].map { HealthCheck($0, .unknown, "not looked at") }
        }
        checks += [quotaCheck(), circuitCheck(), clockCheck(date)]
        let found = checks
        lastHealth.withLock { $0 = found }
        return found
    }

    /// `reachable`, `key` and `scopes` by one request that every key may make.
    private func keyChecks() async -> (checks: [HealthCheck], date: (header: String, at: Duration)?) {
        guard client.configuration.personalKey != nil else {
            let reachable = HealthCheck("reachable", .unknown, "there is no key to ask with")
            let key = HealthCheck(
                "key", .failed, "there is no personal API key",
                remedy: "Set POSTHOG_PERSONAL_API_KEY; queries and objects need it.")
            return ([reachable, key, HealthCheck("scopes", .unknown, "not looked at")], nil)
        }
        var request = PostHogRequest.get("health", "/api/personal_api_keys/@current/")
        request.isShared = false
        request.timeout = client.configuration.healthTimeout
        let (start, sent) = (client.clock.now, client.clock.unixTime)
        do throws(PostHogFailure) {
            let answer = try await client.deliver(request).value
            let took = client.clock.now - start
            let reachable = HealthCheck("reachable", .good, "\(client.appOrigin.host) answers in \(took.shortText)")
            let scopes = answer.body["scopes"]?.arrayValue?.compactMap(\.stringValue)
            return (
                [
                    reachable, HealthCheck("key", .good, "PostHog accepts it"),
                    scopes.map { KeyScopes($0).check }
                        ?? HealthCheck("scopes", .unknown, "this server does not say what the key may do"),
                ], answer.date.map { ($0, sent + took / 2) }
            )
        } catch {
            return (Self.refused(error, host: client.appOrigin.host), nil)
        }
    }

    private static func refused(_ refusal: PostHogFailure, host: String) -> [HealthCheck] {
        let unknown = HealthCheck("scopes", .unknown, "not looked at")
        switch refusal.status {
        case nil:
            return [HealthCheck("reachable", refusal.error), HealthCheck("key", .unknown, "not looked at"), unknown]
        case 401?:
            return [HealthCheck("reachable", .good, "\(host) answers"), HealthCheck("key", refusal.error), unknown]
        // Older servers, and keys that may not look at themselves: what they may do shows in the checks below.
        case 403?, 404?:
            return [
                HealthCheck("reachable", .good, "\(host) answers"),
                HealthCheck("key", .unknown, "this server does not say whether the key is good"), unknown,
            ]
        case .some:
            return [HealthCheck("reachable", refusal.error), HealthCheck("key", .unknown, "not looked at"), unknown]
        }
    }

    /// The project, and whether the project key is its own: its token is compared here, and shown nowhere.
    private func projectChecks() async -> [HealthCheck] {
        var request = PostHogRequest.get("health", "/api/projects/\(client.configuration.projectID)/")
        request.isShared = false
        request.timeout = client.configuration.healthTimeout
        do throws(PostHogFailure) {
            let project = try await client.deliver(request).value.body
            let zone = project["timezone"]?.stringValue.flatMap(PostHogFault.presentable) ?? "an unknown time zone"
            let id = (project["id"]?.json).flatMap(PostHogFault.presentable) ?? "it"
            var checks = [HealthCheck("project", .good, "\(id) is there, in \(zone)")]
            if let key = client.configuration.projectKey, let token = project["api_token"]?.stringValue {
                checks.append(
                    key == SecretText(token)
                        ? HealthCheck("project_key", .good, "it is the project's")
                        : HealthCheck(
                            "project_key", .failed, "it is not the key of this project",
                            remedy: "Set POSTHOG_PROJECT_API_KEY to the phc_… of the project's settings."))
            }
            return checks
        } catch {
            guard error.status == 403 else { return [HealthCheck("project", error.error)] }
            return [
                HealthCheck(
                    "project", .advice, "the key may not look at it",
                    remedy: "Give it project:read to have it looked at.")
            ]
        }
    }

    /// The least query there is: it shows a quota that is used up, and a plan that has none.
    private func queryCheck() async -> HealthCheck {
        do throws(AirlockError) {
            let start = client.clock.now
            _ = try await prepare("SELECT 1", values: [:]).run(
                QueryOptions(maxRows: 1, timeout: client.configuration.healthTimeout))
            return HealthCheck("queries", .good, "a query is answered in \((client.clock.now - start).shortText)")
        } catch {
            return HealthCheck("queries", error)
        }
    }

    /// What this process's own windows still allow; PostHog tells nobody what its own do.
    private func quotaCheck() -> HealthCheck {
        var (parts, wait): ([String], Duration) = ([], .zero)
        for group in client.groups {
            let health = group.health
            wait = max(wait, health.wait)
            for (window, calls) in health.remaining {
                parts.append("\(calls) of \(window.maxCalls) \(group.name) in \(window.period.shortText)")
            }
        }
        guard wait > .zero else { return HealthCheck("quota", .good, "left: " + parts.joined(separator: ", ")) }
        return HealthCheck(
            "quota", .failed, "calls have to wait \(wait.shortText); left: " + parts.joined(separator: ", "),
            remedy:
                "Wait, or make fewer calls; where the plan allows more, raise posthog.queries_per_minute and its like.")
    }

    private func circuitCheck() -> HealthCheck {
        let open = client.groups.filter { $0.health.phase != nil && $0.health.phase != .closed }
        guard !open.isEmpty else { return HealthCheck("circuit", .good, "closed for all groups of calls") }
        let list = open.map { group in
            let left = group.health.untilProbe
            return
                "\(group.name) \(group.health.phase == .halfOpen ? "is being probed" : "for another \(left.shortText)")"
        }
        return HealthCheck(
            "circuit", .failed, "calls are stopped since they kept failing: " + list.joined(separator: ", "),
            remedy: "It closes by itself when PostHog answers again; the log's 'attempt failed' lines say what failed.")
    }

    /// A date has no parts of a second: a difference below two says nothing.
    private func clockCheck(_ date: (header: String, at: Duration)?) -> HealthCheck {
        guard let date, let theirs = RetryAfter.moment(of: date.header, unixTime: date.at) else {
            return HealthCheck("clock", .unknown, "PostHog gave no date to compare with")
        }
        let skew = date.at - theirs
        let size = skew < .zero ? .zero - skew : skew
        let direction = skew < .zero ? "behind" : "ahead of"
        guard size > .seconds(60) else {
            return HealthCheck("clock", .good, "within \(max(size, .seconds(2)).shortText) of PostHog's")
        }
        return HealthCheck(
            "clock", size > .seconds(300) ? .failed : .advice,
            "this machine's clock is \(size.shortText) \(direction) PostHog's: dates of events and waits come out wrong",
            remedy: "Set it, and keep it set: 'timedatectl set-ntp true'.")
    }
}
