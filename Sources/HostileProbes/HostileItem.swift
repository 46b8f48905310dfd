/// One hostile behaviour of the suite, by its number: what is tried, and what the sandbox makes of it.
package struct HostileItem: Sendable, CustomStringConvertible {
    /// 1 to 88; the table in SECURITY.md has the same.
    package var number: Int
    package var title: String
    package var probes: [HostileProbe]
    /// What `full`, or `portable`, does not give, in a few words. Stands in SECURITY.md's table.
    package var gapInFull: Gap?
    package var gapInPortable: Gap?

    init(_ number: Int, _ title: String, gapInFull: Gap? = nil, gapInPortable: Gap? = nil, _ probes: HostileProbe...) {
        self.number = number
        self.title = title
        self.gapInFull = gapInFull
        self.gapInPortable = gapInPortable ?? gapInFull
        self.probes = probes
    }

    package var description: String { "\(number) \(title)" }

    package func gap(in level: String) -> Gap? { level == "full" ? gapInFull : gapInPortable }

    package struct Gap: Sendable {
        package var text: String
        /// Whether a probe demonstrates it: then it has to, so that the table is corrected once the gap is closed.
        package var isShown: Bool

        init(_ text: String, isShown: Bool = true) {
            self.text = text
            self.isShown = isShown
        }
    }
}

extension HostileItem {
    /// The whole suite, by number. Made on first use: nothing of it costs a command that does not ask.
    package static let all: [HostileItem] = HostileCategory.allCases.flatMap(\.items).sorted { $0.number < $1.number }
}
