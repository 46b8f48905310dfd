import AirlockCore
import Logging
import ResilienceTesting
import Telemetry
import Testing

@Suite struct LogTests {
    /// What a logger of this format writes for `body`.
    static func lines(_ format: LogConfiguration.Format, _ body: (inout Logger) -> Void) -> [String] {
        let lines = Shared<[String]>([])
        let sink = LogSink { line in lines.change { $0.append(String(decoding: line, as: UTF8.self)) } }
        var logger = Logger(label: "airlock.test") {
            LineLogHandler(
                label: $0, level: .debug, format: format, sink: sink, unixTime: { .milliseconds(1_795_252_353_007) })
        }
        body(&logger)
        return lines.value
    }

    @Test func aLineOfJSON() {
        let lines = Self.lines(.json) { logger in
            logger[metadataKey: "run_id"] = "r-1"
            logger.info(
                "call ended",
                metadata: [
                    "attempt": .stringConvertible(2), "status": "ok", "latency_ms": .stringConvertible(12.5),
                    "cached": .stringConvertible(false), "wait": .stringConvertible(Duration.microseconds(1500)),
                    "tables": ["events", "persons"], "nested": ["a": ["b": "c"]],
                ])
        }
        #expect(
            lines == [
                #"{"time":"2026-11-21T09:12:33.007Z","level":"info","logger":"airlock.test","message":"call ended","#
                    + #""attempt":2,"cached":false,"latency_ms":12.5,"nested":{"a":{"b":"c"}},"run_id":"r-1","#
                    + #""status":"ok","tables":["events","persons"],"wait":1.5}"# + "\n"
            ])
    }

    @Test func aLineOfText() {
        let lines = Self.lines(.text) { logger in
            logger.warning(
                "two\nlines\u{1B}[31m",
                metadata: ["b": "two words", "a": "word", "c": "", "d": "back\\slash", "n": .stringConvertible(3)])
        }
        #expect(
            lines == [
                "2026-11-21T09:12:33.007Z warning airlock.test: two\\u{A}lines\\u{1B}[31m "
                    + #"a=word b="two words" c="" d=back\slash n=3"# + "\n"
            ])
    }

    @Test(arguments: LogConfiguration.Format.allCases)
    func noSecretGetsThrough(_ format: LogConfiguration.Format) {
        let secret = "phx_0123456789abcdefSECRET"
        let lines = Self.lines(format) { logger in
            logger[metadataKey: "url"] = "https://user:hunter2hunter2@host/?k=\(secret)"
            logger.error(
                "failed with \(secret)", error: AirlockError(.upstreamFailed, "said \(secret)"),
                metadata: [
                    "Authorization": "Token hunter2", "db.password": "hunter2", "access_token": "hunter2",
                    "deep": ["api-key": "hunter2", "list": ["Bearer hunter2hunter2"]],
                    "\(secret)": "name", "convertible": .stringConvertible(secret),
                ])
        }
        #expect(lines.count == 1)
        #expect(!lines[0].contains("hunter2") && !lines[0].contains("56789"))
    }

    @Test(arguments: LogConfiguration.Format.allCases)
    func linesAreBounded(_ format: LogConfiguration.Format) throws {
        let lines = Self.lines(format) { logger in
            let long = String(repeating: "ä", count: 100_000)
            logger.info(
                "\(long)", metadata: Dictionary(uniqueKeysWithValues: (0..<500).map { ("k\($0)\(long)", "\(long)") }))
            logger.info("escapes", metadata: ["a": "\(String(repeating: "\u{1}", count: 5000))"])
        }
        #expect(lines.allSatisfy { $0.utf8.count <= LineLogHandler.maxLineBytes + 1 && $0.hasSuffix("\n") })
        #expect(lines[0].contains("cut"))
        if format == .json { for line in lines { _ = try JSONValue(json: line) } }
    }

    @Test func namesThatAreTakenGiveWay() throws {
        let lines = Self.lines(.json) { $0.info("m", metadata: ["time": "x", "level": "y", "message": "z"]) }
        let object = try JSONValue(json: lines[0])
        #expect(object["message"] == "m" && object["message_"] == "z" && object["level_"] == "y")
    }

    @Test func marksThatTurnTheTextAreShown() throws {
        let lines = Self.lines(.json) { $0.info("a\u{202E}b\u{9B}c") }
        #expect(try JSONValue(json: lines[0])["message"] == #"a\u{202E}b\u{9B}c"#)
    }

    @Test(
        arguments: [
            (nil, nil, [:], nil, .text), ("debug", nil, [:], .debug, .text), ("WARNING", "json", [:], .warning, .json),
            (nil, "json", [:], .info, .json), (nil, nil, ["AIRLOCK_LOG": "error"], .error, .text),
            ("info", nil, ["AIRLOCK_LOG": "error"], .info, .text), ("none", nil, ["AIRLOCK_LOG": "error"], nil, .text),
            (nil, nil, ["AIRLOCK_LOG": "info", "AIRLOCK_LOG_FORMAT": "json"], .info, .json),
            (nil, nil, ["AIRLOCK_LOG_FORMAT": "json"], nil, .json),
            (nil, "text", ["AIRLOCK_LOG_FORMAT": "json"], .info, .text),
            ("", "", ["AIRLOCK_LOG": ""], nil, .text),
        ] as [(String?, String?, [String: String], Logger.Level?, LogConfiguration.Format)])
    func flagsGoBeforeTheEnvironment(
        _ level: String?, _ format: String?, _ environment: [String: String], _ expected: Logger.Level?,
        _ expectedFormat: LogConfiguration.Format
    ) throws {
        let configuration = try LogConfiguration(level: level, format: format) { environment[$0] }
        #expect(configuration == LogConfiguration(level: expected, format: expectedFormat))
    }

    @Test func anUnknownValueNamesItsPlace() {
        #expect(throws: AirlockError.self) { try LogConfiguration(level: "debgu") { _ in nil } }
        do throws(AirlockError) {
            _ = try LogConfiguration { $0 == "AIRLOCK_LOG_FORMAT" ? "jsn" : nil }
            Issue.record("accepted")
        } catch {
            #expect(error.location == .argument("AIRLOCK_LOG_FORMAT"))
            #expect(error.hint == "Did you mean 'json'? It is one of json, text.")
        }
    }
}
