import AirlockCore
import Testing

@testable import LocalWarehouse

/// The quick way of reading a line and the careful one must say the same.
@Suite struct EventDraftTests {
    /// All that a draft says, as text.
    static func description(_ draft: EventDraft) -> String {
        func text(_ bytes: Bytes?) -> String { bytes.map(\.string) ?? "nil" }
        return [
            text(draft.uuid), text(draft.event), "\(draft.timestamp)", text(draft.distinctID), text(draft.personID),
            text(draft.properties), "\(draft.createdAt ?? -1)", text(draft.sessionID), text(draft.windowID),
            draft.groups.map(text).joined(separator: ","), "\(draft.groupKeys)", text(draft.personProperties),
            text(draft.set), text(draft.setOnce), text(draft.unset), "\(String(describing: draft.isIdentified))",
            "\(draft.personCreatedAt ?? -1)", text(draft.merged),
            draft.members.map { "\($0.name.string)=\($0.value.string)" }.joined(separator: ";"),
        ].joined(separator: "|")
    }

    static let common = #""uuid":"00000000-0000-4000-8000-000000000001","event":"e","distinct_id":"d""#

    /// Lines that the quick way reads itself.
    static let quick = [
        "{\"event\":\"e\",\"timestamp\":\"2026-01-01\",\"distinct_id\":\"d\"}",
        "{\(common),\"timestamp\":\"2026-01-01T00:00:00Z\"}",
        " { \"timestamp\" : \"2026-01-01\" , \(common), \"properties\" : { \"a\" : [ 1 , { \"b c\" : \"x \\\" y\" } ] } }\r",
        "{\(common),\"timestamp\":\"2026-01-01\",\"properties\":{\"a\":1.5,\"b\":-3,\"c\":0.001,\"d\":12.0,\"é\":\"ü\"}}",
        "{\(common),\"timestamp\":\"2026-01-01\",\"properties\":{\"a\":1e3,\"b\":1.50,\"c\":\"\\u00e9\\/\",\"d\":-0}}",
        "{\(common),\"timestamp\":\"2026-01-01\",\"properties\":{\"$session_id\":\"s\",\"$window_id\":\"w\",\"x\":null}}",
        "{\(common),\"timestamp\":\"2026-01-01\",\"$session_id\":\"t\",\"properties\":{\"$session_id\":\"s\"}}",
        "{\(common),\"timestamp\":\"2026-01-01\",\"session_id\":\"t\",\"window_id\":null,\"$group_1\":\"g\",\"$group_7\":\"n\"}",
        "{\(common),\"timestamp\":\"2026-01-01\",\"properties\":{\"$set\":{\"a\": 1},\"$set_once\":{\"b\":2}}}",
        "{\(common),\"timestamp\":\"2026-01-01\",\"set\":{\"a\": 1},\"$set_once\":{},\"person_properties\":{ \"p\":[ ]}}",
        "{\(common),\"timestamp\":\"2026-01-01\",\"properties\":{\"$set\":{\"a\":1},\"$process_person_profile\":false}}",
        "{\(common),\"timestamp\":\"2026-01-01\",\"properties\":{\"$set\":{\"a\":1},\"$process_person_profile\":true}}",
        "{\(common),\"timestamp\":\"2026-01-01\",\"person_id\":\"p\",\"created_at\":\"2026-01-02\",\"properties\":null}",
        "{\(common),\"timestamp\":\"2026-01-01\",\"person_id\":\"p\",\"person\":{\"is_identified\":true,\"created_at\":\"2026-01-01\",\"properties\":{\"k\":1}}}",
        "{\(common),\"timestamp\":\"2026-01-01\",\"elements_chain\":\"a:href=\\\"x\\\"\",\"team_id\":1,\"ok\":true}",
        "{\(common),\"timestamp\":\"2026-01-01\",\"properties\":{\"alias\":\"x\",\"$current_url\":\"https://a.example/\"}}",
    ]

    /// Lines that need care, or are wrong.
    static let careful = [
        "{\(common),\"timestamp\":1767225600}", "{\(common),\"timestamp\":\"2026-01-01\",\"properties\":\"{}\"}",
        "{\"id\":\"x\",\"event\":\"e\",\"timestamp\":\"2026-01-01\",\"distinct_id\":\"d\"}",
        "{\(common),\"timestamp\":\"2026-01-01\",\"properties\":{\"a\":{\"x\":1,\"x\":2}}}",
        "{\(common),\"timestamp\":\"2026-01-01\",\"properties\":{\"\\u0061\":1,\"a\":2}}",
        "{\(common),\"timestamp\":\"2026-01-01\",\"properties\":{\"a\":\"\\ud800\"}}",
        "{\(common),\"timestamp\":\"2026-01-01\",\"x\":\"\\ud800\"}",
        "{\(common),\"timestamp\":\"2026-01-01\",\"x\":01}",
        "{\(common),\"timestamp\":\"2026-01-01\",\"x\":1.}", "{\(common),\"timestamp\":\"2026-01-01\",\"x\":tru}",
        "{\(common),\"timestamp\":\"2026-01-01\"", "{\(common),\"timestamp\":\"2026-01-01\"} x",
        "{\(common),\"timestamp\":\"2026-01-01\",}", "{\(common),\"timestamp\":\"2026-01-01\",\"a\":\"\t\"}",
        "{\(common),\"timestamp\":\"2026-01-01\",\"properties\":{\"$groups\":{\"company\":\"acme\"}}}",
        "{\(common),\"timestamp\":\"2026-01-01\",\"properties\":{\"$session_id\":5}}",
        "{\(common),\"timestamp\":\"2026-01-01\",\"properties\":{\"$unset\":[\"a\"]}}",
        "{\(common),\"timestamp\":\"2026-01-01\",\"person\":{\"id\":\"P\"}}",
        "{\(common),\"event\":\"f\",\"timestamp\":\"2026-01-01\"}",
        "{\(common),\"timestamp\":\"2026-01-01\",\"a\":\(String(repeating: "[", count: 300))",
        "{\(common),\"timestamp\":\"2026-01-01\",\"properties\":{\(many(100))}}",
        "{\"uuid\":\"00000000-0000-4000-8000-00000000000A\",\"event\":\"$identify\",\"distinct_id\":\"d\",\"timestamp\":\"2026-01-01\",\"properties\":{\"$anon_distinct_id\":\"x\"}}",
    ]

    static func many(_ count: Int) -> String { (0..<count).map { "\"k\($0)\":\($0)" }.joined(separator: ",") }

    static func outcome(_ line: String, careful: Bool) -> String {
        let draft = EventDraft()
        do throws(Rejection) {
            if careful {
                draft.fill(try JSONEventReader.read(Array(line.utf8)))
            } else {
                try JSONEventReader.read(Array(line.utf8), into: draft)
            }
        } catch {
            return "rejected: \(error.reason)"
        }
        return description(draft)
    }

    @Test(arguments: quick) func readsQuickly(line: String) {
        #expect(JSONEventReader.readQuickly(Array(line.utf8), into: EventDraft()))
        #expect(Self.outcome(line, careful: false) == Self.outcome(line, careful: true))
    }

    @Test(arguments: careful) func leavesToTheCarefulReader(line: String) {
        #expect(!JSONEventReader.readQuickly(Array(line.utf8), into: EventDraft()))
        #expect(Self.outcome(line, careful: false) == Self.outcome(line, careful: true))
    }

    @Test func bothWaysAgreeOnMutations() {
        var random = SplitMix(state: 42)
        let pieces: [[UInt8]] = ["\"", "\\", "{", "}", "[", "]", ",", ":", "0", "1e5", "-", "null", " ", "\u{7F}", "é"]
            .map {
                Array($0.utf8)
            }
        for _ in 0..<4000 {
            var line = Array(
                (Self.quick + Self.careful)[random.next(below: Self.quick.count + Self.careful.count - 2)].utf8)
            for _ in 0...random.next(below: 3) {
                let place = random.next(below: line.count)
                switch random.next(below: 3) {
                case 0: line.remove(at: place)
                case 1: line.insert(contentsOf: pieces[random.next(below: pieces.count)], at: place)
                default: line[place] = UInt8(random.next(below: 256))
                }
            }
            let text = String(decoding: line, as: UTF8.self)
            #expect(Self.outcome(text, careful: false) == Self.outcome(text, careful: true), "\(text)")
        }
    }

    struct SplitMix {
        var state: UInt64

        mutating func next(below bound: Int) -> Int {
            state &+= 0x9E37_79B9_7F4A_7C15
            var value = state
            value = (value ^ value >> 30) &* 0xBF58_476D_1CE4_E5B9
            value = (value ^ value >> 27) &* 0x94D0_49BB_1331_11EB
            return Int((value ^ value >> 31) % UInt64(max(1, bound)))
        }
    }
}
