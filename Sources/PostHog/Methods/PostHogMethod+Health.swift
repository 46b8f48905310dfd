internal import AirlockCore
internal import DriverKit

extension PostHogMethod {
    static let health = [
        PostHogMethod(name: "health_check", params: []) { driver, _, _ throws(AirlockError) in
            let checks = await driver.healthCheck()
            return [
                "healthy": .bool(!checks.contains { $0.state == .failed }),
                "checks": .array(checks.map(\.jsonValue)),
            ]
        }
    ]
}
