import Resilience
import Testing

@Suite struct RetryAfterTests {
    /// 1994-11-06T08:49:37Z, the RFC's own example.
    static let present = Duration.seconds(784_111_777)

    @Test(arguments: [
        ("0", 0), ("7", 7), (" 7\t", 7), ("007", 7), ("86400", 86400), ("86401", 86400),
        ("99999999999999999999999999999999999999", 86400),
        ("Sun, 06 Nov 1994 08:49:37 GMT", 0), ("Sun, 06 Nov 1994 08:50:37 GMT", 60),
        ("Sunday, 06-Nov-94 08:50:37 GMT", 60), ("Sun Nov  6 08:50:37 1994", 60), ("Mon Nov 07 08:49:37 1994", 86400),
        ("Sun, 06 Nov 1994 08:49:07 GMT", 0), ("Thu, 01 Jan 1970 00:00:00 GMT", 0),
        ("Fri, 31 Dec 9999 23:59:59 GMT", 86400), ("Sun, 06 Nov 1994 08:49:60 GMT", 23),
        // Two digits: 44 is 50 years ahead and so 2044; 45 would be 51 ahead, and so is 1945.
        ("Sunday, 06-Nov-44 08:50:37 GMT", 86400), ("Sunday, 06-Nov-45 08:50:37 GMT", 0),
        ("Thu, 29 Feb 1996 00:00:00 GMT", 86400),
    ])
    func reads(_ text: String, _ seconds: Int) {
        #expect(RetryAfter.parse(text, unixTime: Self.present) == .seconds(seconds))
    }

    @Test(arguments: [
        "", " ", "-1", "+1", "1.5", "1e3", "0x10", "7 s", "soon", "nan", "Infinity", "１２", "Sun", "Sun,",
        "Sun, 06 Nov 1994", "Sun, 06 Nov 1994 08:49:37", "Sun, 06 Nov 1994 08:49:37 UTC",
        "Sun, 06 Nov 1994 08:49:37 GMT+1", "sun, 06 Nov 1994 08:49:37 GMT", "Sun, 31 Feb 1994 08:49:37 GMT",
        "Sun, 29 Feb 1995 08:49:37 GMT", "Sun, 00 Nov 1994 08:49:37 GMT", "Sun, 06 Foo 1994 08:49:37 GMT",
        "Sun, 06 Nov 0000 08:49:37 GMT", "Sun, 06 Nov 1994 24:00:00 GMT", "Sun, 06 Nov 1994 23:60:00 GMT",
        "Sun, 06 Nov 1994 23:59:61 GMT", "Sun, 6 Nov 1994 08:49:37 GMT", "Sunday, 06-Nov-1994 08:49:37 GMT",
        "Sun Nov  6 08:49:37 94", "Sun Nov   6 08:49:37 1994", "Foo, 06 Nov 1994 08:49:37 GMT",
        "Sun, 06 Nov 1994 08:49:37 GMT and then some text that makes the whole far too long",
    ])
    func refuses(_ text: String) {
        #expect(RetryAfter.parse(text, unixTime: Self.present) == nil)
    }

    @Test func aClockThatIsOffDoesNotTrap() {
        for unixTime in [Duration.seconds(Int64.max), .seconds(Int64.min), .zero, .seconds(-1)] {
            for text in ["Sunday, 06-Nov-94 08:50:37 GMT", "Fri, 31 Dec 9999 23:59:59 GMT", "12"] {
                let wait = RetryAfter.parse(text, unixTime: unixTime)
                #expect(wait.map { $0 >= .zero && $0 <= RetryAfter.longest } == true)
            }
        }
    }
}
