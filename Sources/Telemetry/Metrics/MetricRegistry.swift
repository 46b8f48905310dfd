internal import Synchronization

/// Holds what was counted and measured, and writes it down for Prometheus.
///
/// Its memory is bounded: names and label values beyond their limits are counted as dropped, and measured under the value
/// `other`. So a label that turns out to have a value for each user costs its detail, and nothing else.
public final class MetricRegistry: Sendable {
    /// Combinations of label values for each metric. Default 200.
    public let maxSeries: Int
    /// Names. Default 200.
    public let maxMetrics: Int

    enum Kind: String {
        case counter, gauge, histogram
    }

    private struct Family {
        var kind: Kind
        var series: [[Label]: Series] = [:]
    }

    private struct State {
        var families: [String: Family] = [:]
        var help: [String: String] = [:]
        var dropped: Double = 0
    }

    private let state = Mutex(State())

    public init(maxSeries: Int = 200, maxMetrics: Int = 200) {
        self.maxSeries = max(maxSeries, 1)
        self.maxMetrics = max(maxMetrics, 1)
    }

    /// Says what a metric means.
    public func describe(_ name: String, _ help: String) {
        state.withLock { $0.help[MetricName.metric(name)] = help }
    }

    /// The series of a metric with these label values; one that collects for others where there are too many.
    func series(_ name: String, _ dimensions: [(String, String)], _ kind: Kind) -> Series {
        let labels = dimensions.prefix(16).map { Label(name: MetricName.label($0.0), value: Label.bounded($0.1)) }
            .sorted { ($0.name, $0.value) < ($1.name, $1.value) }
        return state.withLock { state in
            guard var family = state.families[name] ?? (state.families.count < maxMetrics ? Family(kind: kind) : nil),
                family.kind == kind
            else {
                state.dropped += 1
                return Series()
            }
            if let known = family.series[labels] { return known }
            var key = labels
            if family.series.count >= maxSeries {
                state.dropped += 1
                key = labels.map { Label(name: $0.name, value: "other") }
                if let other = family.series[key] { return other }
            }
            let series = Series()
            family.series[key] = series
            state.families[name] = family
            return series
        }
    }

    /// Everything, in Prometheus' text format 0.0.4 (`text/plain; version=0.0.4`), sorted by name and labels.
    public func prometheusText() -> String {
        let (families, help, dropped) = state.withLock { ($0.families, $0.help, $0.dropped) }
        var text = PrometheusText()
        for (name, family) in families.sorted(by: { $0.key < $1.key }) {
            let series = family.series.sorted { $0.key.lexicographicallyPrecedes($1.key) }
            switch family.kind {
            case .counter, .gauge:
                text.begin(name, family.kind, help[name])
                for (labels, series) in series { text.line(name, labels, series.value) }
            case .histogram:
                let histograms = series.map { ($0.key, $0.value.histogram) }
                text.begin(name, .histogram, help[name])
                for (labels, histogram) in histograms { text.histogram(name, labels, histogram) }
                text.begin(
                    name + "_quantile", .gauge,
                    "Quantiles of \(name) since the start, to within \(LatencyHistogram.relativeError * 100) %.")
                for (labels, histogram) in histograms {
                    for share in [0.5, 0.95, 0.99] {
                        guard let value = histogram.quantile(share) else { continue }
                        text.line(name + "_quantile", labels + [Label(name: "quantile", value: "\(share)")], value)
                    }
                }
            }
        }
        text.begin("airlock_metrics_dropped_total", .counter, "Metrics and label values beyond their limits.")
        text.line("airlock_metrics_dropped_total", [], dropped)
        return text.text
    }

    /// A quantile of a histogram, in seconds; `nil` if there is none with these labels, or nothing in it.
    public func quantile(_ share: Double, of name: String, _ dimensions: [(String, String)] = []) -> Double? {
        let labels = dimensions.map { Label(name: MetricName.label($0.0), value: $0.1) }.sorted()
        return state.withLock { $0.families[MetricName.metric(name)]?.series[labels] }?.histogram.quantile(share)
    }

    /// A counter's or gauge's value; `nil` if there is none with these labels.
    public func value(of name: String, _ dimensions: [(String, String)] = []) -> Double? {
        let labels = dimensions.map { Label(name: MetricName.label($0.0), value: $0.1) }.sorted()
        return state.withLock { $0.families[MetricName.metric(name)]?.series[labels] }?.value
    }
}

struct Label: Hashable, Comparable, Sendable {
    var name: String
    var value: String

    /// Redacted, and no longer than a label is worth.
    static func bounded(_ value: String) -> String { LogText.clean(value, maxBytes: 128) }

    static func < (left: Label, right: Label) -> Bool { (left.name, left.value) < (right.name, right.value) }
}

/// One metric with one set of label values.
final class Series: Sendable {
    private struct State {
        var value = 0.0
        var histogram: LatencyHistogram?
    }

    private let state = Mutex(State())

    var value: Double { state.withLock(\.value) }
    var histogram: LatencyHistogram { state.withLock { $0.histogram ?? LatencyHistogram() } }

    func add(_ amount: Double) {
        guard amount.isFinite else { return }
        state.withLock { $0.value += amount }
    }

    func set(_ value: Double) { state.withLock { $0.value = value } }

    func record(seconds: Double) {
        state.withLock { state in
            var histogram = state.histogram.take() ?? LatencyHistogram()
            histogram.record(seconds)
            state.histogram = histogram
        }
    }
}
