package import AirlockCore
package import HostileProbes

/// What the hostile suite came to on this host.
package struct ProbeReport: Sendable {
    package enum State: String, Sendable, CaseIterable {
        case passed, failed
        case notApplicable = "not applicable"
    }

    /// One probe of an item.
    package struct Entry: Sendable {
        package var state: State
        /// How it had to end, and how it did.
        package var expected: String
        package var seen: String
        /// Why it failed, or why it says nothing on this host.
        package var reasons: [String]
    }

    package struct Item: Sendable {
        package var number: Int
        package var title: String
        package var category: HostileCategory
        /// What this level of isolation is known not to give; see SECURITY.md.
        package var gap: String?
        package var probes: [Entry]

        /// Failed if one of its probes failed, and passed if one passed.
        package var state: State {
            let states = Set(probes.map(\.state))
            return states.contains(.failed) ? .failed : states.contains(.passed) ? .passed : .notApplicable
        }
    }

    package var level: IsolationReport.Level
    package var items: [Item] = []
    /// What is wrong apart from any item: the run after a category was not clean.
    package var faults: [String] = []

    package func count(_ state: State, in category: HostileCategory? = nil) -> Int {
        items.count { $0.state == state && (category == nil || $0.category == category) }
    }

    package var hasFailed: Bool { !faults.isEmpty || items.contains { $0.state == .failed } }
}
