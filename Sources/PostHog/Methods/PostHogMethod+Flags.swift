internal import AirlockCore
internal import DriverKit

extension PostHogMethod {
    static let flags = [
        PostHogMethod(name: "evaluate_flag", params: FlagQuestion.params) {
            driver, params, options throws(AirlockError) in
            try await driver.evaluate(
                try FlagQuestion(params, mode: driver.client.configuration.flags.mode), options)
        }
    ]
}
