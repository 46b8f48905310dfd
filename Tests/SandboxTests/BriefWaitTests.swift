import Testing

@testable import Sandbox

/// Who asks again at once is looked out for; nobody else.
@Suite struct BriefWaitTests {
    private let start = BriefWait.Instant.now - .seconds(10)

    /// One that has asked, was answered, and asked again so much later.
    private func asked(after times: Duration...) -> BriefWait {
        var wait = BriefWait()
        wait.asked(at: start)
        for time in times {
            wait.answered(at: start)
            wait.asked(at: start + time)
        }
        return wait
    }

    @Test func theFirstAnswerIsFollowedByNoLook() {
        var wait = asked()
        wait.answered(at: start)
        let isAsked = wait.watch(from: start) { true }
        #expect(!isAsked && !wait.pays)
    }

    @Test func theSecondIsWhereItMayPay() {
        var wait = asked(after: .zero)
        let isAsked = wait.watch(from: .now) { true }
        #expect(isAsked && wait.pays)
    }

    @Test func whatDoesNotPayIsNotRepeated() {
        var wait = asked(after: .zero)
        var looks = 0
        let look = {
            looks += 1
            return false
        }
        // From long ago: one look, and it is over.
        for _ in 0..<2 {
            let isAsked = wait.watch(from: start, look)
            #expect(!isAsked && looks == 1 && !wait.pays)
        }
    }

    @Test(arguments: [(Duration.zero, true), (BriefWait.soon, true), (BriefWait.soon + .nanoseconds(1), false)])
    func whoAsksSoonIsLookedOutForAgain(after time: Duration, pays: Bool) {
        var wait = asked(after: time)
        #expect(wait.pays == pays)
        // Only the time since an answer says anything.
        wait.asked(at: start + .seconds(5))
        #expect(wait.pays == pays)
    }

    @Test func whoAsksLateIsNotLookedOutFor() {
        let wait = asked(after: .zero, .zero, .milliseconds(1))
        #expect(!wait.pays)
    }
}
