import AirlockCore
import DriverKit
import Glibc
import Synchronization
import Testing

@testable import Broker

@Suite(.timeLimit(.minutes(10))) struct BrokerSessionTests {
    private func session(
        _ driver: FakeDriver, limits: BrokerLimits = BrokerLimits(), grants: Grants = Grants(),
        clock: BrokerClock = .continuous
    ) -> (BrokerSession, RecordingLink) {
        let session = BrokerSession(
            driver: driver, start: ScriptStart(script: "pass", name: "t.py"), grants: grants, limits: limits,
            clock: clock)
        let link = RecordingLink()
        session.started(link)
        return (session, link)
    }

    private func feed(_ session: BrokerSession, _ bytes: [UInt8]) { bytes.withUnsafeBytes { session.received($0) } }

    /// The replies, once there are so many; the start frame is left out.
    private func replies(_ link: RecordingLink, _ count: Int) async throws -> [JSONValue] {
        while true {
            let all = try messages(link.record.sent).dropFirst()
            if all.count >= count { return Array(all) }
            await Task.yield()
        }
    }

    @Test func whatCannotBeRecordedIsNotAnswered() async throws {
        let records = Mutex<[CallRecord]>([])
        var observer = BrokerObserver()
        observer.call = { record throws(AirlockError) in
            let count = records.withLock { records in
                records.append(record)
                return records.count
            }
            if count == 2 { throw AirlockError(.fileFailed, "the disk is full") }
        }
        let session = BrokerSession(
            driver: FakeDriver(), start: ScriptStart(script: "pass", name: "t.py"), observer: observer)
        let link = RecordingLink()
        session.started(link)
        feed(session, request(1, "query", ["query": "q"]))
        _ = try await replies(link, 1)
        feed(session, request(2, "no_such_method", [:]))
        #expect(link.record.ending?.status == .internalError)
        #expect(link.record.ending?.reason.contains("the disk is full") == true)
        #expect(try messages(link.record.sent).count == 2)
        #expect(records.withLock { $0.map(\.method) } == ["query", "no_such_method"])
        #expect(records.withLock { $0.map(\.verdict) } == ["ok", "unknown_method"])
        session.ended()
        #expect(session.report.ending?.status == .internalError)
    }

    @Test func callsRunInTheContextThatTheyAreGiven() async throws {
        let seen = Mutex<[String]>([])
        var observer = BrokerObserver()
        observer.around = { method, body in
            seen.withLock { $0.append("begin " + method) }
            await body()
            seen.withLock { $0.append("end " + method) }
        }
        let session = BrokerSession(
            driver: FakeDriver(), start: ScriptStart(script: "pass", name: "t.py"), observer: observer)
        let link = RecordingLink()
        session.started(link)
        feed(session, request(1, "query", ["query": "q"]))
        _ = try await replies(link, 1)
        while seen.withLock({ $0.count }) < 2 { await Task.yield() }
        #expect(seen.withLock { $0 } == ["begin query", "end query"])
    }

    @Test func theStartIsSentFirst() throws {
        var start = ScriptStart(script: "print('é')\n", name: "a.py", params: ["x": [1, nil]], seed: 7)
        start.code = [0, 0xFF, 10]
        let session = BrokerSession(driver: FakeDriver(), start: start)
        let link = RecordingLink()
        session.started(link)
        let expected: JSONValue = [
            "jsonrpc": "2.0", "method": "start",
            "params": [
                "protocol": 2, "name": "a.py", "params": ["x": [1, nil]], "seed": 7, "frame_bytes": 8_388_608,
                "script_bytes": 12, "code_bytes": 3, "keep": false,
            ],
        ]
        #expect(try messages(link.record.sent) == [expected])
        #expect(link.record.sent.suffix(15) == Array("print('é')\n".utf8) + [0, 0xFF, 10])
    }

    @Test func aQueryIsAnswered() async throws {
        let (session, link) = session(FakeDriver())
        feed(session, request(1, "query", ["query": "q", "max_rows": 2]))
        let reply = try await replies(link, 1)[0]
        #expect(
            reply == [
                "jsonrpc": "2.0", "id": 1,
                "result": [
                    "columns": ["n"], "types": ["UInt64"], "rows": [[1], [2]], "complete": true, "age_ms": 0,
                ],
            ])
        session.ended()
        #expect(session.report.rows == 2 && session.report.calls == 1)
        #expect(link.record.pauses == 1 && link.record.resumes == 1)
        #expect(session.report.replyBytes == session.report.transcript.map(\.replyBytes).reduce(0, +))
    }

    /// A change of threads costs a small call more than all the rest of its way; to read a long one takes its time.
    @Test(arguments: [(0, true), (BrokerSession.maxBytesAnsweredAtOnce, false)])
    func aShortCallIsAnsweredByTheThreadThatDeliversIt(bytes: Int, isShort: Bool) async throws {
        let delivering = Mutex<pthread_t?>(nil)
        let seen = Mutex<[Bool]>([])
        var driver = FakeDriver()
        driver.answer = { (_, _, _) throws(AirlockError) in
            let isSame = delivering.withLock { $0.map { pthread_equal($0, pthread_self()) != 0 } ?? false }
            seen.withLock { $0.append(isSame) }
            return .numbers(1)
        }
        let (session, link) = session(driver)
        let query = "q" + String(repeating: " ", count: bytes)
        try DetachedThread.start {
            delivering.withLock { $0 = pthread_self() }
            feed(session, request(1, "query", ["query": .string(query)]))
            delivering.withLock { $0 = nil }
        }
        _ = try await replies(link, 1)
        #expect(seen.withLock { $0 } == [isShort])
    }

    @Test func aLargeTableIsAnsweredToo() async throws {
        var driver = FakeDriver()
        driver.answer = { (_, _, _) throws(AirlockError) in .numbers(BrokerSession.maxCellsWrittenAtOnce + 1) }
        let (session, link) = session(driver)
        feed(session, request(1, "query", ["query": "q", "layout": "columns"]))
        let result = try await replies(link, 1)[0]["result"]
        #expect(result?["count"]?.intValue == BrokerSession.maxCellsWrittenAtOnce + 1)
    }

    @Test func slowAndFastCallsAreAnsweredInOrder() async throws {
        let gate = Gate()
        var driver = FakeDriver()
        driver.answer = { (text, _, _) throws(AirlockError) in
            if text == "slow" { await gate.wait() } else { gate.open() }
            return .numbers(text == "slow" ? 1 : 2)
        }
        let (session, link) = session(driver)
        feed(session, request(1, "query", ["query": "slow"]) + request(2, "query", ["query": "fast"]))
        #expect(try await replies(link, 2).map { $0["id"] } == [1, 2])
    }

    @Test func whatTheSenderChangesLaterHasNoEffect() async throws {
        let (session, link) = session(FakeDriver())
        let bytes = request(1, "query", ["query": "q", "max_rows": 1])
        let shared = UnsafeMutableRawBufferPointer.allocate(byteCount: bytes.count, alignment: 1)
        defer { shared.deallocate() }
        shared.copyBytes(from: bytes)
        let cut = bytes.count - 5
        session.received(UnsafeRawBufferPointer(rebasing: shared[..<cut]))
        for index in 0..<cut { shared[index] = 0xFF }
        session.received(UnsafeRawBufferPointer(rebasing: shared[cut...]))
        #expect(try await replies(link, 1)[0]["result"]?["rows"] == [[1]])
    }

    @Test func aDriverThatIgnoresItsTimeoutIsGivenUp() async throws {
        let gate = Gate()
        var driver = FakeDriver()
        driver.answer = { (_, _, _) throws(AirlockError) in
            await gate.wait()
            return .numbers(1)
        }
        let time = Mutex(Duration.zero)
        let clock = BrokerClock(
            now: { time.withLock { $0 } }, sleep: { wait in time.withLock { $0 += wait } })
        let (session, link) = session(driver, limits: .with { $0.timePerCall = .seconds(2) }, clock: clock)
        feed(session, request(1, "query", ["query": "q"]))
        let reply = try await replies(link, 1)[0]
        #expect(reply["error"]?["data"]?["code"] == "timed_out")
        #expect(reply["error"]?["message"] == "the call was given up after 2.5 s")
        #expect(session.lastUpstreamError?.code == .timedOut)
        gate.open()
        session.ended()
        #expect(session.report.transcript.map(\.verdict) == ["timed_out"])
    }

    @Test func theEndCancelsTheDriver() async throws {
        let (started, cancelled) = (Gate(), Gate())
        var driver = FakeDriver()
        driver.answer = { (_, _, _) throws(AirlockError) in
            started.open()
            await withTaskCancellationHandler {
                await cancelled.wait()
            } onCancel: {
                cancelled.open()
            }
            throw AirlockError(.cancelled, "cancelled")
        }
        let (session, link) = session(driver)
        feed(session, request(1, "query", ["query": "q"]))
        await started.wait()
        session.ended()
        await cancelled.wait()
        #expect(session.report.transcript.map(\.verdict) == ["cancelled"])
        #expect(try messages(link.record.sent).count == 1)
        #expect(link.record.resumes == 1)
    }

    @Test(
        arguments: [
            (200, nil, nil, 10, 10, "default_limit"), (200, 4, nil, 10, 4, "template"),
            (200, 50, nil, 10, 10, "default_limit"), (7, nil, nil, 10, 7, "quota"), (200, nil, 5, 10, 5, nil),
            (200, nil, 3, 3, 3, nil),
        ] as [(Int, Int?, Int?, Int, Int, String?)])
    func whatCutTheRowsIsNamed(
        runRows: Int, asked: Int?, has: Int?, perCall: Int, rows: Int, cutBy: String?
    ) async throws {
        var driver = FakeDriver()
        // Gives more than it was asked for, which the broker cuts.
        driver.answer = { (_, _, _) throws(AirlockError) in .numbers(has ?? 100) }
        let limits = BrokerLimits.with { ($0.rows, $0.rowsPerCall) = (runRows, perCall) }
        let (session, link) = session(driver, limits: limits)
        var params: JSONObject = ["query": "q"]
        if let asked { params["max_rows"] = .int(asked) }
        feed(session, request(1, "query", params))
        let result = try await replies(link, 1)[0]["result"]
        #expect(result?["rows"]?.arrayValue?.count == rows)
        #expect(result?["cut_by"]?.stringValue == cutBy)
        #expect(result?["complete"] == .bool(cutBy == nil))
    }

    @Test func aDriversOwnCutIsPassedOn() async throws {
        var driver = FakeDriver()
        driver.answer = { (_, _, _) throws(AirlockError) in
            var reply = QueryReply.numbers(3)
            (reply.cutBy, reply.age) = (.upstream, .milliseconds(1500))
            return reply
        }
        let (session, link) = session(driver)
        feed(session, request(1, "query", ["query": "q", "max_rows": 3]))
        let result = try await replies(link, 1)[0]["result"]
        #expect(result?["cut_by"] == "upstream" && result?["age_ms"] == 1500)
        session.ended()
        #expect(session.report.transcript.map(\.cacheAge) == [.milliseconds(1500)])
    }

    @Test func aReplyLargerThanTheQuotaIsNeverBuilt() async throws {
        let (session, link) = session(FakeDriver(), limits: .with { $0.replyBytes = .kibibytes(1) })
        feed(session, request(1, "query", ["query": "q"]))
        #expect(try await replies(link, 1)[0]["error"]?["data"]?["code"] == "quota_exceeded")
        #expect(session.report.breaches == ["reply_bytes": 1])
    }

    @Test func columnsAreDecidedOnTheParsedQuery() async throws {
        var driver = FakeDriver()
        driver.analysis = QueryAnalysis(
            tables: ["events"], columns: [.init(table: "events", column: "distinct_id")])
        let (session, link) = session(driver, grants: Grants(columns: ["events": ["event"]]))
        for id in 1...3 {
            feed(session, request(id, "query", ["query": "SELECT event FROM events"]))
            _ = try await replies(link, id)
        }
        let codes = try messages(link.record.sent).compactMap { $0["error"]?["data"]?["code"]?.stringValue }
        #expect(codes == ["permission_denied", "permission_denied", "permission_denied"])
        // The ending is performed after the reply is sent, by the same thread.
        while link.record.ending == nil { await Task.yield() }
        #expect(link.record.ending?.status == .quotaExceeded)
    }

    @Test func fieldsThatAreNotGrantedShowNoExample() async throws {
        let (session, link) = session(FakeDriver(), grants: Grants(columns: ["events": ["event"]]))
        feed(session, request(1, "get_fields", ["object": "events"]))
        let fields = try await replies(link, 1)[0]["result"]?.arrayValue ?? []
        #expect(fields.map { $0["example"] } == ["signup", nil])
    }

    @Test func furtherMethodsReachTheDriver() async throws {
        let grants = Grants(methods: ["capture"], templateWrites: true, callerWrites: true)
        let (session, link) = session(FakeDriver(), grants: grants)
        feed(session, request(1, "capture", ["event": "e"]))
        #expect(try await replies(link, 1)[0]["result"] == ["method": "capture", "params": ["event": "e"]])
    }
}

/// Lets tasks wait until it is opened, for good.
final class Gate: Sendable {
    private let state = Mutex<(isOpen: Bool, waiting: [CheckedContinuation<Void, Never>])>((false, []))

    func wait() async {
        await withCheckedContinuation { continuation in
            let isOpen = state.withLock { state in
                if !state.isOpen { state.waiting.append(continuation) }
                return state.isOpen
            }
            if isOpen { continuation.resume() }
        }
    }

    func open() {
        let waiting = state.withLock { state in
            defer { state = (true, []) }
            return state.waiting
        }
        for continuation in waiting { continuation.resume() }
    }
}
