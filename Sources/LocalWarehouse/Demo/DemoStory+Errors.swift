/// Errors: a few each day, and two days of trouble with the checkout.
extension DemoStory {
    private static let usual: [(type: String, message: String)] = [
        ("TypeError", "Cannot read properties of undefined (reading 'id')"),
        ("NetworkError", "Failed to fetch"), ("RangeError", "Invalid time value"),
        ("SyntaxError", "Unexpected end of JSON input"),
    ]
    private static let trouble = (type: "CheckoutError", message: "Payment provider timed out after 30 s")

    /// - Parameter persons: by week of signup.
    mutating func tellErrors(_ persons: [DemoPerson]) throws {
        let bySignup = persons.sorted { ($0.signup, $0.distinctID) < ($1.signup, $1.distinctID) }
        var known = 0
        // On the first day there is nobody yet at its beginning.
        for day in 1..<DemoTruth.days {
            let start = DemoTruth.start + Int64(day) * DemoPlan.day
            while known < bySignup.count, bySignup[known].signup < start { known += 1 }
            guard known > 0 else { continue }
            let base = 4 + (day * 7 + 3) % 5
            let spike = DemoTruth.errorSpikes.first { Instant.text(start).hasPrefix($0.day) }
            for number in 0..<(spike?.errors ?? base) {
                let person = bySignup[draw(0...known - 1)]
                let error = number < base ? draw(Self.usual) : Self.trouble
                var properties = Self.base(of: person)
                properties.add("$exception_type", error.type)
                properties.add("$exception_message", error.message)
                properties.add("$browser", person.browser)
                let time = start + Int64(draw(0...86_399)) * DemoPlan.second + Int64(draw(0...999_999))
                try emit("$exception", at: time, by: person, properties)
            }
        }
    }
}
