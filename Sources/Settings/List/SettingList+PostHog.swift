internal import AirlockCore
internal import HTTPTransport
internal import PostHog
internal import Resilience

extension Setting {
    static let postHog = [
        Setting(
            "posthog.api_url", ["POSTHOG_API_URL"], .text, \.postHog.appURL,
            "Where the app answers; https:// but on loopback."),
        Setting(
            "posthog.ingestion_url", ["POSTHOG_INGESTION_URL"], .text, \.postHog.ingestionURL,
            "Where events go and flags are evaluated; without it Cloud's for the app's region, else the app's."),
        Setting(
            "posthog.project_id", ["POSTHOG_PROJECT_ID"], .text, \.postHog.projectID,
            "The project's number, or @current."),
        Setting(
            secret: "posthog.personal_api_key", ["POSTHOG_PERSONAL_API_KEY"], \.postHog.personalKey,
            "phx_…: queries and objects."),
        Setting(
            secret: "posthog.project_api_key", ["POSTHOG_PROJECT_API_KEY"], \.postHog.projectKey,
            "phc_…: events and flags."),
        Setting(
            secret: "posthog.project_secret_api_key", ["POSTHOG_PROJECT_SECRET_API_KEY"], \.postHog.secretKey,
            "phs_…: reads flag definitions, in the personal key's place."),
        Setting(
            "posthog.flags", ["AIRLOCK_POSTHOG_FLAGS"], .word, \.postHog.flags.mode,
            "Where flags are evaluated: here, at PostHog, or here as far as that goes."),
        Setting(
            "posthog.flags_poll", ["AIRLOCK_POSTHOG_FLAGS_POLL"], .time(.seconds(5) ... .seconds(86400)),
            \.postHog.flags.pollInterval, "How old flag definitions may be before they are asked for again."),
        Setting(
            "posthog.definitions_age", ["AIRLOCK_POSTHOG_DEFINITIONS_AGE"], .time(.zero ... .seconds(86400)),
            \.postHog.definitionsAge, "How long names of events, properties and fields are kept."),
        Setting(
            "posthog.stale_if_error", ["AIRLOCK_POSTHOG_STALE_IF_ERROR"], .time(.zero ... .seconds(86400)),
            \.postHog.staleIfError, "How old an answer may be that stands in when PostHog gives none."),
        Setting(
            "posthog.blocking_time", ["AIRLOCK_POSTHOG_BLOCKING_TIME"], .time(.seconds(1) ... .seconds(600)),
            \.postHog.blockingTime, "A query that is given longer is asked for asynchronously."),
    ]

    static let postHogLimits = [
        Setting(
            "posthog.queries_per_minute", ["AIRLOCK_POSTHOG_QUERIES_PER_MINUTE"], .integer(1...100_000),
            \.postHog.queries.perMinute, "Queries in a minute."),
        Setting(
            "posthog.queries_per_hour", ["AIRLOCK_POSTHOG_QUERIES_PER_HOUR"], .integer(1...100_000),
            \.postHog.queries.perHour, "Queries in an hour."),
        Setting(
            "posthog.queries_at_once", ["AIRLOCK_POSTHOG_QUERIES_AT_ONCE"], .integer(1...1000),
            \.postHog.queries.atOnce, "Queries under way at a time."),
        Setting(
            "posthog.requests_per_minute", ["AIRLOCK_POSTHOG_REQUESTS_PER_MINUTE"], .integer(1...100_000),
            \.postHog.objects.perMinute, "Other requests of the app in a minute."),
        Setting(
            "posthog.requests_per_hour", ["AIRLOCK_POSTHOG_REQUESTS_PER_HOUR"], .integer(1...100_000),
            \.postHog.objects.perHour, "Other requests of the app in an hour."),
        Setting(
            "posthog.max_attempts", ["AIRLOCK_POSTHOG_MAX_ATTEMPTS"], .integer(1...100), \.postHog.maxAttempts,
            "Attempts of a request in all."),
        Setting(
            "posthog.attempt_timeout", ["AIRLOCK_POSTHOG_ATTEMPT_TIMEOUT"],
            .time(.milliseconds(1) ... .seconds(86400)), \.postHog.attemptTimeout, "An attempt is given up after this."),
        Setting(
            "posthog.total_timeout", ["AIRLOCK_POSTHOG_TOTAL_TIMEOUT"], .time(.milliseconds(1) ... .seconds(86400)),
            \.postHog.totalTimeout, "A request is given up after this, waits and all."),
        Setting(
            "posthog.breaker_failures", ["AIRLOCK_POSTHOG_BREAKER_FAILURES"], .integer(1...1_000_000),
            \.postHog.breakerFailures, "Failures in a minute that open the circuit, where half of the calls fail."),
        Setting(
            "posthog.cache_size", ["AIRLOCK_POSTHOG_CACHE_SIZE"], .size(ByteCount(0) ... .gibibytes(16)),
            \.postHog.cache.maxBytes, "What kept answers may weigh."),
    ]

    static let postHogCapture = [
        Setting(
            "posthog.spool", ["AIRLOCK_SPOOL"], .text, \.postHog.capture.spool,
            "Where events wait until PostHog has them; by default airlock/events in the user's state directory."),
        Setting(
            "posthog.spool_sync", ["AIRLOCK_POSTHOG_SPOOL_SYNC"], .word, \.postHog.capture.sync,
            "Whether an event is brought to the disk before it counts as accepted."),
        Setting(
            "posthog.spool_events", ["AIRLOCK_POSTHOG_SPOOL_EVENTS"], .integer(1...100_000_000),
            \.postHog.capture.maxPendingEvents, "Events that may wait; further ones are refused."),
        Setting(
            "posthog.spool_size", ["AIRLOCK_POSTHOG_SPOOL_SIZE"], .size(.mebibytes(1) ... .gibibytes(1024)),
            \.postHog.capture.maxPendingSize, "What may wait."),
        Setting(
            "posthog.flush_time", ["AIRLOCK_POSTHOG_FLUSH_TIME"], .time(.zero ... .seconds(86400)),
            \.postHog.capture.flushTime, "How long a run's end waits for what is not sent; the rest waits on the disk."),
    ]

    static let postHogNetwork = [
        Setting(
            "posthog.connect_timeout", ["AIRLOCK_POSTHOG_CONNECT_TIMEOUT"], .time(.milliseconds(1) ... .seconds(600)),
            \.postHog.http.connectTimeout, "For name, connection and TLS together."),
        Setting(
            "posthog.max_response", ["AIRLOCK_POSTHOG_MAX_RESPONSE"], .size(.kibibytes(1) ... .gibibytes(4)),
            \.postHog.http.maxResponseSize, "A larger answer is refused."),
        Setting(
            "posthog.tls_minimum", ["AIRLOCK_POSTHOG_TLS_MINIMUM"], .word, \.postHog.http.tls.minimumVersion,
            "The oldest TLS that is accepted."),
        Setting(
            "posthog.ca_file", ["AIRLOCK_POSTHOG_CA_FILE"], .text, \.postHog.authoritiesFile,
            "Certificate authorities in PEM, in place of the system's."),
        Setting(
            "posthog.pinned_keys", ["AIRLOCK_POSTHOG_PINNED_KEYS"], .list, \.postHog.http.tls.pinnedKeys,
            "SHA-256 of the server's public keys, in base64; one of them has to match."),
        Setting(
            "posthog.proxy", ["AIRLOCK_POSTHOG_PROXY"], .text, \.proxy.url,
            "An HTTP proxy; none by default, whatever the environment's proxies are."),
        Setting(
            "posthog.proxy_user", ["AIRLOCK_POSTHOG_PROXY_USER"], .text, \.proxy.user, "Who we are to it."),
        Setting(
            secret: "posthog.proxy_password", ["AIRLOCK_POSTHOG_PROXY_PASSWORD"], \.proxy.password,
            "And its password."),
    ]
}
