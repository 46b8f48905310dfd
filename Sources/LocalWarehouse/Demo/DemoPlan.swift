/// Lays down who does what, so that ``DemoTruth`` holds; ``DemoStory`` then makes the events of it.
struct DemoPlan {
    private(set) var persons: [DemoPerson] = []
    private(set) var random = DemoRandom(seed: 0x00A1_410C_2026_0101)

    /// Persons of these weeks signed up early enough to do something 40 days later.
    private static let earlyWeeks = 6

    init() {
        makePersons()
        assignWays()
        assignVariants()
        assignPlans()
        assignPageviews()
        for week in DemoTruth.weeklyRetention.indices { assignActiveWeeks(cohort: week) }
    }

    static let second: Int64 = 1_000_000
    static let day: Int64 = 86_400 * second
    static let week: Int64 = 7 * day

    private static let countries: [((country: String, currency: String), weight: Int)] = [
        (("US", "USD"), 42), (("DE", "EUR"), 16), (("GB", "GBP"), 13), (("FR", "EUR"), 9), (("IN", "USD"), 9),
        (("BR", "USD"), 6), (("JP", "USD"), 5),
    ]
    private static let devices: [((browser: String, system: String), weight: Int)] = [
        (("Chrome", "Windows"), 30), (("Chrome", "Mac OS X"), 24), (("Safari", "Mac OS X"), 16),
        (("Firefox", "Linux"), 8), (("Edge", "Windows"), 10), (("Safari", "iOS"), 7), (("Chrome", "Android"), 5),
    ]
    private static let sources: [((source: String, medium: String, campaign: String)?, weight: Int)] = [
        (nil, 45), (("google", "cpc", "autumn-launch"), 22), (("newsletter", "email", "october-digest"), 13),
        (("linkedin", "social", "case-studies"), 11), (("partner", "referral", "integrations"), 9),
    ]

    private mutating func makePersons() {
        for (week, cohort) in DemoTruth.weeklyRetention.enumerated() {
            for _ in 0..<cohort[0] {
                let number = String(persons.count + 1)
                let distinctID = "user-" + String(repeating: "0", count: max(0, 4 - number.utf8.count)) + number
                // From 8 to 21 o'clock, so that a first session ends on the same day.
                let seconds = random.below(7) * 86_400 + random.within(8 * 3600...21 * 3600)
                let place = random.pick(weighted: Self.countries)
                let device = random.pick(weighted: Self.devices)
                persons.append(
                    DemoPerson(
                        distinctID: distinctID, anonymousID: "anon-" + String(random.next(), radix: 36),
                        id: NameBasedUUID.make(space: NameBasedUUID.persons, name: distinctID.utf8), week: week,
                        signup: DemoTruth.start + Int64(week) * Self.week + Int64(seconds) * Self.second
                            + Int64(random.below(1_000_000)),
                        country: place.country, currency: place.currency, browser: device.browser,
                        system: device.system, source: random.pick(weighted: Self.sources)))
            }
        }
    }

    private mutating func assignWays() {
        var early = persons.indices.filter { persons[$0].week < Self.earlyWeeks }
        random.shuffle(&early)
        var groups: [(DemoPerson.Way, count: Int)] = [
            (.buysLate, 84), (.activatesLate(buys: true), 20), (.activatesLate(buys: false), 38),
        ]
        var rest = assign(groups, from: early) + persons.indices.filter { persons[$0].week >= Self.earlyWeeks }
        random.shuffle(&rest)
        groups = [(.converts, 312), (.activates, 300), (.buysFirst, 66), (.buysOnly, 30)]
        _ = assign(groups, from: rest)
    }

    /// - Returns: those left over.
    private mutating func assign(_ groups: [(DemoPerson.Way, count: Int)], from order: [Int]) -> [Int] {
        var rest = order[...]
        for (way, count) in groups {
            for index in rest.prefix(count) { persons[index].way = way }
            rest = rest.dropFirst(count)
        }
        return Array(rest)
    }

    private mutating func assignVariants() {
        var (converting, others) = ([Int](), [Int]())
        for index in persons.indices {
            switch persons[index].way {
            case .converts: converting.append(index)
            case .activates: others.append(index)
            default: break
            }
        }
        random.shuffle(&converting)
        random.shuffle(&others)
        for (variant, exposed, converted) in DemoTruth.experiment {
            for index in converting.prefix(converted) { persons[index].variant = variant }
            for index in others.prefix(exposed - converted) { persons[index].variant = variant }
            converting = Array(converting.dropFirst(converted))
            others = Array(others.dropFirst(exposed - converted))
        }
    }

    private mutating func assignPlans() {
        var buyers = persons.indices.filter { index in
            switch persons[index].way {
            case .converts, .buysLate, .buysFirst, .buysOnly, .activatesLate(buys: true): true
            default: false
            }
        }
        random.shuffle(&buyers)
        let bought = DemoTruth.plans.first { $0.plan == "team" }.map { $0.persons - DemoTruth.upgrades } ?? 0
        for (place, index) in buyers.enumerated() {
            persons[index].plan = place < bought ? .team : .pro
            persons[index].paysYearly = random.below(4) == 0
        }
        var candidates = persons.indices.filter { index in
            guard case .converts = persons[index].way else { return false }
            return persons[index].plan == .pro && persons[index].week < Self.earlyWeeks
        }
        random.shuffle(&candidates)
        for index in candidates.prefix(DemoTruth.upgrades) {
            persons[index].upgrades = true
            persons[index].paysYearly = false
        }
    }

    /// A heavy tail: the r-th of the others has 2 + 4000 / (r + 35).
    private mutating func assignPageviews() {
        for (distinctID, pageviews) in DemoTruth.powerUsers {
            guard let index = persons.firstIndex(where: { $0.distinctID == distinctID }) else { continue }
            persons[index].pageviews = pageviews
            persons[index].isPowerUser = true
        }
        var others = persons.indices.filter { !persons[$0].isPowerUser }
        random.shuffle(&others)
        for (rank, index) in others.enumerated() { persons[index].pageviews = 2 + 4000 / (rank + 35) }
    }

    /// Those who come back are mostly the same: each person has a loyalty, blurred anew each week.
    private mutating func assignActiveWeeks(cohort: Int) {
        let members = persons.indices.filter { persons[$0].week == cohort }
        let loyalty = members.map { index in persons[index].isPowerUser ? -1000 : random.below(1000) }
        for (offset, count) in DemoTruth.weeklyRetention[cohort].enumerated().dropFirst() {
            let blurred = loyalty.map { $0 < 0 ? $0 : $0 + random.below(600) }
            let order = members.indices.sorted { (blurred[$0], $0) < (blurred[$1], $1) }
            for place in order.prefix(count) { persons[members[place]].activeWeeks.append(offset) }
        }
    }
}
