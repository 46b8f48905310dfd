import Testing

@testable import Sandbox

/// Who asks again at once is looked out for; nobody else.
@Suite struct BriefWaitTests {
    private let start = BriefWait.Instant.now - .seconds(10)

    @Test func theFirstAnswerIsFollowedByALook() {
        var wait = BriefWait()
        let isAsked = wait.watch(from: .now) { true }
        #expect(isAsked && wait.pays)
    }

    @Test func whatDoesNotPayIsNotRepeated() {
        var wait = BriefWait()
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
        var wait = BriefWait()
        _ = wait.watch(from: start) { false }
        wait.asked(at: start + time)
        #expect(wait.pays == pays)
        // Only the time since an answer says anything.
        wait.asked(at: start + .seconds(5))
        #expect(wait.pays == pays)
    }

    @Test func whoAsksLateIsNotLookedOutFor() {
        var wait = BriefWait()
        _ = wait.watch(from: start) { true }
        wait.asked(at: start + .milliseconds(1))
        #expect(!wait.pays)
    }
}
