internal import Glibc

/// Whether two samples differ, as PostHog's frequentist engine asks it: the relative difference of the means by the delta
/// method, with Welch's degrees of freedom.
struct WelchTest {
    /// Of the relative difference, at 95 %.
    let interval: (Double, Double)
    let pValue: Double

    /// - Returns: `nil` where nothing can be said: fewer than two persons, or a control whose mean is zero.
    init?(control: SampleSum, test: SampleSum, isProportion: Bool) {
        guard control.count > 1, test.count > 1, control.mean != 0 else { return nil }
        let (controls, tests) = (Double(control.count), Double(test.count))
        let controlVariance = control.variance(isProportion: isProportion)
        let testVariance = test.variance(isProportion: isProportion)
        let difference = (test.mean - control.mean) / control.mean
        let square = control.mean * control.mean
        let variance =
            testVariance / (tests * square)
            + test.mean * test.mean * controlVariance / (controls * square * square)
        guard variance > 0 else { return nil }
        let (a, b) = (testVariance / tests, controlVariance / controls)
        let freedom = (a + b) * (a + b) / (a * a / (tests - 1) + b * b / (controls - 1))
        guard freedom.isFinite, freedom > 0 else { return nil }
        let error = variance.squareRoot()
        pValue = Self.twoSided(difference / error, freedom)
        let width = Self.critical(freedom) * error
        interval = (difference - width, difference + width)
    }

    /// The chance of a value of Student's distribution as far from zero as `t`.
    static func twoSided(_ t: Double, _ freedom: Double) -> Double {
        incompleteBeta(freedom / (freedom + t * t), freedom / 2, 0.5)
    }

    /// The value that 5 % lie beyond, on both sides together.
    private static func critical(_ freedom: Double) -> Double {
        var (low, high) = (0.0, 1000.0)
        for _ in 0..<200 {
            let middle = (low + high) / 2
            if twoSided(middle, freedom) > 0.05 { low = middle } else { high = middle }
        }
        return (low + high) / 2
    }

    /// The regularised incomplete beta function, by its continued fraction (DLMF §8.17.22, Lentz's algorithm).
    private static func incompleteBeta(_ x: Double, _ a: Double, _ b: Double) -> Double {
        if x <= 0 { return 0 }
        if x >= 1 { return 1 }
        let front = exp(lgamma(a + b) - lgamma(a) - lgamma(b) + a * log(x) + b * log(1 - x))
        guard x < (a + 1) / (a + b + 2) else { return 1 - incompleteBeta(1 - x, b, a) }
        let tiny = 1e-300
        var (c, d) = (1.0, 1 - (a + b) * x / (a + 1))
        if abs(d) < tiny { d = tiny }
        d = 1 / d
        var result = d
        for index in 1..<500 {
            let m = Double(index)
            for numerator in [
                m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m)),
                -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1)),
            ] {
                d = 1 + numerator * d
                if abs(d) < tiny { d = tiny }
                c = 1 + numerator / c
                if abs(c) < tiny { c = tiny }
                d = 1 / d
                result *= d * c
            }
            if abs(d * c - 1) < 1e-15 { break }
        }
        return front * result / a
    }
}
