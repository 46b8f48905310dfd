internal import AirlockCore

/// Collects what is wrong with a set of settings, so that all of it is said at once.
struct SettingProblems {
    let pointer: String
    private(set) var problems: [Problem] = []

    init(pointer: String) { self.pointer = pointer }

    mutating func require(_ holds: Bool, _ name: String, _ demand: String) {
        guard !holds else { return }
        problems.append(Problem("setting", "\(name) \(demand)", pointer: "\(pointer)/\(name)"))
    }

    mutating func require(_ time: Duration, _ name: String, from least: Duration, to most: Duration) {
        require(
            time >= least && time <= most, name, "must be from \(least.shortText) to \(most.shortText)")
    }

    mutating func require(_ count: Int, _ name: String, from least: Int, to most: Int) {
        require(count >= least && count <= most, name, "must be from \(least) to \(most)")
    }

    mutating func require(_ number: Double, _ name: String, from least: Double, to most: Double) {
        require(number >= least && number <= most, name, "must be from \(least) to \(most)")
    }
}
