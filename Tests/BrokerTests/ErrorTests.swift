import AirlockCore
import Testing

@testable import Broker

@Suite struct ErrorTests {
    @Test func theHostsPathsAndCausesStayOnTheHost() {
        let failed = AirlockError(
            .fileFailed, "cannot use /home/me/data", at: .file("/home/me/data"), hint: "chmod /home/me", cause: "EACCES"
        )
        let shown = ReplyEncoder.forScript(failed)
        #expect(!String(describing: shown).contains("/home"))
        #expect(shown.cause == nil)

        let upstream = AirlockError(
            .upstreamFailed, "the source is down", at: .file("/home/me/data"), hint: "Try again.",
            cause: "SQLite: /home")
        #expect(
            ReplyEncoder.forScript(upstream) == AirlockError(.upstreamFailed, "the source is down", hint: "Try again."))
    }

    @Test func whatAScriptCanMendIsToldInFull() {
        let wrong = AirlockError(
            .invalidQuery, "no such column", at: .query(line: 1, column: 8), hint: "Did you mean n?")
        #expect(ReplyEncoder.forScript(wrong) == wrong)
    }
}
