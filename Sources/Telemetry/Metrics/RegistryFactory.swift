public import CoreMetrics
internal import Synchronization

/// Joins swift-metrics to a ``MetricRegistry``.
///
/// A counter's name ends in `_total`, a timer's and an aggregating recorder's in `_seconds`; the ending is added where it
/// is missing. What code that knows only swift-metrics measures thus shows up like our own.
public struct RegistryFactory: MetricsFactory {
    private let registry: MetricRegistry

    public init(_ registry: MetricRegistry) { self.registry = registry }

    /// Makes this the factory of all metrics that name none. The first call counts: swift-metrics ends a process that
    /// bootstraps twice, so later ones are ignored.
    ///
    /// - Returns: whether it was the first.
    @discardableResult
    public static func bootstrap(_ registry: MetricRegistry) -> Bool {
        guard
            isBootstrapped.compareExchange(expected: false, desired: true, ordering: .sequentiallyConsistent).exchanged
        else { return false }
        MetricsSystem.bootstrap(RegistryFactory(registry))
        return true
    }

    private static let isBootstrapped = Atomic(false)

    public func makeCounter(label: String, dimensions: [(String, String)]) -> any CounterHandler {
        Handler(registry.series(MetricName.metric(label, ending: "_total"), dimensions, .counter))
    }

    public func makeFloatingPointCounter(
        label: String, dimensions: [(String, String)]
    ) -> any FloatingPointCounterHandler {
        Handler(registry.series(MetricName.metric(label, ending: "_total"), dimensions, .counter))
    }

    public func makeMeter(label: String, dimensions: [(String, String)]) -> any MeterHandler {
        Handler(registry.series(MetricName.metric(label), dimensions, .gauge))
    }

    public func makeRecorder(label: String, dimensions: [(String, String)], aggregate: Bool) -> any RecorderHandler {
        aggregate
            ? SecondsHandler(registry.series(MetricName.metric(label, ending: "_seconds"), dimensions, .histogram))
            : Handler(registry.series(MetricName.metric(label), dimensions, .gauge))
    }

    public func makeTimer(label: String, dimensions: [(String, String)]) -> any TimerHandler {
        SecondsHandler(registry.series(MetricName.metric(label, ending: "_seconds"), dimensions, .histogram))
    }

    // A registry keeps what it has: a counter that begins anew at each handler's end would look like a restart.
    public func destroyCounter(_ handler: any CounterHandler) {}
    public func destroyFloatingPointCounter(_ handler: any FloatingPointCounterHandler) {}
    public func destroyMeter(_ handler: any MeterHandler) {}
    public func destroyRecorder(_ handler: any RecorderHandler) {}
    public func destroyTimer(_ handler: any TimerHandler) {}
}

private final class Handler: CounterHandler, FloatingPointCounterHandler, MeterHandler, RecorderHandler {
    private let series: Series

    init(_ series: Series) { self.series = series }

    func increment(by amount: Int64) { series.add(Double(amount)) }
    func increment(by amount: Double) { series.add(amount) }
    func decrement(by amount: Double) { series.add(-amount) }
    func set(_ value: Int64) { series.set(Double(value)) }
    func set(_ value: Double) { series.set(value) }
    func record(_ value: Int64) { series.set(Double(value)) }
    func record(_ value: Double) { series.set(value) }
    func reset() { series.set(0) }
}

private final class SecondsHandler: TimerHandler, RecorderHandler {
    private let series: Series

    init(_ series: Series) { self.series = series }

    func recordNanoseconds(_ duration: Int64) { series.record(seconds: Double(duration) / 1e9) }
    func record(_ value: Int64) { series.record(seconds: Double(value)) }
    func record(_ value: Double) { series.record(seconds: value) }
}
