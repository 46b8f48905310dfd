import ResilienceTesting
import Testing

@testable import Resilience

@Suite struct RateLimiterStateTests {
    static func machine(_ windows: [(Int, Int)], maxWaiting: Int = 1000) -> RateLimiterState {
        var settings = RateLimitSettings(windows: windows.map { RateWindow(maxCalls: $0.0, period: .seconds($0.1)) })
        settings.maxWaiting = maxWaiting
        return RateLimiterState(settings)
    }

    @Test func letsThroughUntilTheWindowIsFull() {
        var machine = Self.machine([(3, 10)])
        for id in 1...3 { #expect(machine.enter(UInt64(id), now: .seconds(id), deadline: .seconds(id)) == .admitted) }
        #expect(machine.enter(4, now: .seconds(4), deadline: .seconds(4)) == .refused(.deadline, wait: .seconds(7)))
        #expect(machine.wait(now: .seconds(4)) == .seconds(7))
        #expect(machine.enter(5, now: .seconds(11), deadline: .seconds(11)) == .admitted)
        #expect(machine.remaining(now: .seconds(11)).map(\.calls) == [0])
        #expect(machine.remaining(now: .seconds(12)).map(\.calls) == [1])
        #expect(machine.remaining(now: .seconds(100)).map(\.calls) == [3])
    }

    @Test func everyWindowCounts() {
        var machine = Self.machine([(2, 1), (3, 100)])
        for id in 1...2 { #expect(machine.enter(UInt64(id), now: .zero, deadline: .zero) == .admitted) }
        #expect(machine.enter(3, now: .seconds(1), deadline: .seconds(1)) == .admitted)
        // The second has room again; the hundred seconds do not.
        #expect(machine.enter(4, now: .seconds(2), deadline: .seconds(50)) == .refused(.deadline, wait: .seconds(98)))
    }

    @Test func theLineIsServedInOrder() {
        var machine = Self.machine([(1, 10)])
        #expect(machine.enter(1, now: .zero, deadline: .zero) == .admitted)
        for id in 2...4 { #expect(machine.enter(UInt64(id), now: .seconds(1), deadline: .seconds(100)) == .waiting) }
        #expect(machine.poll(3, now: .seconds(10)) == .behind)
        #expect(machine.poll(2, now: .seconds(9)) == .sleep(until: .seconds(10)))
        #expect(machine.poll(2, now: .seconds(10)) == .admitted(next: 3))
        #expect(machine.leave(3) == 4)
        #expect(machine.poll(3, now: .seconds(20)) == .gone)
        #expect(machine.poll(4, now: .seconds(20)) == .admitted(next: nil))
        #expect(machine.leave(4) == nil)
        // Nobody overtakes: with a line, even a free window means waiting.
        #expect(machine.enter(5, now: .seconds(21), deadline: .seconds(100)) == .waiting)
        #expect(machine.enter(6, now: .seconds(35), deadline: .seconds(100)) == .waiting)
    }

    @Test func theLineIsBounded() {
        var machine = Self.machine([(1, 10)], maxWaiting: 2)
        _ = machine.enter(1, now: .zero, deadline: .zero)
        #expect(machine.enter(2, now: .zero, deadline: .seconds(1000)) == .waiting)
        #expect(machine.enter(3, now: .zero, deadline: .seconds(1000)) == .waiting)
        #expect(machine.enter(4, now: .zero, deadline: .seconds(1000)) == .refused(.tooManyWaiting, wait: .seconds(30)))
    }

    @Test func aPauseHoldsEverybodyAndRefusesWhoCannotWait() {
        var machine = Self.machine([(1, 10)])
        _ = machine.enter(1, now: .zero, deadline: .zero)
        _ = machine.enter(2, now: .zero, deadline: .seconds(15))
        _ = machine.enter(3, now: .zero, deadline: .seconds(60))
        let (refused, first) = machine.pause(for: .seconds(30), now: .seconds(1))
        #expect(refused.map(\.id) == [2])
        #expect(refused.map(\.wait) == [.seconds(30)])
        #expect(first == 3)
        #expect(machine.poll(3, now: .seconds(20)) == .sleep(until: .seconds(31)))
        // A shorter pause ends no longer one.
        _ = machine.pause(for: .seconds(1), now: .seconds(20))
        #expect(machine.poll(3, now: .seconds(31)) == .admitted(next: nil))
    }

    @Test func aPauseIsBounded() {
        var machine = Self.machine([(10, 1)])
        _ = machine.pause(for: .seconds(Int64.max), now: .zero)
        #expect(machine.wait(now: .zero) == .seconds(3600))
        var other = Self.machine([(10, 1)])
        _ = other.pause(for: .seconds(-5), now: .seconds(7))
        #expect(other.wait(now: .seconds(7)) == .zero)
    }

    @Test func noWindowsIsNoLimit() {
        var machine = RateLimiterState(RateLimitSettings(windows: []))
        for id in 0..<10_000 { #expect(machine.enter(UInt64(id), now: .zero, deadline: .zero) == .admitted) }
    }

    @Test func absurdWindowsDoNotTrap() {
        let windows = [
            RateWindow(maxCalls: .max, period: .seconds(Int64.max)), RateWindow(maxCalls: -1, period: .seconds(-1)),
            RateWindow(maxCalls: 0, period: .seconds(Int64.max)),
        ]
        var machine = RateLimiterState(RateLimitSettings(windows: windows))
        #expect(machine.enter(1, now: .zero, deadline: .zero) == .admitted)
        guard case .refused = machine.enter(2, now: .seconds(1), deadline: .seconds(1)) else {
            Issue.record("let through")
            return
        }
        #expect(RateLimitSettings(windows: windows).problems().count == 6)
        #expect(RateLimitSettings().problems().isEmpty && RateLimitSettings.queries.problems().isEmpty)
    }

    /// Random arrivals, deadlines, pauses and departures, against a model that counts all calls ever let through.
    @Test(arguments: 0..<12) func neverMoreThanAWindowAllows(seed: UInt64) {
        var random = SeededRandom(seed)
        let windows = (0..<Int.random(in: 1...3, using: &random)).map { _ in
            (Int.random(in: 1...12, using: &random), Int.random(in: 1...40, using: &random))
        }
        var machine = Self.machine(windows, maxWaiting: 20)
        var model = BruteForceLimiter(windows: windows)
        var now = Duration.zero
        var line: [UInt64] = []
        for id in 1...300 as ClosedRange<UInt64> {
            now += .milliseconds(Int.random(in: 0...1500, using: &random))
            // Whoever is first takes its turn as soon as the model has room.
            while let first = line.first {
                let turn = machine.poll(first, now: now)
                guard case .admitted(let next) = turn else {
                    #expect(turn == .sleep(until: model.earliest(from: now)))
                    break
                }
                #expect(model.hasRoom(at: now))
                model.admit(at: now)
                line.removeFirst()
                #expect(next == line.first)
            }
            switch Int.random(in: 0..<20, using: &random) {
            case 0:
                let time = Duration.seconds(Int.random(in: 0...30, using: &random))
                model.pausedUntil = max(model.pausedUntil, now + time)
                let refused = machine.pause(for: time, now: now).refused.map(\.id)
                line.removeAll { refused.contains($0) }
            case 1:
                if let leaver = line.randomElement(using: &random) {
                    _ = machine.leave(leaver)
                    line.removeAll { $0 == leaver }
                }
            default:
                let patience = Duration.seconds(Int.random(in: 0...60, using: &random))
                let due = model.projected(place: line.count, from: now)
                let entry = machine.enter(id, now: now, deadline: now + patience)
                if line.isEmpty, due <= now {
                    #expect(entry == .admitted)
                    model.admit(at: now)
                } else if due > now + patience {
                    #expect(entry == .refused(.deadline, wait: due - now))
                } else if line.count >= 20 {
                    #expect(entry == .refused(.tooManyWaiting, wait: due - now))
                } else {
                    #expect(entry == .waiting)
                    line.append(id)
                }
            }
            #expect(machine.remaining(now: now).map(\.calls) == model.remaining(at: now))
        }
        #expect(model.mostInAnyWindow.allSatisfy { $0.count <= $0.allowed })
    }
}

/// Sliding windows as one would write them down: all calls are kept, and counted anew for each question.
struct BruteForceLimiter {
    let windows: [(Int, Int)]
    var calls: [Duration] = []
    var pausedUntil = Duration.zero

    init(windows: [(Int, Int)]) { self.windows = windows }

    mutating func admit(at moment: Duration) { calls.append(moment) }

    func hasRoom(at now: Duration) -> Bool { now >= pausedUntil && remaining(at: now).allSatisfy { $0 > 0 } }

    func remaining(at now: Duration) -> [Int] {
        windows.map { window in window.0 - calls.count { $0 + .seconds(window.1) > now } }
    }

    /// Room comes only when a pause ends or a call leaves a window.
    func earliest(from now: Duration) -> Duration {
        let recent = calls.drop { $0 < now - .seconds(60) }
        let moments = recent.flatMap { call in windows.map { call + .seconds($0.1) } } + [now, pausedUntil]
        return moments.sorted().first { $0 >= now && hasRoom(at: $0) } ?? .seconds(Int64.max)
    }

    func projected(place: Int, from now: Duration) -> Duration {
        var future = self
        // Older calls have left every window; without them the model is as slow as it has to be.
        future.calls.removeAll { $0 < now - .seconds(60) }
        var moment = now
        for _ in 0..<place {
            moment = future.earliest(from: moment)
            future.admit(at: moment)
        }
        return future.earliest(from: moment)
    }

    /// The fullest span [t, t + period) that begins with a call, for each window.
    var mostInAnyWindow: [(count: Int, allowed: Int)] {
        windows.map { window in
            let most = calls.indices.map { start in
                calls[start...].count { $0 < calls[start] + .seconds(window.1) }
            }
            return (most.max() ?? 0, window.0)
        }
    }
}
