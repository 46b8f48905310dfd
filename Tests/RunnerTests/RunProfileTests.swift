import AirlockCore
import DriverKit
import Sandbox
import Templating
import Testing

@testable import Runner

/// Whose word a profile takes.
@Suite struct RunProfileTests {
    private struct NoData: DataDriver {
        var name: String { "none" }
        func listObjects() async throws(AirlockError) -> [DataObject] { [] }
        func fields(of object: String) async throws(AirlockError) -> [DataField] { [] }
        func prepare(_ text: String, values: JSONObject) async throws(AirlockError) -> any PreparedQuery {
            throw AirlockError(.unsupportedQuery, "there is no data")
        }
        func names(of kind: DataNameKind) async throws(AirlockError) -> [String] { [] }
    }

    private func request(_ asked: String?, _ caller: SandboxProfile?, isAdHoc: Bool = false) throws -> RunRequest {
        let head = asked.map { "# /// script\n# [tool.airlock]\n# profile = \"\($0)\"\n# ///\n" }
        let bytes = Array((head ?? "# /// script\n# [tool.airlock]\n# ///\n").utf8)
        let template = try isAdHoc ? Template(adHoc: "t", bytes: bytes) : Template(name: "t", bytes: bytes)
        var request = RunRequest(template: template, driver: NoData())
        request.profile = caller
        return request
    }

    @Test(
        arguments: [
            (nil, nil, SandboxProfile.strict), ("strict", nil, .strict), ("data", nil, .data), (nil, .data, .data),
            ("data", .strict, .strict), ("box", .box, .box), ("box", .data, .data), ("box", .strict, .strict),
        ] as [(String?, SandboxProfile?, SandboxProfile)])
    func theCallersWordGoesOverTheTemplates(asked: String?, caller: SandboxProfile?, resolved: SandboxProfile) throws {
        #expect(try request(asked, caller).resolvedProfile() == resolved)
    }

    /// As with writing: neither alone is enough.
    @Test(arguments: [("box", nil), (nil, .box), ("strict", .box), ("data", .box)] as [(String?, SandboxProfile?)])
    func boxTakesTwoWords(asked: String?, caller: SandboxProfile?) throws {
        let request = try request(asked, caller)
        #expect {
            try request.resolvedProfile()
        } throws: {
            let error = $0 as? AirlockError
            return error?.code == .invalidArgument && error?.hint?.contains("--profile box") == true
        }
    }

    @Test func anAdHocScriptIsTheCallersOwn() throws {
        #expect(try request(nil, .box, isAdHoc: true).resolvedProfile() == .box)
        #expect(throws: AirlockError.self) { try request("box", nil, isAdHoc: true).resolvedProfile() }
    }

    @Test func boxNeedsFullIsolation() throws {
        var request = try request("box", .box)
        request.isolation = .portable
        let portable = request
        #expect {
            try portable.resolvedProfile()
        } throws: {
            ($0 as? AirlockError)?.message.contains("needs full isolation") == true
        }
    }

    @Test func aProfilesNameIsHeldAgainstTheKnownOnes() {
        #expect {
            try SandboxProfile(named: "dat")
        } throws: {
            ($0 as? AirlockError)?.message == "there is no profile 'dat'; the nearest is 'data'"
        }
    }
}
