package import AirlockCore

/// What a run of a probe in the sandbox came to.
package struct ProbeEvidence: Sendable {
    /// The run's result, as `--format json` has it.
    package var result: JSONValue
    /// What the script printed; bytes that are no text are replaced.
    package var said: String

    package init(result: JSONValue, said: String) {
        self.result = result
        self.said = said
    }

    /// The lines that begin with one of the prelude's words.
    package func lines(_ word: String) -> [Substring] {
        said.utf8.split(separator: 0x0A).map { Substring($0) }.filter { $0.hasPrefix(word + " ") || $0 == word }
    }

    /// What is not as it has to be; empty for a probe that was contained.
    ///
    /// - Parameter countsRefusals: false below a filter of somebody else, which refuses calls before Airlock's can count
    ///   them. That they were refused is seen by what the script could not do.
    package func faults(against expected: ProbeOutcome, countsRefusals: Bool = true) -> [String] {
        var faults: [String] = []
        func require(_ isSo: Bool, _ fault: @autoclosure () -> String) { if !isSo { faults.append(fault()) } }
        func seen(_ member: String) -> String { "\(member) is \(result[member]?.json ?? "absent")" }
        let breaches = lines("BREACH")
        require(breaches.isEmpty, "the script got \(breaches.map { $0.dropFirst(7) }.joined(separator: ", "))")
        require(!said.contains("BREACH") || !breaches.isEmpty, "the script came by a canary's text")
        let wrong = lines("WRONG")
        require(wrong.isEmpty, "refused for another reason: \(wrong.map { $0.dropFirst(6) }.joined(separator: ", "))")
        require(
            result["status"]?.stringValue == expected.status,
            "\(seen("status")), not \(expected.status): \(result["reason"]?.stringValue ?? "no reason given")")
        switch expected {
        case .refused(let calls):
            require(lines("END").count == 1, "the script did not come to its end")
            for call in calls where countsRefusals {
                let count = result["usage"]?["refused_syscalls"]?[call]?.intValue ?? 0
                require(count > 0, "no refusal of \(call) was counted")
            }
        case .absent, .contained: require(lines("END").count == 1, "the script did not come to its end")
        case .killed(let call): require(result["syscall"]?.stringValue == call, "\(seen("syscall")), not \(call)")
        case .foreign: require(result["syscall"] == "a call of a foreign ABI", seen("syscall"))
        case .limit(let name): require(result["limit"]?.stringValue == name, "\(seen("limit")), not \(name)")
        case .failed(let signal, let code):
            require(result["signal"]?.stringValue == signal, "\(seen("signal")), not \(signal ?? "null")")
            let expectedCode = code.map(String.init) ?? "null"
            require(result["exit_code"]?.intValue == code, "\(seen("exit_code")), not \(expectedCode)")
        case .protocolViolation, .quotaExceeded: break
        }
        return faults
    }

    /// The verdict and what was said, for a message about a fault.
    package var summary: String {
        let parts = ["status", "limit", "syscall", "signal", "exit_code", "reason"].map {
            "\($0) \(result[$0]?.json ?? "-")"
        }
        return parts.joined(separator: ", ") + ", refused \(result["usage"]?["refused_syscalls"]?.json ?? "-")\n"
            + "\(said.suffix(1500))\n\(result["stderr"]?["text"]?.stringValue?.suffix(1500) ?? "")"
    }
}
