import Testing

@testable import PostHogServer

/// Reference values of PostHog's own statistics.
@Suite struct WelchTestTests {
    @Test func proportionsDifferAsInPostHog() throws {
        let control = SampleSum(count: 1529, sum: 87, squares: 87)
        let variant = SampleSum(count: 1471, sum: 62, squares: 62)
        let test = try #require(WelchTest(control: control, test: variant, isProportion: true))
        #expect(abs(test.pValue - 0.03096) < 5e-6)
        #expect(abs(test.interval.0 + 0.49475) < 5e-6)
        #expect(abs(test.interval.1 + 0.02376) < 5e-6)
    }

    @Test func meansDifferAsInPostHog() throws {
        let control = SampleSum(count: 2507, sum: 1196.87, squares: 37377.98)
        let variant = SampleSum(count: 2461, sum: 1922.7, squares: 94698.29)
        let test = try #require(WelchTest(control: control, test: variant, isProportion: false))
        #expect(abs(test.pValue - 0.08488) < 5e-6)
        #expect(abs(test.interval.0 + 0.08755) < 5e-6)
        #expect(abs(test.interval.1 - 1.36048) < 5e-6)
    }

    @Test func nothingIsSaidOfNobody() {
        let isThere = WelchTest(control: SampleSum(), test: SampleSum(), isProportion: false) != nil
        #expect(!isThere)
    }
}
