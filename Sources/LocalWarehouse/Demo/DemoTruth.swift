/// What is true of the demo data set.
///
/// The numbers of people are the generator's plan, not measured: it makes events so that they hold. How many events that
/// takes (`eventCounts`, `sessions`, `revenue`) follows from its seed. Tests and documentation compare with all of them
/// what queries and templates find.
public enum DemoTruth {
    /// 2026-01-01T00:00:00Z, in microseconds since the epoch: what `now()` answers in the demo data set, always.
    public static let now: Int64 = 1_767_225_600_000_000
    /// Sunday, 2025-10-05T00:00:00Z: no event is earlier.
    public static let start: Int64 = 1_759_622_400_000_000
    /// From `start` to `now`.
    public static let days = 88

    public static let persons = 1200

    /// The steps of the funnel, and within how many days of the first a person has to take the last.
    public static let funnelSteps = ["signup", "activate", "purchase"]
    public static let funnelWindowDays = 14
    /// Persons that took the first so many steps in this order and in time.
    public static let funnel = [1200, 762, 312]
    /// Persons that have each event at all: what a count without order and time gives, and gets wrong.
    public static let funnelUnordered = [1200, 820, 512]

    /// By week of `signup` (weeks begin on Sunday, the first on `start`): the persons with a `login` in that week, in the
    /// week after it, and so on. The first number is the cohort's size; the last stands for 2025-12-28 to 31.
    public static let weeklyRetention: [[Int]] = [
        [80, 41, 32, 31, 25, 27, 24, 21, 23, 20, 21, 18, 12],
        [85, 44, 39, 30, 28, 29, 29, 26, 24, 27, 20, 15],
        [90, 46, 37, 32, 30, 32, 26, 27, 27, 24, 15],
        [95, 47, 38, 34, 34, 31, 28, 29, 27, 15],
        [100, 54, 44, 36, 35, 33, 33, 31, 16],
        [105, 57, 43, 39, 38, 33, 32, 16],
        [110, 58, 49, 42, 41, 35, 22],
        [105, 55, 46, 40, 39, 23],
        [110, 57, 48, 39, 24],
        [100, 53, 46, 25],
        [110, 56, 28],
        [110, 35],
    ]

    /// Persons by the property `plan` that they have in the end.
    public static let plans: [(plan: String, persons: Int)] = [("free", 688), ("pro", 312), ("team", 200)]
    /// Persons that took an `upgrade` from pro to team.
    public static let upgrades = 40

    /// The feature flag of the experiment.
    public static let experimentFlag = "new-checkout"
    /// Persons with a `$feature_flag_called` of the flag, and those of them with a `purchase` after it.
    public static let experiment: [(variant: String, exposed: Int, converted: Int)] = [
        ("control", 306, 142), ("test", 306, 170),
    ]

    /// The days with far more `$exception` events than the others, which have 4 to 8.
    public static let errorSpikes: [(day: String, errors: Int)] = [("2025-11-18", 180), ("2025-11-19", 140)]

    /// The ten persons with most `$pageview` events; everyone else has fewer than 120.
    public static let powerUsers: [(distinctID: String, pageviews: Int)] = [
        ("user-0018", 640), ("user-0004", 520), ("user-0091", 430), ("user-0030", 360), ("user-0042", 310),
        ("user-0057", 270), ("user-0069", 240), ("user-0120", 215), ("user-0078", 195), ("user-0084", 180),
    ]

    /// All events by name, the most frequent first.
    public static let eventCounts: [(event: String, count: Int)] = [
        ("$pageview", 19_424), ("login", 6685), ("$autocapture", 1306), ("$identify", 1200), ("signup", 1200),
        ("$exception", 828), ("activate", 820), ("purchase", 709), ("$feature_flag_called", 612), ("invite", 535),
        ("upgrade", 40),
    ]

    public static let sessions = 6685

    /// Purchases by the plan bought, with the sum of their `amount`, whatever its currency.
    public static let revenue: [(plan: String, purchases: Int, amount: Int)] = [
        ("pro", 434, 32_161), ("team", 275, 71_775),
    ]
}
