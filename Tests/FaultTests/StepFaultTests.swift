import AirlockCore
import AirlockTesting
import Foundation
import Testing

#if DEBUG
    /// Every step of the launch is made to fail.
    @Suite(.timeLimit(.minutes(10))) struct StepFaultTests {
        /// Every place of every step, in one process that then looks at itself: nothing ran, the result names the step,
        /// no descriptor, thread, process, mount, shared object or file is left, and the next run is clean.
        @Test(arguments: Setting.all) func everyPlaceFailsClosed(setting: Setting) throws {
            guard setting.isPossible else { return }
            let binary = try BuiltBinary("airlock-endurance", as: setting.identity)
            let answer = try binary.run(["faults", setting.level], environment: ["TMPDIR": binary.cache + "/scratch"])
            #expect(answer.exitCode == 0, "\(answer.errors)")
            let steps = try #require(try answer.json().arrayValue)
            #expect(steps.count == 27, "a step was added: see that it has a place in each process that takes it")
            for step in steps {
                let name = try #require(step["step"]?.stringValue)
                let places = try #require(step["places"]?.arrayValue)
                #expect(places.isEmpty != setting.takes(name), "\(name) has \(places.count) places")
                #expect(places.count < 64, "\(name)")
                for (index, place) in places.enumerated() {
                    check(place, of: name, Comment("place \(index) of \(name): \(place.json)"))
                }
            }
        }

        private func check(_ place: JSONValue, of step: String, _ facts: Comment) {
            #expect(place["status"] == "internal_error", facts)
            #expect(place["exit"] == 70, facts)
            #expect(place["code"]?.stringValue == code(of: step), facts)
            #expect(place["reason"]?.stringValue == "the sandbox could not be set up: step '\(step)' failed", facts)
            #expect(place["said"] == "", facts)
            #expect(place["is_clean"] == true, facts)
            #expect(place["next"] == "clean", facts)
        }

        private func code(of step: String) -> String {
            step == "exec" ? "interpreter_unavailable" : "isolation_unavailable"
        }

        /// The command line says it, and ends with 70. Without --isolation the sandbox has a head start.
        @Test(arguments: Setting.all) func theCommandLineNamesTheStep(setting: Setting) throws {
            guard setting.isPossible else { return }
            let binary = try BuiltBinary(as: setting.identity)
            let lists = [["--isolation", setting.level]] + (setting.level == "full" ? [[]] : [])
            for step in try Self.steps where setting.takes(step) {
                for arguments in lists {
                    let answer = try binary.run(
                        ["exec", "-", "--format", "json"] + arguments + Self.profile(of: step), input: "print('ran')",
                        environment: ["AIRLOCK_FAIL_AT": step])
                    let facts = Comment("\(step), \(setting.testDescription): \(answer.output) \(answer.errors)")
                    #expect(answer.exitCode == 70, facts)
                    let result = try answer.json()
                    #expect(result["status"] == "internal_error", facts)
                    #expect(result["error"]?["code"]?.stringValue == code(of: step), facts)
                    #expect(result["error"]?["hint"]?.stringValue?.isEmpty == false, facts)
                    #expect(result["reason"]?.stringValue?.contains("'\(step)'") == true, facts)
                    #expect(result["stdout"]?["text"] == "", facts)
                }
            }
        }

        /// Where there is one process of one thread, there is no table of processes.
        private static func profile(of step: String) -> [String] {
            step == "process_table" ? ["--profile", "data"] : []
        }

        /// As the launcher's header lists them.
        private static var steps: [String] {
            get throws {
                let answer = try BuiltBinary("airlock-endurance").run(["steps", "full"])
                return answer.output.split(separator: "\n").map(String.init)
            }
        }
    }
#endif
