import CoreMetrics
import Resilience
import ResilienceTesting
import Telemetry
import Testing

@Suite struct MetricTests {
    @Test func thePrometheusText() {
        let registry = MetricRegistry()
        let factory = RegistryFactory(registry)
        registry.describe("b_total", "Lines\nand \\ \"quotes\".")
        factory.makeCounter(label: "b", dimensions: [("z", "1"), ("a.b", "q\"\\\n")]).increment(by: 2)
        factory.makeCounter(label: "b_total", dimensions: [("z", "1"), ("a.b", "q\"\\\n")]).increment(by: Int64(3))
        factory.makeMeter(label: "0 gauge", dimensions: [("__x", "y")]).set(1.5)
        factory.makeFloatingPointCounter(label: "fraction", dimensions: []).increment(by: 0.25)
        #expect(
            registry.prometheusText() == """
                # TYPE _0_gauge gauge
                _0_gauge{x__x="y"} 1.5
                # HELP b_total Lines\\nand \\\\ "quotes".
                # TYPE b_total counter
                b_total{a_b="q\\"\\\\\\n",z="1"} 5
                # TYPE fraction_total counter
                fraction_total 0.25
                # HELP airlock_metrics_dropped_total Metrics and label values beyond their limits.
                # TYPE airlock_metrics_dropped_total counter
                airlock_metrics_dropped_total 0

                """)
    }

    @Test func aHistogramAddsUp() throws {
        let registry = MetricRegistry()
        let timer = RegistryFactory(registry).makeTimer(label: "call", dimensions: [("group", "q")])
        for milliseconds in [0.5, 1, 2, 400, 500, 501, 1_000_000] { timer.recordNanoseconds(Int64(milliseconds * 1e6)) }
        timer.recordNanoseconds(-1)
        let text = registry.prometheusText()
        for line in [
            "# TYPE call_seconds histogram", #"call_seconds_bucket{group="q",le="0.001"} 2"#,
            #"call_seconds_bucket{group="q",le="0.0025"} 3"#, #"call_seconds_bucket{group="q",le="0.25"} 3"#,
            #"call_seconds_bucket{group="q",le="0.5"} 5"#, #"call_seconds_bucket{group="q",le="1"} 6"#,
            #"call_seconds_bucket{group="q",le="+Inf"} 7"#, #"call_seconds_count{group="q"} 7"#,
            "# TYPE call_seconds_quantile gauge",
        ] { #expect(text.contains(line + "\n"), "\(line)") }
        #expect(text.contains(#"call_seconds_sum{group="q"} 1001.4045"#))
    }

    /// Against sorted values, for several shapes of distribution: within the error that is promised.
    @Test(arguments: 0..<6) func quantilesAreWithinTheirError(seed: UInt64) throws {
        var random = SeededRandom(seed)
        let registry = MetricRegistry()
        let timer = RegistryFactory(registry).makeTimer(label: "call", dimensions: [])
        let values = (0..<2000).map { _ -> Double in
            let unit = Double.random(in: 0.0001..<1, using: &random)
            return [
                unit, unit * unit * 100, 0.00001 / unit, unit < 0.9 ? 0.01 : 30 * unit, 1 + unit / 1000,
                2e-6 + unit * 1e-6,
            ][
                Int(seed)]
        }
        for value in values { timer.recordNanoseconds(Int64(value * 1e9)) }
        let sorted = values.sorted()
        for share in [0, 0.01, 0.5, 0.95, 0.99, 0.999, 1] {
            let exact = sorted[max(Int((share * 2000).rounded(.up)) - 1, 0)]
            let told = try #require(registry.quantile(share, of: "call_seconds"))
            #expect(abs(told - exact) / exact <= 0.046, "\(share): \(told) for \(exact)")
        }
        #expect(registry.quantile(0.5, of: "nothing") == nil)
    }

    @Test func memoryIsBounded() {
        let registry = MetricRegistry(maxSeries: 3, maxMetrics: 2)
        let factory = RegistryFactory(registry)
        for number in 0..<1000 {
            factory.makeCounter(label: "one", dimensions: [("user", "u\(number)")]).increment(by: Int64(1))
            factory.makeCounter(label: "name\(number)", dimensions: []).increment(by: Int64(1))
        }
        let lines = registry.prometheusText().split(separator: "\n").filter { !$0.hasPrefix("#") }
        #expect(lines.count == 6)
        #expect(registry.value(of: "one_total", [("user", "other")]) == 997)
        #expect(registry.value(of: "airlock_metrics_dropped_total") == nil)
        #expect(lines.last == "airlock_metrics_dropped_total 1996")
        // A name that is another kind of metric already does not spoil that.
        factory.makeMeter(label: "one_total", dimensions: []).set(5.0)
        #expect(registry.value(of: "one_total") == nil)
    }

    @Test func noSecretInALabel() {
        let registry = MetricRegistry()
        RegistryFactory(registry).makeCounter(label: "c", dimensions: [("k", "phx_0123456789abcdefSECRET")])
            .increment(by: Int64(1))
        #expect(!registry.prometheusText().contains("56789"))
    }

    /// An outage as its metrics tell it.
    @Test func callsAreCounted() async throws {
        let registry = MetricRegistry()
        let metrics = CallMetrics(factory: RegistryFactory(registry))
        CallMetrics.describe(in: registry)
        try await Simulation.run { clock in
            let group = EndpointGroup("queries", .queries, clock: clock, observer: metrics)
            metrics.observe(group)
            #expect(registry.value(of: "airlock_breaker_state", [("group", "queries")]) == 0)
            let caller = ResilientCaller<Int>(clock: clock, random: { 0.5 })
            var call = ResilientCall<Int>(
                "query", in: group, key: CacheKey(["q"]), classify: { _ in Failure(.transient) },
                attempt: { _ in
                    try await clock.sleep(until: clock.now + .milliseconds(100))
                    throw CancellationError()
                })
            call.isRepeatable = true
            call.maximumAge = .seconds(1)
            for _ in 0..<3 { _ = try? await caller.call(call) }
        }
        let group = ("group", "queries")
        #expect(
            registry.value(of: "airlock_upstream_attempts_total", [group, ("call", "query"), ("outcome", "transient")])
                == 5)
        #expect(registry.value(of: "airlock_upstream_retries_total", [group, ("call", "query")]) == 4)
        #expect(registry.value(of: "airlock_upstream_gave_up_total", [group, ("reason", "attempts")]) == 1)
        #expect(registry.value(of: "airlock_breaker_state", [group]) == 2)
        #expect(registry.value(of: "airlock_breaker_refused_total", [group]) == 2)
        #expect(registry.value(of: "airlock_cache_lookups_total", [group, ("outcome", "miss")]) == 3)
        let median = try #require(
            registry.quantile(0.5, of: "airlock_upstream_attempt_seconds", [group, ("call", "query")]))
        #expect(abs(median - 0.1) < 0.005)
        metrics.health("posthog", passed: false)
        #expect(registry.prometheusText().contains("# HELP airlock_health The last health check"))
    }
}
