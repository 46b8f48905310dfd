internal import AirlockCore

/// Activation, the experiment, purchases and what follows them: server-side events without a session.
extension DemoStory {
    /// The times of what a person does on the way; `nil` for what never happens.
    private struct Times {
        var activate: Int64?
        var exposure: Int64?
        var purchase: Int64?
    }

    mutating func tellWay(of person: DemoPerson) throws {
        let times = times(of: person)
        if let time = times.activate {
            var properties = Self.base(of: person)
            properties.add("seconds_since_signup", Int((time - person.signup) / DemoPlan.second))
            try emit("activate", at: time, by: person, properties)
            try tellInvites(of: person, after: time)
        }
        if let time = times.exposure, let variant = person.variant {
            var properties = Self.base(of: person)
            properties.add("$feature_flag", DemoTruth.experimentFlag)
            properties.add("$feature_flag_response", variant)
            properties.add("$feature/\(DemoTruth.experimentFlag)", variant)
            try emit("$feature_flag_called", at: time, by: person, properties)
        }
        if let time = times.purchase { try tellPurchases(of: person, from: time) }
    }

    private mutating func times(of person: DemoPerson) -> Times {
        let day = DemoPlan.day
        // Everything "in time" happens within ten days, and before the present.
        let span = min(10 * day, DemoTruth.now - person.signup - day / 12)
        let (minute, hour) = (60 * DemoPlan.second, 3600 * DemoPlan.second)
        var times = Times()
        switch person.way {
        case .converts, .activates:
            let activate = person.signup + 10 * minute + moment(of: span / 2)
            let exposure = activate + 5 * minute + moment(of: span * 3 / 20)
            times = Times(activate: activate, exposure: exposure)
            if case .converts = person.way { times.purchase = exposure + 2 * minute + moment(of: span * 3 / 10) }
        case .buysLate:
            times.activate = person.signup + 10 * minute + moment(of: span)
            times.purchase = person.signup + 15 * day + moment(of: 25 * day)
        case .buysFirst:
            let purchase = person.signup + hour + moment(of: span / 3)
            times = Times(activate: purchase + hour + moment(of: span / 2), purchase: purchase)
        case .activatesLate(let buys):
            let activate = person.signup + 15 * day + moment(of: 20 * day)
            times = Times(activate: activate, purchase: buys ? activate + hour + moment(of: 3 * day) : nil)
        case .buysOnly:
            times.purchase = person.signup + hour + moment(of: span / 2)
        case .neither: break
        }
        return times
    }

    private mutating func tellInvites(of person: DemoPerson, after activation: Int64) throws {
        guard draw(0...2) == 0 else { return }
        for number in 0..<draw(1...3) {
            let time = activation + Int64(number) * DemoPlan.day / 2 + Int64(draw(300...30_000)) * DemoPlan.second
            guard time < DemoTruth.now else { return }
            var properties = Self.base(of: person)
            properties.add("role", draw(["member", "viewer", "admin"]))
            try emit("invite", at: time, by: person, properties)
        }
    }

    /// The first purchase, the upgrade, and renewals of those who converted: others must not do so late what they did
    /// not do in time.
    private mutating func tellPurchases(of person: DemoPerson, from first: Int64) throws {
        try tellPurchase(of: person, at: first, plan: person.plan, isRenewal: false)
        let upgrade = person.upgrades ? first + 10 * DemoPlan.day + moment(of: 10 * DemoPlan.day) : nil
        if let upgrade {
            var properties = Self.base(of: person)
            properties.add("from", DemoPerson.Plan.pro.rawValue)
            properties.add("to", DemoPerson.Plan.team.rawValue)
            properties.add("$set", json: JSONValue.object(Self.planChange(.team)).jsonBytes)
            var change = PersonChange()
            change.set = Self.planChange(.team)
            try emit("upgrade", at: upgrade, by: person, properties, change: change)
        }
        guard case .converts = person.way, !person.paysYearly else { return }
        var time = first + 30 * DemoPlan.day
        while time < DemoTruth.now {
            let plan = upgrade.map { $0 < time } == true ? DemoPerson.Plan.team : person.plan
            try tellPurchase(of: person, at: time, plan: plan, isRenewal: true)
            time += 30 * DemoPlan.day
        }
    }

    private mutating func tellPurchase(
        of person: DemoPerson, at time: Int64, plan: DemoPerson.Plan, isRenewal: Bool
    ) throws {
        var properties = Self.base(of: person)
        properties.add("amount", plan.price(yearly: person.paysYearly))
        properties.add("currency", person.currency)
        properties.add("plan", plan.rawValue)
        properties.add("interval", person.paysYearly ? "year" : "month")
        properties.add("is_renewal", json: Array((isRenewal ? "true" : "false").utf8))
        if let variant = person.variant { properties.add("$feature/\(DemoTruth.experimentFlag)", variant) }
        var change = PersonChange()
        change.set = Self.planChange(plan)
        properties.add("$set", json: JSONValue.object(Self.planChange(plan)).jsonBytes)
        try emit("purchase", at: time, by: person, properties, change: change)
    }

    private static func planChange(_ plan: DemoPerson.Plan) -> JSONObject { ["plan": .string(plan.rawValue)] }
}
