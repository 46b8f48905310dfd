import AirlockCore
import AirlockLauncher
import EmbeddedFiles
import Testing

@testable import Sandbox

/// Profiles that cannot be carried out as they are written are refused. What the good ones compile to is looked at in
/// ``SeccompVerdictTests``.
@Suite struct SeccompProfileTests {
    @Test(arguments: [
        "", "[]", "{\"defaultAction\":\"SCMP_ACT_ERRNO\"}", "{\"defaultAction\":\"SCMP_ACT_LOG\",\"syscalls\":[]}",
        "{\"defaultAction\":\"SCMP_ACT_ERRNO\",\"syscalls\":[{\"names\":[\"read\"],\"action\":\"SCMP_ACT_ALOW\"}]}",
        "{\"defaultAction\":\"SCMP_ACT_ERRNO\",\"syscalls\":[{\"names\":[],\"action\":\"SCMP_ACT_ALLOW\"}]}",
        "{\"defaultAction\":\"SCMP_ACT_ERRNO\",\"syscall\":[]}",
        """
        {"defaultAction":"SCMP_ACT_ERRNO","syscalls":[{"names":["read"],"action":"SCMP_ACT_ALLOW",
         "args":[{"index":9,"value":0,"op":"SCMP_CMP_EQ"}]}]}
        """,
    ])
    func faultyProfilesAreRefused(text: String) {
        #expect(throws: AirlockError.self) { try SeccompProfile(json: Array(text.utf8), name: "test") }
    }

    /// A profile of millions of names would keep the host for minutes.
    @Test(arguments: [(4096, true), (4097, false)]) func namesAreBounded(count: Int, isRead: Bool) throws {
        let names = (0..<count).map { "\"call\($0)\"" }
        let rules = [names.prefix(4000), names.dropFirst(4000)].map {
            #"{"names":[\#($0.joined(separator: ","))],"action":"SCMP_ACT_ALLOW"}"#
        }
        let text = #"{"defaultAction":"SCMP_ACT_ERRNO","syscalls":[\#(rules.joined(separator: ","))]}"#
        guard isRead else {
            let error = #expect(throws: AirlockError.self) {
                try SeccompProfile(json: Array(text.utf8), name: "long")
            }
            #expect(error?.message.contains("4097 system calls, and 4096 is the most") == true)
            return
        }
        let profile = try SeccompProfile(json: Array(text.utf8), name: "long")
        #expect(profile.rules.count == 2)
    }

    /// What the filter could not carry must not be passed over.
    @Test(arguments: [
        #"{"defaultAction":"SCMP_ACT_ALLOW","syscalls":[{"names":["read"],"action":"SCMP_ACT_ALLOW"}]}"#,
        #"{"defaultAction":"SCMP_ACT_KILL_PROCESS","syscalls":[{"names":["read"],"action":"SCMP_ACT_ALLOW"}]}"#,
        """
        {"defaultAction":"SCMP_ACT_ERRNO","syscalls":[{"names":["ioctl"],"action":"SCMP_ACT_ERRNO",
         "args":[{"index":1,"value":0,"op":"SCMP_CMP_EQ"}]}]}
        """,
        """
        {"defaultAction":"SCMP_ACT_ERRNO","syscalls":[{"names":["read"],"action":"SCMP_ACT_ALLOW"},
         {"names":["read"],"action":"SCMP_ACT_KILL_PROCESS"}]}
        """,
    ])
    func profilesThatWouldFailOpenAreRefused(text: String) {
        #expect(throws: AirlockError.self) { try SeccompProfile(json: Array(text.utf8), name: "open") }
    }

    /// A refusal without conditions beside grants with some says how all the rest fails, whatever the order.
    @Test(arguments: [0, 1])
    func grantsWithConditionsGoBeforeARefusal(first: Int) throws {
        let rules = [
            """
            {"names":["clone"],"action":"SCMP_ACT_ALLOW","args":[{"index":0,"value":17,"op":"SCMP_CMP_EQ"}]}
            """,
            #"{"names":["clone"],"action":"SCMP_ACT_ERRNO","errnoRet":11}"#,
        ]
        let text = """
            {"defaultAction":"SCMP_ACT_ERRNO","syscalls":[\(rules[first]),\(rules[1 - first])]}
            """
        let profile = try SeccompProfile(json: Array(text.utf8), name: "both")
        for architecture in SeccompArchitecture.allCases {
            let filter = try SeccompFilter(profile: profile, startup: profile, architecture: architecture)
            let program = SeccompProgram(instructions: filter.program)
            let number = try #require(architecture.number(of: "clone"))
            let own: SeccompProgram.Architecture = architecture == .amd64 ? .amd64 : .arm64
            let answers = try [17, 18].map { flags in
                try program.run(.init(number: UInt32(number), architecture: own, arguments: [flags])).action
            }
            #expect(answers == [0x7FFF_0000, 0x7FC0_0000])
            #expect(filter.verdicts[number].error == 11)
        }
    }

    @Test func clone3CannotBeGranted() throws {
        let text = #"{"defaultAction":"SCMP_ACT_ERRNO","syscalls":[{"names":["clone3"],"action":"SCMP_ACT_ALLOW"}]}"#
        let profile = try SeccompProfile(json: Array(text.utf8), name: "clone3")
        #expect(throws: AirlockError.self) { try SeccompFilter(profile: profile, startup: profile) }
    }

    @Test func aProfileWithoutItsFileIsSaid() throws {
        var files = EmbeddedFiles.files(in: .profiles)
        files["data.json"] = nil
        let rules = try SeccompRules(files: files)
        #expect(throws: Never.self) { try rules.profile(.strict, at: .portable) }
        #expect {
            try rules.profile(.box, at: .full)
        } throws: {
            ($0 as? AirlockError)?.message.contains("data.json") == true
        }
    }
}
