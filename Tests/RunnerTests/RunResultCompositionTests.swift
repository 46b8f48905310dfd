import AirlockCore
import Broker
import Sandbox
import Testing

@testable import Runner

@Suite struct RunResultCompositionTests {
    private func failed() -> RunResult {
        var result = RunResult(runID: "1", template: "t", status: .failed)
        result.exitCode = 1
        result.reason = "the script exited with 1"
        return result
    }

    @Test(arguments: [
        ("MemoryError", "", LimitName.memory), ("OSError", "[Errno 28] No space left on device", .disk),
        ("OSError", "[Errno 27] File too large", .disk), ("OSError", "[Errno 24] Too many open files", .files),
    ])
    func aLimitThatOnlyTheScriptSees(type: String, message: String, limit: LimitName) {
        var (result, report) = (failed(), BrokerReport())
        report.exception = ScriptException(type: type, message: message, line: 3)
        result.take(report, limits: SandboxLimits())
        #expect(result.status == .limitExceeded)
        #expect(result.limit == limit)
    }

    @Test(arguments: [(SandboxProfile.strict, nil), (.data, .processes), (.box, .processes)] as [(_, LimitName?)])
    func threadsAreALimitOnlyWhereThereAreAny(profile: SandboxProfile, limit: LimitName?) {
        var (result, report) = (failed(), BrokerReport())
        result.isolation.profile = profile
        report.exception = ScriptException(type: "RuntimeError", message: "can't start new thread", line: 3)
        result.take(report, limits: SandboxLimits())
        #expect(result.limit == limit)
        #expect(result.status == (limit == nil ? .failed : .limitExceeded))
    }

    @Test func aClaimNeverTurnsASuccessIntoAnything() {
        var result = RunResult(runID: "1", template: "t", status: .succeeded)
        var report = BrokerReport()
        report.exception = ScriptException(type: "MemoryError", message: "", line: nil)
        report.exceptionClaimsUpstream = true
        report.lastUpstreamError = AirlockError(.upstreamFailed, "down")
        result.take(report, limits: SandboxLimits())
        #expect(result.status == .succeeded)
    }

    @Test func upstreamNeedsTheHostsEvidenceBesideTheClaim() {
        var (result, report) = (failed(), BrokerReport())
        report.exception = ScriptException(type: "airlock.UpstreamError", message: "down", line: 2)
        report.exceptionClaimsUpstream = true
        result.take(report, limits: SandboxLimits())
        #expect(result.status == .failed)
        #expect(result.reason == "the script raised airlock.UpstreamError at line 2")

        result = failed()
        report.lastUpstreamError = AirlockError(.upstreamFailed, "the source is down")
        result.take(report, limits: SandboxLimits())
        #expect(result.status == .upstreamFailed)
        #expect(result.reason == "the source is down")
    }

    @Test func aDeclaredResultMustComeAndFit() {
        var result = RunResult(runID: "1", template: "t", status: .succeeded)
        result.checkDeclaredResult(["type": "object", "required": ["n"]])
        #expect(result.status == .failed)

        result.status = .succeeded
        result.result = ["n": 1]
        result.checkDeclaredResult(["type": "object", "required": ["n"]])
        #expect(result.status == .succeeded)

        result.checkDeclaredResult(["type": "object", "required": ["m"]])
        #expect(result.status == .failed)
        #expect(result.error?.problems.count == 1)
    }

    @Test(arguments: [
        (AirlockError.Code.invalidVariables, RunStatus.invalid), (.invalidTemplate, .invalid),
        (.isolationUnavailable, .internalError), (.interpreterUnavailable, .internalError),
        (.upstreamFailed, .upstreamFailed), (.cancelled, .cancelled),
    ])
    func whatNeverStarted(code: AirlockError.Code, status: RunStatus) {
        var result = RunResult(runID: "1", template: "t", status: .internalError)
        result.fail(AirlockError(code, "because"))
        #expect(result.status == status)
        #expect(result.reason == "because")
    }
}
