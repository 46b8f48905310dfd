internal import AirlockCore

/// Sessions: page views, logins and the signup.
extension DemoStory {
    private struct Visit {
        var start: Int64
        var pageviews = 0
        var isFirst = false
    }

    private static let appPages = [
        "/dashboard", "/reports", "/reports/weekly", "/settings", "/team", "/billing", "/help",
    ]
    private static let landingPages = ["/", "/pricing", "/blog/launch", "/customers"]

    mutating func tellVisits(of person: DemoPerson) throws {
        var visits = visits(of: person)
        // Each visit gets a page while there are some, the rest fall where they may.
        for number in 0..<person.pageviews {
            visits[number < visits.count ? number : draw(0...visits.count - 1)].pageviews += 1
        }
        for visit in visits {
            if visit.isFirst { try tellSignup(of: person, visit) } else { try tellVisit(of: person, visit) }
        }
    }

    private mutating func visits(of person: DemoPerson) -> [Visit] {
        var visits = [Visit(start: person.signup - 60 * DemoPlan.second, isFirst: true)]
        for offset in person.activeWeeks {
            let week = DemoTruth.start + Int64(person.week + offset) * DemoPlan.week
            // The last week is cut off by the present.
            let days = Int(min(DemoPlan.week, DemoTruth.now - week) / DemoPlan.day)
            for _ in 0..<(person.isPowerUser ? draw(4...6) : draw(1...3)) {
                let seconds = draw(0...days - 1) * 86_400 + draw(7 * 3600...20 * 3600)
                visits.append(Visit(start: week + Int64(seconds) * DemoPlan.second))
            }
        }
        return visits
    }

    private mutating func tellSignup(of person: DemoPerson, _ visit: Visit) throws {
        let session = uuid(at: visit.start)
        let landing = visit.pageviews > 0 ? draw(Self.landingPages) : nil
        if let landing {
            try tellPage(landing, at: visit.start, by: person, anonymous: true, session, isLanding: true)
        }
        try emit(
            "signup", at: person.signup, by: person, session: session, signupProperties(of: person, session),
            change: signupChange(of: person))
        var identify = browserProperties(of: person, session)
        identify.add("$anon_distinct_id", person.anonymousID)
        try emit("$identify", at: person.signup + DemoPlan.second, by: person, session: session, identify)
        try emit(
            "login", at: person.signup + 2 * DemoPlan.second, by: person, session: session,
            browserProperties(of: person, session))
        try tellPages(visit.pageviews - 1, from: person.signup + 5 * DemoPlan.second, by: person, session)
    }

    private mutating func tellVisit(of person: DemoPerson, _ visit: Visit) throws {
        let session = uuid(at: visit.start)
        let time = visit.start + Int64(draw(0...999_999))
        try emit("login", at: time, by: person, session: session, browserProperties(of: person, session))
        let end = try tellPages(visit.pageviews, from: time + DemoPlan.second, by: person, session)
        if draw(0...3) == 0 {
            var click = browserProperties(of: person, session)
            click.add("$event_type", "click")
            try emit(
                "$autocapture", at: end + Int64(draw(1...8)) * DemoPlan.second, by: person, session: session, click)
        }
    }

    /// - Returns: the time of the last page, or `start` without one.
    @discardableResult private mutating func tellPages(
        _ count: Int, from start: Int64, by person: DemoPerson, _ session: String
    ) throws -> Int64 {
        var time = start
        for number in 0..<max(0, count) {
            if number > 0 { time += Int64(draw(3...45)) * DemoPlan.second + Int64(draw(0...999_999)) }
            try tellPage(draw(Self.appPages), at: time, by: person, anonymous: false, session, isLanding: false)
        }
        return time
    }

    private mutating func tellPage(
        _ path: String, at time: Int64, by person: DemoPerson, anonymous: Bool, _ session: String, isLanding: Bool
    ) throws {
        let host = isLanding ? "www.example.com" : "app.example.com"
        var properties = browserProperties(of: person, session)
        properties.add("$current_url", "https://\(host)\(path)")
        properties.add("$host", host)
        properties.add("$pathname", path)
        if isLanding {
            properties.add("$referring_domain", person.source?.source == "google" ? "www.google.com" : "$direct")
            if let source = person.source {
                properties.add("utm_source", source.source)
                properties.add("utm_medium", source.medium)
                properties.add("utm_campaign", source.campaign)
            }
        }
        try emit(
            "$pageview", at: time, by: person, as: anonymous ? person.anonymousID : nil, session: session, properties)
    }

    private func browserProperties(of person: DemoPerson, _ session: String) -> DemoProperties {
        var properties = DemoProperties()
        properties.add("$lib", "web")
        properties.add("$browser", person.browser)
        properties.add("$os", person.system)
        properties.add("$device_type", person.system == "iOS" || person.system == "Android" ? "Mobile" : "Desktop")
        properties.add("$geoip_country_code", person.country)
        properties.add("$session_id", session)
        return properties
    }

    private func signupProperties(of person: DemoPerson, _ session: String) -> DemoProperties {
        var properties = browserProperties(of: person, session)
        properties.add("plan", "free")
        if let source = person.source { properties.add("utm_source", source.source) }
        let change = signupChange(of: person)
        if let set = change.set { properties.add("$set", json: JSONValue.object(set).jsonBytes) }
        if let once = change.setOnce { properties.add("$set_once", json: JSONValue.object(once).jsonBytes) }
        return properties
    }

    private func signupChange(of person: DemoPerson) -> PersonChange {
        var change = PersonChange()
        change.set = [
            "email": .string(person.distinctID + "@example.com"), "plan": "free", "country": .string(person.country),
        ]
        change.setOnce = ["$initial_utm_source": person.source.map { .string($0.source) } ?? .null]
        return change
    }
}
