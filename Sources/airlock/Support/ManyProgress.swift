import AirlockCore
import Reporting

/// Shows on a terminal how many of many runs have ended.
struct ManyProgress {
    private let count: Int
    private let status: StatusLine
    private(set) var tally = RunTally()

    init(count: Int, _ status: StatusLine) {
        self.count = count
        self.status = status
        show()
    }

    mutating func ended(_ outcome: RunStatus) {
        tally.count(outcome)
        show()
    }

    private func show() {
        let others = tally.notSucceeded > 0 ? ", \(tally.notSucceeded) did not succeed" : ""
        let fraction = count > 0 ? Double(tally.total) / Double(count) : 1
        status.show(Progress(fraction: fraction, message: "\(tally.total) of \(count) runs\(others)"))
    }
}
